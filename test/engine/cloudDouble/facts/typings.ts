import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { ROOT } from "../../../../tools/workspace";
import type { Facts, PropertyFacts } from "./types";

/** How deep objects are followed: a filter may hold filters without end. */
const DEPTH = 12;

/** Reads what the typings of a Pulumi SDK say of its resources. */
export class Typings {
	private readonly nested = new Map<string, ts.InterfaceDeclaration>();

	constructor(private readonly cloud: "aws" | "gcp") {
		this.keep(this.parse("types/input.d.ts").statements, "");
	}

	/** @param type such as `s3/bucket:Bucket` */
	resource(type: string): Facts {
		const [path = "", name = ""] = type.split(":");
		const { statements } = this.parse(`${path}.d.ts`);
		const args = statements.find((it) => ts.isInterfaceDeclaration(it) && it.name.text === `${name}Args`);
		const of = statements.find((it) => ts.isClassDeclaration(it) && it.name?.text === name);
		if (args === undefined || of === undefined) throw new Error(`@pulumi/${this.cloud} has no ${type}`);
		const facts = this.facts((args as ts.InterfaceDeclaration).members, 0);
		for (const member of (of as ts.ClassDeclaration).members) {
			if (!ts.isPropertyDeclaration(member) || !/^pulumi\.Output</.test(text(member.type))) continue;
			const property = text(member.name);
			const known = facts[property];
			if (known === undefined) facts[property] = { type: this.kind(member.type, DEPTH).type, outputOnly: true };
			// There even where it was not given: the cloud, or a default, fills it in.
			else if (!known.required && !/\| undefined>$/.test(text(member.type))) known.computed = true;
		}
		return facts;
	}

	private facts(members: ts.NodeArray<ts.TypeElement>, depth: number): Facts {
		const facts: Facts = {};
		for (const member of members) {
			if (!ts.isPropertySignature(member)) continue;
			facts[text(member.name)] = {
				...this.kind(member.type, depth),
				...(member.questionToken === undefined && { required: true }),
				...valuesOf(member),
			};
		}
		return facts;
	}

	private kind(type: ts.TypeNode | undefined, depth: number): PropertyFacts {
		const is = text(type)
			.replaceAll(/pulumi\.(Input|Output)</g, "<")
			.replaceAll(" | undefined", "");
		const bare = is
			.replaceAll(/[<>()]/g, "")
			.replaceAll("readonly ", "")
			.trim();
		if (/^\{\s*\[key: string\]/.test(bare)) return { type: "map", ...element(/:\s*(\w+);?\s*\}$/.exec(bare)?.[1]) };
		if (bare.endsWith("[]")) return { type: "list", ...element(bare.slice(0, -2)), ...this.fields(bare, depth) };
		if (bare.startsWith("inputs.")) return { type: "object", ...this.fields(bare, depth) };
		return { type: scalar(bare) };
	}

	private fields(reference: string, depth: number): { fields?: Facts } {
		const found = this.nested.get(reference.replace("inputs.", "").replace("[]", ""));
		return found === undefined || depth >= DEPTH ? {} : { fields: this.facts(found.members, depth + 1) };
	}

	private keep(statements: ts.NodeArray<ts.Statement>, prefix: string): void {
		for (const it of statements) {
			if (ts.isInterfaceDeclaration(it)) this.nested.set(`${prefix}${it.name.text}`, it);
			if (ts.isModuleDeclaration(it) && it.body !== undefined && ts.isModuleBlock(it.body)) {
				this.keep(it.body.statements, `${prefix}${it.name.text}.`);
			}
		}
	}

	private parse(file: string): ts.SourceFile {
		const asked = join(ROOT, "node_modules", "@pulumi", this.cloud, file);
		// Files are spelled iamcustomRole where the type is iAMCustomRole.
		const path = readdirSync(dirname(asked))
			.map((name) => join(dirname(asked), name))
			.find((candidate) => candidate.toLowerCase() === asked.toLowerCase());
		if (path === undefined) throw new Error(`there is no ${asked}`);
		return ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2022, true);
	}
}

function text(node: ts.Node | undefined): string {
	return node?.getText() ?? "";
}

/** Enumerations are strings to who passes them on, and so is the ARN of a resource. */
function scalar(name: string): PropertyFacts["type"] {
	const kinds = new Set(name.split(" | ").map((part) => part.trim()));
	for (const [word, kind] of [
		["boolean", "bool"],
		["number", "number"],
		["string", "string"],
	] as const) {
		if (kinds.has(word)) return kind;
	}
	return /enums\.|ARN/.test(name) ? "string" : "any";
}

function element(name: string | undefined): { of?: "string" | "bool" | "number" } {
	const kind = scalar((name ?? "").trim());
	return kind === "string" || kind === "bool" || kind === "number" ? { of: kind } : {};
}

/** Only where the documentation lists them in so many words. */
function valuesOf(member: ts.Node): { values?: string[] } {
	const comment = text(member.getSourceFile()).slice(member.getFullStart(), member.getStart());
	const [, listed] = /Possible values are: ((?:`[\w.-]+`(?:, )?)+)/.exec(comment) ?? [];
	return listed === undefined ? {} : { values: [...listed.matchAll(/`([^`]+)`/g)].map(([, value = ""]) => value) };
}
