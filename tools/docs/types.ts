import { join } from "node:path";
import * as ts from "typescript";
import { ROOT } from "../workspace";

/** An input or an output, as its declaration and its doc comment have it. */
export interface Member {
	name: string;
	type: string;
	isOptional: boolean;
	/** As it is written after `@default`. */
	default?: string;
	text: string;
	/** Names of this library's own types in it. */
	uses: string[];
}

/** An interface, or another type with a name. */
export interface Described {
	name: string;
	text: string;
	/** Empty where the type has none, such as a choice of words. */
	members: Member[];
	/** What it says where it has no members. */
	type?: string;
}

export interface Component extends Described {
	/** From where it is imported. */
	platform: string;
	outputs: Member[];
}

const COMPONENTS = join(ROOT, "components");

/** What is exported of each platform. Only this library's own files are read, so that it takes less than a second. */
export function describe(platforms: string[]): { components: Component[]; types: Map<string, Described> } {
	const options: ts.CompilerOptions = { strict: true, noLib: true, types: [], target: ts.ScriptTarget.ES2022 };
	const host = ts.createCompilerHost(options);
	host.resolveModuleNameLiterals = (literals, file) =>
		literals.map(({ text }) => ({
			resolvedModule: text.startsWith(".")
				? ts.resolveModuleName(text, file, { ...options, moduleResolution: ts.ModuleResolutionKind.Bundler }, host)
						.resolvedModule
				: undefined,
		}));
	const entries = platforms.map((platform) => join(COMPONENTS, platform, "index.ts"));
	const program = ts.createProgram(entries, options, host);
	const reader = new Reader(program.getTypeChecker());
	const components = platforms.flatMap((platform, index) =>
		reader.exportsOf(program.getSourceFile(entries[index] ?? "")).flatMap((symbol) => {
			const declaration = symbol.declarations?.find(ts.isClassDeclaration);
			return declaration === undefined ? [] : [reader.component(platform, symbol, declaration)];
		}),
	);
	return { components, types: reader.types };
}

class Reader {
	/** By name, in the order in which they were come upon. */
	readonly types = new Map<string, Described>();

	constructor(private readonly checker: ts.TypeChecker) {}

	exportsOf(file: ts.SourceFile | undefined): ts.Symbol[] {
		const module = file && this.checker.getSymbolAtLocation(file);
		if (module === undefined) return [];
		return this.checker.getExportsOfModule(module).map((symbol) => this.original(symbol));
	}

	component(platform: string, symbol: ts.Symbol, declaration: ts.ClassDeclaration): Component {
		const args = declaration.members.find(ts.isConstructorDeclaration)?.parameters[1];
		if (args === undefined) throw new Error(`${symbol.name} has a constructor without arguments`);
		const type = this.checker.getTypeAtLocation(args);
		const members = this.members(this.checker.getPropertiesOfType(type));
		const instance = this.checker.getDeclaredTypeOfSymbol(symbol);
		const outputs = this.members(this.checker.getPropertiesOfType(instance));
		return { name: symbol.name, platform, text: this.text(symbol), members, outputs };
	}

	private members(symbols: ts.Symbol[]): Member[] {
		return symbols.flatMap((symbol) => {
			const declaration = symbol.declarations?.[0];
			const isMember =
				declaration !== undefined &&
				(ts.isPropertySignature(declaration) || ts.isPropertyDeclaration(declaration)) &&
				declaration.type !== undefined;
			if (
				!isMember ||
				(ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.NonPublicAccessibilityModifier) !== 0
			)
				return [];
			const tag = symbol.getJsDocTags(this.checker).find(({ name }) => name === "default");
			return [
				{
					name: symbol.name,
					type: typeText(declaration.type as ts.TypeNode),
					isOptional: (symbol.flags & ts.SymbolFlags.Optional) !== 0,
					...(tag && { default: flat(ts.displayPartsToString(tag.text)) }),
					text: this.text(symbol),
					uses: this.uses(declaration.type as ts.TypeNode),
				},
			];
		});
	}

	/** The own types in a type, which get tables too. */
	private uses(node: ts.TypeNode): string[] {
		const names: string[] = [];
		const visit = (child: ts.Node) => {
			if (ts.isTypeReferenceNode(child)) {
				const symbol = this.checker.getSymbolAtLocation(child.typeName);
				const name = symbol && this.add(this.original(symbol));
				if (name !== undefined) names.push(name);
			}
			ts.forEachChild(child, visit);
		};
		visit(node);
		return names;
	}

	private add(symbol: ts.Symbol): string | undefined {
		const declaration = symbol.declarations?.[0];
		const isOwn =
			declaration !== undefined && (ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration));
		// With parameters it says nothing by itself.
		if (!isOwn || declaration.typeParameters !== undefined) return undefined;
		if (this.types.has(symbol.name)) return symbol.name;
		const described: Described = { name: symbol.name, text: this.text(symbol), members: [] };
		this.types.set(symbol.name, described);
		const isChoice = ts.isTypeAliasDeclaration(declaration) && !ts.isTypeLiteralNode(declaration.type);
		if (isChoice) {
			described.type = typeText(declaration.type);
			this.uses(declaration.type);
		} else
			described.members = this.members(this.checker.getPropertiesOfType(this.checker.getDeclaredTypeOfSymbol(symbol)));
		return symbol.name;
	}

	private original(symbol: ts.Symbol): ts.Symbol {
		return (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? this.checker.getAliasedSymbol(symbol) : symbol;
	}

	private text(symbol: ts.Symbol): string {
		return ts.displayPartsToString(symbol.getDocumentationComment(this.checker)).replace(/\{@link (\w+) ?\}/g, "`$1`");
	}
}

/** As it is written; a literal that would not fit into a table by the names of its members alone. */
function typeText(node: ts.TypeNode): string {
	const text = flat(node.getText().replace(/\/\*\*[\s\S]*?\*\//g, ""));
	if (text.length <= 90 || !ts.isTypeLiteralNode(node)) return text;
	const names = node.members.map((member) => `${member.name?.getText()}${member.questionToken ? "?" : ""}`);
	return `{ ${names.join(", ")} }`;
}

function flat(text: string): string {
	return text.replace(/\s+/g, " ").trim();
}
