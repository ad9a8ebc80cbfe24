import type { Facts, PropertyFacts } from "./facts/types";
import { bare, isObject, type Properties, UNKNOWN, type Value } from "./values";

/** What is wrong with a property, as the engine prints it below the resource. */
export interface Failure {
	property: string;
	reason: string;
}

/** What a real provider would say of the inputs of a resource before anything is touched. */
export function checkInputs(name: string, facts: Facts, inputs: Properties): Failure[] {
	const failures: Failure[] = [];
	object("", facts, bare(inputs) as Properties);
	return failures;

	function object(path: string, known: Facts, given: Properties): void {
		for (const [key, value] of Object.entries(given)) {
			if (key === "__defaults" || value === null) continue;
			const at = path === "" ? key : `${path}.${key}`;
			const fact = known[key];
			if (fact === undefined || fact.outputOnly) fail(at, "Invalid or unknown key");
			else property(at, fact, value);
		}
		for (const [key, fact] of Object.entries(known)) {
			if (!fact.required || (given[key] !== undefined && given[key] !== null)) continue;
			const missing = `Missing required argument. The argument "${key}" is required, but no definition was found`;
			fail(path === "" ? key : `${path}.${key}`, missing);
		}
	}

	function property(at: string, fact: PropertyFacts, value: Value): void {
		if (value === UNKNOWN || fact.type === "any") return;
		if (fact.type === "list" || fact.type === "set") {
			if (!Array.isArray(value)) expected(at, "array", value);
			else for (const [index, element] of value.entries()) inner(`${at}[${index}]`, fact, element);
		} else if (fact.type === "map") {
			if (!isObject(value)) expected(at, "object", value);
		} else if (fact.type === "object") inner(at, fact, value);
		else scalar(at, fact, value);
	}

	function inner(at: string, fact: PropertyFacts, value: Value): void {
		if (value === UNKNOWN) return;
		if (fact.fields === undefined) scalar(at, { ...fact, type: fact.of ?? "any" }, value);
		else if (isObject(value)) object(at, fact.fields, value);
		else expected(at, "object", value);
	}

	/** Terraform's rules, which the real providers keep: "8080" will do for a number, and 8080 for text. */
	function scalar(at: string, fact: PropertyFacts, value: Value): void {
		if (fact.type === "any") return;
		const kind = mistaken(fact, value);
		if (kind !== undefined) expected(at, kind, value);
		else if (fact.values !== undefined && !fact.values.map(String).includes(`${value}`)) {
			const allowed = fact.values.map((one) => `"${one}"`).join(" ");
			fail(at, `expected ${at.split(".").pop()} to be one of [${allowed}], got ${value}`);
		} else if (fact.json !== undefined) json(at, fact.json, `${value}`);
	}

	function json(at: string, known: Facts, document: string): void {
		const list = parsed(document);
		if (!Array.isArray(list)) fail(at, `"${at}" contains an invalid JSON: a list is expected`);
		else {
			for (const [index, element] of list.entries()) {
				if (isObject(element)) object(`${at}[${index}]`, known, element);
				else expected(`${at}[${index}]`, "object", element);
			}
		}
	}

	function expected(at: string, type: string, value: Value): void {
		fail(at, `expected ${type} type, got ${JSON.stringify(value)} of type ${kindOf(value)}`);
	}

	function fail(at: string, reason: string): void {
		failures.push({ property: at, reason: `${reason}. Examine values at '${name}.${at}'.` });
	}
}

/** The kind that a scalar should be of, where it is not. */
function mistaken({ type }: PropertyFacts, value: Value): string | undefined {
	const text = `${value}`;
	if (typeof value === "object") return type === "bool" ? "boolean" : type;
	if (type === "bool") return /^(true|false)$/.test(text) ? undefined : "boolean";
	if (type === "string") return undefined;
	if (!Number.isFinite(Number(text))) return "number";
	return type === "int" && !Number.isInteger(Number(text)) ? "whole number" : undefined;
}

function parsed(document: string): Value | undefined {
	try {
		return JSON.parse(document) as Value;
	} catch {
		return undefined;
	}
}

function kindOf(value: Value): string {
	return Array.isArray(value) ? "array" : typeof value;
}
