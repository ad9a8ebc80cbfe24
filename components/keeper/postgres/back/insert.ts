import type { SQLInputValue, StatementSync } from "node:sqlite";
import { quotedName } from "../../database";
import { literal } from "../conversion";
import { conversionOf } from "../families";
import type { ColumnPlan, TablePlan } from "../plan";
import type { Progress } from "../progress";
import { rowHash } from "../rowHash";
import { canonicalPostgres, canonicalRow } from "../rows";
import type { Server } from "../server";
import type { Source } from "../source";
import { type Form, Unfit } from "./forms";
import { shown, type Unheld } from "./unheld";

/** Bytes, and rows, that are fetched at once. */
const BYTES = 4 * 1024 * 1024;
const ROWS = 1000;

export interface Inserting {
	table: TablePlan;
	forms: Map<ColumnPlan, Form>;
	/** Expressions of Postgres by `table.column`, for what SQLite cannot hold. */
	replacements: Record<string, string>;
	unheld: Unheld;
}

/** What was put in, and which rows are not as Postgres has them because the user said so. */
export interface Inserted {
	rows: number;
	replaced: Record<string, number>;
	/** Hashes of rows with values replaced: as Postgres has them, and as SQLite has them now. */
	swapped: { postgres: string; sqlite: string }[];
}

/** A value as Postgres gives it, beside its canonical text. */
interface Field {
	text: string | null;
	canonical: string;
}

/**
 * Puts in the rows that only Postgres has. What SQLite made of a value is read back at once: a value that is not the same is
 * named, with its row.
 */
export async function insertRows(
	source: Source,
	server: Server,
	{ table, forms, replacements, unheld }: Inserting,
	balance: Map<string, number>,
	progress: Progress,
): Promise<Inserted> {
	const inserted: Inserted = { rows: 0, replaced: {}, swapped: [] };
	const missing = new Map([...balance].filter(([, more]) => more < 0).map(([digest, more]) => [digest, -more]));
	if (missing.size === 0) return inserted;
	const writer = new Writer(source, table, forms);
	const instead = table.columns.map(({ source: { name } }) => replacements[`${table.source.name}.${name}`]);
	for await (const { digest, id, fields, others } of rowsIn(server, table, [...missing.keys()], instead)) {
		const left = missing.get(digest) ?? 0;
		if (left === 0) continue;
		missing.set(digest, left - 1);
		const problems = writer.write(fields);
		const isReplaced = problems.length > 0 && problems.every(({ index }) => index >= 0 && others[index] !== undefined);
		const next = fields.map((field, index) =>
			problems.some((problem) => problem.index === index) ? (others[index] ?? field) : field,
		);
		const all = isReplaced ? writer.write(next) : problems;
		for (const { index, why } of all) unheld.add(problemOf(table, id, index, isReplaced ? next : fields, why));
		if (isReplaced && all.length === 0) {
			for (const { index } of problems) {
				const name = table.columns[index]?.source.name ?? "";
				inserted.replaced[name] = (inserted.replaced[name] ?? 0) + 1;
			}
			inserted.swapped.push({ postgres: hashOfFields(fields), sqlite: hashOfFields(next) });
		}
		inserted.rows += 1;
		await progress.moved(1);
	}
	return inserted;
}

/** As the sums of both sides count it. */
function hashOfFields(fields: Field[]): string {
	return rowHash(canonicalRow(fields.map(({ canonical }) => canonical)));
}

function problemOf({ source, columns }: TablePlan, id: string, index: number, fields: Field[], why: string) {
	const column = columns[index];
	const row = { table: source.name, count: 1, why };
	if (column === undefined) return { ...row, examples: [{ row: id, value: "values that its rules refuse" }] };
	return {
		...row,
		column: column.source.name,
		type: column.target.type.words,
		replace: column.source.notNull ? "0" : "NULL",
		examples: [{ row: id, value: shown(fields[index]?.text ?? null) }],
	};
}

/** Puts rows into a table of SQLite, each checked. */
class Writer {
	private readonly statement: StatementSync;
	private readonly database;

	constructor(
		source: Source,
		private readonly table: TablePlan,
		private readonly forms: Map<ColumnPlan, Form>,
	) {
		this.database = source.database;
		const written = table.columns.filter(({ source: column }) => !column.generated);
		const names = written.map(({ value }) => value).join(", ");
		const checks = table.columns.map(
			({ value, conversion }) =>
				`CASE WHEN ${value} IS NULL THEN 'N' WHEN (${conversion.fits}) IS TRUE THEN CAST(${conversion.canonical} AS TEXT) END`,
		);
		// What the schema says of conflicts, such as to replace another row, is not meant for these.
		this.statement = this.database.prepare(
			`INSERT OR ABORT INTO ${quotedName(table.source.name)} (${names}) VALUES (${written.map(() => "?").join(", ")}) RETURNING ${checks.join(", ")}`,
		);
		this.statement.setReturnArrays(true);
	}

	/** What SQLite cannot hold, by the column's place; -1 for the row as a whole. Then the row is not there. */
	write(fields: Field[]): { index: number; why: string }[] {
		const problems: { index: number; why: string }[] = [];
		const values: SQLInputValue[] = [];
		for (const [index, column] of this.table.columns.entries()) {
			if (column.source.generated) continue;
			const text = fields[index]?.text ?? null;
			const value = text === null ? null : (this.forms.get(column)?.write(text) ?? null);
			if (value instanceof Unfit) problems.push({ index, why: value.why });
			else values.push(value);
		}
		if (problems.length > 0) return problems;
		this.database.exec("SAVEPOINT row");
		try {
			const held = this.statement.get(...values) as unknown as (string | null)[];
			for (const [index, { canonical }] of fields.entries())
				if (held[index] !== canonical)
					problems.push({ index, why: "the column of SQLite does not give this value back" });
		} catch (error) {
			if (!isOfData(error)) throw error;
			problems.push({ index: -1, why: error.message });
		}
		if (problems.length > 0) this.database.exec("ROLLBACK TO row");
		this.database.exec("RELEASE row");
		return problems;
	}
}

/** SQLite's codes of a constraint (19) and of a value of the wrong type (20). */
function isOfData(error: unknown): error is Error {
	return error instanceof Error && [19, 20].includes(((error as { errcode?: number }).errcode ?? 0) & 0xff);
}

interface Row {
	digest: string;
	id: string;
	fields: Field[];
	/** The values to take instead, by the column's place. */
	others: (Field | undefined)[];
}

/** Rows of Postgres by their hashes, so many at a time that they fit into the memory whatever their size. */
async function* rowsIn(
	server: Server,
	table: TablePlan,
	digests: string[],
	instead: (string | undefined)[],
): AsyncGenerator<Row> {
	const { columns, target } = table;
	const name = quotedName(target.name);
	const where = `md5(${canonicalPostgres(table)}) = ANY ($1)`;
	const { most } = await server.one<{ most: number }>(
		`SELECT max(octet_length(${canonicalPostgres(table)}))::float8 AS most FROM ${name} WHERE ${where}`,
		[digests],
	);
	const keys = columns.filter(({ source: { key } }) => key > 0).map(({ target: { name } }) => quotedName(name));
	const id = keys.length === 0 ? "ctid::text" : keys.map((key) => `${key}::text`).join(` || ${literal(", ")} || `);
	const fields = columns.flatMap((column, index) => {
		const held = quotedName(column.target.name);
		const other = instead[index];
		return [
			`${textOf(held, column)} AS v${index}, coalesce(${column.conversion.canonicalPostgres}, 'N') AS c${index}`,
			...(other === undefined ? [] : [replacedFields(column, other, index)]),
		];
	});
	const all = [`md5(${canonicalPostgres(table)}) AS digest`, `${id} AS id`, ...fields].join(", ");
	await server.rows(`DECLARE missing NO SCROLL CURSOR FOR SELECT ${all} FROM ${name} WHERE ${where}`, [digests]);
	const count = Math.max(1, Math.min(ROWS, Math.floor(BYTES / Math.max(1, 2 * most))));
	for (;;) {
		const rows = await server.rows<Record<string, string | null>>(`FETCH ${count} FROM missing`);
		if (rows.length === 0) break;
		for (const row of rows) {
			const field = (place: string) => ({ text: row[`v${place}`] ?? null, canonical: row[`c${place}`] ?? "N" });
			yield {
				digest: row.digest ?? "",
				id: row.id ?? "?",
				fields: columns.map((_, index) => field(`${index}`)),
				others: instead.map((other, index) => (other === undefined ? undefined : field(`${index}r`))),
			};
		}
	}
	await server.run("CLOSE missing");
}

/** The same of the value that the user gave, as one of the column's own type. */
function replacedFields(column: ColumnPlan, expression: string, index: number): string {
	const { type } = column.target;
	const held = `CAST((${expression}) AS ${type.words})`;
	const canonical = conversionOf(column.value, held, type)?.canonicalPostgres ?? "NULL";
	return `${textOf(held, column)} AS v${index}r, coalesce(${canonical}, 'N') AS c${index}r`;
}

/** A value's text, which means the same in every time zone. */
function textOf(held: string, { target: { type } }: ColumnPlan): string {
	if (type.name === "bytea") return `encode(${held}, 'hex')`;
	if (type.name === "timestamptz") return `(${held} AT TIME ZONE 'UTC')::text`;
	return `${held}::text`;
}
