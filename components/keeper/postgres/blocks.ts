import { isUtf8 } from "node:buffer";
import type { TablePlan } from "./plan";
import { Suspicious } from "./rows";
import type { Source } from "./source";

/** Bytes that a block is to have, and those that the longest rows together may have. */
const WANTED = 128 * 1024;
const MOST = 4 * 1024 * 1024;
/** Rows of the first block, before it is known how long rows are, and of any. */
const FIRST = 64;
const ROWS = 4096;

export interface Block {
	bytes: Uint8Array;
	rows: number;
}

/**
 * What SQLite makes of the rows of a table, many at a time: one call into SQLite for some hundred rows, whose bytes are
 * never text of JavaScript. `piece` is SQLite's expression for one row, of the row's text `line`.
 *
 * @throws {Suspicious} for text that is no UTF-8 and that nobody has looked at
 */
export function* blocksOf(source: Source, table: TablePlan, line: string, piece: string): Generator<Block> {
	for (const block of isNumbered(source, table, line)
		? numbered(source, table, line, piece)
		: oneByOne(source, table, line, piece)) {
		if (!table.bytes && !isUtf8(block.bytes)) throw new Suspicious();
		yield block;
	}
}

function numberedQuery({ source, from }: TablePlan, line: string): string {
	const id = source.row[0] ?? "";
	return `SELECT ${line} AS line, ${id} AS id FROM ${from} WHERE ${id} >= ? ORDER BY ${id} LIMIT ?`;
}

/** Whether SQLite finds the next rows by their number at once. */
function isNumbered(source: Source, table: TablePlan, line: string): boolean {
	const { row, hasRowid } = table.source;
	if (!hasRowid || row.length !== 1 || row[0]?.startsWith('"')) return false;
	const steps = source.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${numberedQuery(table, line)}`, 0, 1);
	// Other steps, such as a list to look values up in, would be made anew for each block.
	return steps.length === 1 && /^SEARCH .* USING INTEGER PRIMARY KEY \(rowid>\?\)$/.test(steps[0]?.detail ?? "");
}

function* numbered(source: Source, table: TablePlan, line: string, piece: string): Generator<Block> {
	const statement = source.database.prepare(
		`SELECT CAST(group_concat(${piece}, '') AS BLOB), max(id), count(*) FROM (${numberedQuery(table, line)})`,
	);
	statement.setReturnArrays(true);
	table.longest ??=
		source.all<{ bytes: number }>(`SELECT ${longestOf(table)} AS bytes FROM ${table.from}`)[0]?.bytes ?? MOST;
	// Numbers of rows have 64 bits.
	statement.setReadBigInts(true);
	const most = Math.max(1, Math.min(ROWS, Math.floor(MOST / table.longest)));
	let width = Math.min(FIRST, most);
	let next = -(2n ** 63n);
	for (;;) {
		const [bytes, last, count] = statement.get(next, width) as unknown as [Uint8Array, bigint, bigint];
		const rows = Number(count);
		if (rows === 0) return;
		yield { bytes, rows };
		if (rows < width || last === 2n ** 63n - 1n) return;
		next = last + 1n;
		width = Math.max(1, Math.min(most, Math.round((WANTED * rows) / Math.max(1, bytes.length))));
	}
}

/** For tables without a number of each row. */
function* oneByOne(source: Source, { from }: TablePlan, line: string, piece: string): Generator<Block> {
	const statement = source.database.prepare(`SELECT CAST(${piece} AS BLOB) FROM (SELECT ${line} AS line FROM ${from})`);
	statement.setReturnArrays(true);
	let pieces: Uint8Array[] = [];
	let length = 0;
	const block = (): Block => {
		const made = { bytes: Buffer.concat(pieces), rows: pieces.length };
		pieces = [];
		length = 0;
		return made;
	};
	for (const row of statement.iterate() as Iterable<unknown>) {
		const bytes = (row as Uint8Array[])[0] ?? new Uint8Array();
		pieces.push(bytes);
		length += bytes.length;
		if (length > WANTED || pieces.length >= ROWS) yield block();
	}
	if (pieces.length > 0) yield block();
}

/** Types of Postgres whose values have no more bytes than a few dozen, whatever SQLite keeps of them. */
const SMALL = new Set(["bool", "int2", "int4", "int8", "float4", "float8", "date", "time", "timestamp", "timestamptz"]);
const DOZENS = 64;

/** SQLite's expression for the most bytes that the values of one row have. */
export function longestOf({ columns }: TablePlan): string {
	const long = columns.filter(({ target }) => !SMALL.has(target.type.name));
	const lengths = long.map(({ value }) => `coalesce(octet_length(${value}), 0)`);
	return `max(${sumOf([`${(columns.length + 1) * DOZENS}`, ...lengths])})`;
}

/** In halves: SQLite takes no expression that is nested a thousand deep, and each + nests the one before it. */
function sumOf(terms: string[]): string {
	if (terms.length <= 2) return terms.join(" + ");
	const half = Math.ceil(terms.length / 2);
	return `(${sumOf(terms.slice(0, half))}) + (${sumOf(terms.slice(half))})`;
}
