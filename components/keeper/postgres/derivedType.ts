import { quotedName } from "../database";
import type { TargetType } from "./conversion";
import { conversionOf } from "./families";
import type { Source, SourceColumn, SourceTable } from "./source";

/** What a column of SQLite becomes where no migration of the app says it. */
export interface DerivedType {
	/** As CREATE TABLE has it. */
	words: string;
	/** Why it is not just what was declared. */
	decision?: string;
}

const plain = (name: string, words: string): Candidate => ({ type: { name, words, modifier: -1 }, words });
interface Candidate {
	type: TargetType;
	words: string;
}

const TEXT = plain("text", "text");
const BIGINT = plain("int8", "bigint");
const DOUBLE = plain("float8", "double precision");
const BYTEA = plain("bytea", "bytea");
const NUMERIC = plain("numeric", "numeric");
/** What Postgres' own types end at. SQLite takes any number for it, and MySQL's schemas have higher ones. */
const MOST_DIGITS = 1000;
const MOST_CHARACTERS = 10_485_760;
/** By the declared type's words, the first that matches; the last three lines are SQLite's own rules of affinity. */
const DECLARED: [RegExp, (found: RegExpExecArray) => Candidate][] = [
	[/^BOOL/, () => plain("bool", "boolean")],
	[/^(TIMESTAMPTZ|TIMESTAMP WITH TIME ZONE)/, () => plain("timestamptz", "timestamp with time zone")],
	[/^(DATETIME|TIMESTAMP)/, () => plain("timestamp", "timestamp")],
	[/^DATE$/, () => plain("date", "date")],
	[/^TIME$/, () => plain("time", "time")],
	[/^JSON/, () => plain("json", "json")],
	[/^(UUID|GUID)/, () => plain("uuid", "uuid")],
	[
		/^(?:NUMERIC|DECIMAL)\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)/,
		(found) => numeric(Number(found[1]), Number(found[2] ?? 0)),
	],
	[/^(NUMERIC|DECIMAL)/, () => NUMERIC],
	[/CHAR[A-Z ]*\(\s*(\d+)\s*\)/, (found) => varchar(Number(found[1]))],
	[/INT/, () => BIGINT],
	[/CHAR|CLOB|TEXT/, () => TEXT],
	[/BLOB|BINARY|BYTEA/, () => BYTEA],
	[/REAL|FLOA|DOUB/, () => DOUBLE],
];

function numeric(precision: number, scale: number): Candidate {
	if (precision < 1 || precision > MOST_DIGITS || scale > precision) return NUMERIC;
	return {
		type: { name: "numeric", words: "numeric", modifier: ((precision << 16) | scale) + 4 },
		words: `numeric(${precision}, ${scale})`,
	};
}

function varchar(length: number): Candidate {
	if (length < 1 || length > MOST_CHARACTERS) return TEXT;
	return { type: { name: "varchar", words: "varchar", modifier: length + 4 }, words: `varchar(${length})` };
}

/** The declared type where all values fit it; else the narrowest that its values have in SQLite. */
export function derivedType(source: Source, table: SourceTable, column: SourceColumn): DerivedType {
	const declared = declaredType(column.declared);
	if (declared !== undefined) {
		const unfit = misfits(source, table, column, declared.type);
		if (unfit === 0) return { words: declared.words };
		const { words } = byValues(source, table, column);
		return {
			words,
			decision: `declared ${column.declared}, but ${unfit} values do not fit ${declared.words}: it becomes ${words}`,
		};
	}
	const { words } = byValues(source, table, column);
	return {
		words,
		decision: `declared ${column.declared === "" ? "without a type" : column.declared}: by its values it becomes ${words}`,
	};
}

/** By the words of the declaration alone. */
export function declaredType(declared: string): Candidate | undefined {
	const words = declared.trim().toUpperCase();
	for (const [pattern, candidate] of DECLARED) {
		const found = pattern.exec(words);
		if (found !== null) return candidate(found);
	}
	return undefined;
}

/** What SQLite keeps in the column, whatever was declared. */
function byValues(source: Source, table: SourceTable, column: SourceColumn): Candidate {
	const value = quotedName(column.name);
	const found = source.all<{ kind: string }>(`SELECT DISTINCT typeof(${value}) AS kind FROM ${quotedName(table.name)}`);
	const kinds = found.map(({ kind }) => kind).filter((kind) => kind !== "null");
	const only = (...allowed: string[]) => kinds.length > 0 && kinds.every((kind) => allowed.includes(kind));
	if (only("integer")) return BIGINT;
	if (only("integer", "real")) return misfits(source, table, column, DOUBLE.type) === 0 ? DOUBLE : NUMERIC;
	return only("blob") ? BYTEA : TEXT;
}

function misfits(source: Source, table: SourceTable, column: SourceColumn, type: TargetType): number {
	const value = quotedName(column.name);
	const { fits = "1" } = conversionOf(value, value, type) ?? {};
	const [found] = source.all<{ rows: number }>(
		`SELECT count(*) AS rows FROM ${quotedName(table.name)} WHERE ${value} IS NOT NULL AND ((${fits}) IS NOT TRUE OR (typeof(${value}) = 'text' AND instr(${value}, char(0))))`,
	);
	return found?.rows ?? 0;
}
