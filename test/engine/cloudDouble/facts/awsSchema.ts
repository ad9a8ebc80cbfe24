import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Facts, PropertyFacts } from "./types";

interface Node {
	$ref?: string;
	type?: string | string[];
	enum?: (string | number)[];
	items?: Node;
	properties?: Record<string, Node>;
	required?: string[];
}

/** One of AWS's own resource schemas. */
export class Schema {
	private readonly root: Node & { definitions?: Record<string, Node>; createOnlyProperties?: string[] };

	/** @param directory of cfn-lint's schemas */
	constructor(directory: string, name: string) {
		const read = (path: string) => JSON.parse(readFileSync(join(directory, path), "utf8"));
		const file = read("providers/us-east-1.json")[name];
		if (file === undefined) throw new Error(`cfn-lint has no schema of ${name}`);
		this.root = read(`resources/${file}.json`);
	}

	/** Adds enumerations and what replaces. */
	join(facts: Facts, names: Record<string, string>): void {
		this.walk(facts, "", "", names);
	}

	private walk(facts: Facts, path: string, at: string, names: Record<string, string>): void {
		for (const [name, fact] of Object.entries(facts)) {
			if (fact.outputOnly) continue;
			const property = path === "" ? name : `${path}.${name}`;
			const found = names[property] ?? this.spelled(at, name);
			if (found === undefined) continue;
			const node = this.node(found);
			if (node === undefined) throw new Error(`the schema has no ${found}, said to be ${property}`);
			const values = node.enum ?? this.resolved(node.items)?.enum;
			// The SDK has a few of them as a boolean, such as ENABLED and DISABLED.
			if (values !== undefined && fact.fields === undefined && fact.type !== "bool") fact.values = values;
			if (this.root.createOnlyProperties?.includes(`/properties/${found}`)) fact.replaces = true;
			if (fact.fields !== undefined) this.walk(fact.fields, property, found, names);
		}
	}

	/** The path of a property that is spelled alike. */
	private spelled(at: string, name: string): string | undefined {
		const properties = this.object(at)?.properties ?? {};
		const like = Object.keys(properties).find((candidate) => plain(candidate) === plain(name));
		return like === undefined ? undefined : at === "" ? like : `${at}/${like}`;
	}

	private node(path: string): Node | undefined {
		const parts = path.split("/");
		const last = parts.pop() ?? "";
		return this.resolved(this.object(parts.join("/"))?.properties?.[last]);
	}

	/** What has the properties at a path, through lists. */
	object(path: string): Node | undefined {
		let node: Node | undefined = this.root;
		for (const part of path.split("/").filter(Boolean)) {
			node = this.resolved(node?.properties?.[part]);
			if (node?.items !== undefined) node = this.resolved(node.items);
		}
		return node;
	}

	resolved(node: Node | undefined): Node | undefined {
		const name = node?.$ref?.replace("#/definitions/", "");
		return name === undefined ? node : this.resolved(this.root.definitions?.[name]);
	}

	definition(name: string): Node | undefined {
		return this.root.definitions?.[name];
	}
}

/** What a container of a task definition may have: the schema's names with a small first letter, as ECS's own JSON has them. */
export function containerFacts(schema: Schema): Facts {
	return objectFacts(schema, schema.definition("ContainerDefinition"));
}

function objectFacts(schema: Schema, node: Node | undefined): Facts {
	const facts: Facts = {};
	for (const [name, property] of Object.entries(node?.properties ?? {})) {
		const key = `${name[0]?.toLowerCase()}${name.slice(1)}`;
		facts[key] = { ...valueFacts(schema, schema.resolved(property)) };
		if (node?.required?.includes(name)) facts[key].required = true;
	}
	return facts;
}

const KINDS: Record<string, PropertyFacts["type"]> = {
	string: "string",
	boolean: "bool",
	integer: "int",
	number: "float",
	array: "list",
	object: "object",
};

function valueFacts(schema: Schema, node: Node | undefined): PropertyFacts {
	const type = typeof node?.type === "string" ? (KINDS[node.type] ?? "any") : "any";
	const items = schema.resolved(node?.items);
	const values = node?.enum ?? items?.enum;
	const holder = items ?? node;
	const facts: PropertyFacts = { type, ...(values !== undefined && { values }) };
	if (holder?.properties !== undefined) return { ...facts, fields: objectFacts(schema, holder) };
	return type === "object" ? { ...facts, type: "map" } : facts;
}

/** A name without case and plural. */
function plain(name: string): string {
	return name.toLowerCase().replace(/ies$/, "y").replace(/s$/, "");
}
