import { isUtf8 } from "node:buffer";
import type { DatabaseSync } from "node:sqlite";
import { holdsDecimal, plainDecimal } from "./decimal";
import { jsonbText } from "./jsonText";

const double = new DataView(new ArrayBuffer(8));

/** What SQLite cannot say itself: the exact digits and bits of a double, decimal numbers, and the meaning of a JSON text. */
export function addFunctions(database: DatabaseSync): void {
	const add = (name: string, work: (...values: never[]) => string | number | null) =>
		database.function(`holdfast_${name}`, { deterministic: true, varargs: false }, work as never);
	add("digits", (value: number | null) => (value === null ? null : digitsOf(value)));
	add("bits", (value: number | null) => (value === null ? null : bitsOf(value)));
	add("is_single", (value: number) => (Object.is(Math.fround(value), value) ? 1 : 0));
	add("is_decimal", (text: string, value: number, type: string, precision: number, scale: number) =>
		holdsDecimal(type === "real" ? digitsOf(value) : text, precision, scale) ? 1 : 0,
	);
	add("plain", (text: string | null) => (text === null ? null : (plainDecimal(text, true) ?? text)));
	add("is_jsonb", (text: string) => (jsonbText(text) === undefined ? 0 : 1));
	add("jsonb", (text: string | null) => (text === null ? null : (jsonbText(text) ?? text)));
	add("is_utf8", (bytes: Uint8Array | null) => (bytes === null || isUtf8(bytes) ? 1 : 0));
	// For people's replacements: SQLite's own replace() does not find this character.
	add("without_nul", (bytes: Uint8Array | null) => (bytes === null ? null : withoutNul(bytes)) as never);
}

/** What is no text without it either stays what it is. */
function withoutNul(bytes: Uint8Array): string | Uint8Array {
	return isUtf8(bytes) ? Buffer.from(bytes.filter((byte) => byte !== 0)).toString() : bytes;
}

/** The fewest digits that are this double and no other. */
export function digitsOf(value: number): string {
	return Object.is(value, -0) ? "-0" : `${value}`;
}

/** A double as Postgres' float8send has it. */
export function bitsOf(value: number): string {
	double.setFloat64(0, value);
	return double.getBigUint64(0).toString(16).padStart(16, "0");
}
