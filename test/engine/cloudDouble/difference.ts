import type { Facts, PropertyFacts } from "./facts/types";
import { bareProperties, isObject, type Properties, UNKNOWN, type Value } from "./values";

export interface Difference {
	/** Paths of what changes. */
	changed: string[];
	/** Those of them that only a new resource can have. */
	replacing: string[];
}

/** What of a resource changes between two sets of inputs. */
export function difference(facts: Facts, olds: Properties, news: Properties): Difference {
	const found: Difference = { changed: [], replacing: [] };
	objects("", facts, bareProperties(olds), bareProperties(news), false);
	return found;

	function objects(path: string, known: Facts, old: Properties, new_: Properties, replaces: boolean): void {
		for (const key of new Set([...Object.keys(old), ...Object.keys(new_)])) {
			const fact = known[key];
			if (key === "__defaults" || fact === undefined) continue;
			values(path === "" ? key : `${path}.${key}`, fact, old[key] ?? undefined, new_[key] ?? undefined, replaces);
		}
	}

	function values(
		path: string,
		fact: PropertyFacts,
		old: Value | undefined,
		new_: Value | undefined,
		within: boolean,
	): void {
		// What the cloud chose stays where the program no longer says.
		if (same(fact, old, new_) || (new_ === undefined && fact.computed)) return;
		const { fields } = fact;
		// Where nothing in it is known to replace by itself, all of it does; else what is in it decides.
		const inside = fields !== undefined && hasReplacing(fields);
		const replaces = within || (fact.replaces === true && !inside);
		if (fields !== undefined && isObject(old) && isObject(new_)) {
			objects(path, fields, old, new_, replaces);
			return;
		}
		if (fields !== undefined && Array.isArray(old) && Array.isArray(new_) && old.length === new_.length) {
			for (const [index, element] of new_.entries()) {
				values(`${path}[${index}]`, { ...fact, type: "object" }, old[index], element, replaces);
			}
			return;
		}
		found.changed.push(path);
		if (replaces || fact.replaces === true || inside) found.replacing.push(path);
	}
}

function hasReplacing(fields: Facts): boolean {
	return Object.values(fields).some(
		({ replaces, fields: inner }) => replaces === true || (inner !== undefined && hasReplacing(inner)),
	);
}

function same(fact: PropertyFacts, old: Value | undefined, new_: Value | undefined): boolean {
	if (old === undefined || new_ === undefined) return empty(old) && empty(new_);
	if (new_ === UNKNOWN) return old === UNKNOWN;
	return canonical(fact, old) === canonical(fact, new_);
}

/** Nothing, none and no objects are one to a cloud. */
function empty(value: Value | undefined): boolean {
	return value === undefined || (Array.isArray(value) && value.length === 0);
}

function canonical(fact: PropertyFacts, value: Value): string {
	if (fact.type === "set" && Array.isArray(value)) return JSON.stringify(value.map((one) => sorted(one)).sort());
	return sorted(value);
}

/** Keys in order; documents such as policies by what they say, and 8080 as "8080". */
function sorted(value: Value): string {
	if (Array.isArray(value)) return `[${value.map(sorted).join(",")}]`;
	if (isObject(value)) {
		const keys = Object.keys(value).sort();
		return `{${keys.map((key) => `${key}:${sorted(value[key] ?? null)}`).join(",")}}`;
	}
	const plain = `${value}`;
	if (!/^\s*[[{]/.test(plain)) return JSON.stringify(plain);
	try {
		return `json ${sorted(JSON.parse(plain) as Value)}`;
	} catch {
		return JSON.stringify(plain);
	}
}
