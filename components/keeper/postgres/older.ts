import { statSync } from "node:fs";
import { quotedName } from "../database";
import { Refusal } from "../refusal";
import { literal } from "./conversion";
import type { Ledger } from "./ledger";
import { type ColumnPlan, fromOf, type Plan, type TablePlan } from "./plan";
import { canonicalPostgres } from "./rows";
import type { Source, SourceTable } from "./source";

/** From so many rows on it matters how they are copied. */
const MANY = 10_000;
/** How many changes are listed: the lists lie in the keeper's temporary directory, which is in memory and small. */
const LISTED = 500_000;

/** What has changed in a table since it was copied. */
export interface Changes {
	/** Rows of before that are there no more, and those that have other values now. */
	gone: number;
	changed: number;
	/** Rows of now that are new or have other values. */
	came: number;
	/** The columns that tell a row on both sides. */
	key: ColumnPlan[];
	/** Reads only the rows of before that are gone or changed, and only those of now that are new or changed. */
	before: TablePlan;
	now: TablePlan;
}

/** An older state of a file, which was copied before: SQLite itself finds what has changed since. */
export class Older {
	private lists = 0;

	/** @throws {Refusal} where it is no file that can be read */
	constructor(
		private readonly source: Source,
		readonly path: string,
	) {
		try {
			// SQLite would read one that is not there as an empty one.
			statSync(path);
			source.database.exec(`ATTACH DATABASE ${literal(path)} AS older`);
		} catch (error) {
			throw new Refusal(
				"move-source",
				`${path}: ${(error as Error).message}`,
				"name with --after the SQLite file that was copied before, or leave --after out: all rows are copied then",
			);
		}
	}

	/** The changes of each table, and for each other one why it is copied whole. */
	async changesOf(plan: Plan, ledger: Ledger): Promise<{ changes: Map<TablePlan, Changes>; whole: string[] }> {
		const changes = new Map<TablePlan, Changes>();
		const whole: string[] = [];
		for (const table of plan.tables) {
			const found = (await this.reasonAgainst(table, plan, ledger)) ?? this.changesIn(table);
			if (typeof found === "string") whole.push(`${table.target.name}: ${found}`);
			else changes.set(table, found);
		}
		return { changes, whole };
	}

	/** Why the rows of a table cannot be told apart, or are not known to be in Postgres. */
	private async reasonAgainst(table: TablePlan, { foreignKeys }: Plan, ledger: Ledger): Promise<string | undefined> {
		const { source, target, columns } = table;
		if (this.sqlIn("older", source) !== this.sqlIn("main", source)) return "its schema in SQLite is another one now";
		const key = keyOf(table);
		if (key.length === 0) return "it has no primary key";
		const isPlain = key.every((one) => one.isCopied && one.target.notNull && one.replace === undefined);
		if (!isPlain || key.length < source.columns.filter(({ key }) => key > 0).length)
			return "its primary key is none in Postgres";
		const known = await ledger.entryOf(target.name);
		if (known?.writer !== "copy") return "Postgres has no copy of it";
		if (known.expression !== canonicalPostgres(table)) return "Postgres' columns are others now";
		const [{ rows } = { rows: 0 }] = this.source.all<{ rows: number }>(
			`SELECT count(*) AS rows FROM older.${quotedName(source.name)}`,
		);
		if (rows !== known.rows) return `the copy in Postgres is not of ${this.path}`;
		// What is taken instead of a value may change with other rows, while its own is the same.
		const isLoose = columns.some(
			({ replace, target: { name } }) =>
				replace !== undefined &&
				(/\bSELECT\b/i.test(replace) ||
					foreignKeys.some((key) => key.table === target.name && key.columns.includes(name))),
		);
		return isLoose ? "values of it are replaced by what other rows say" : undefined;
	}

	/** Finds the rows by looking at each value of both files. */
	private changesIn(table: TablePlan): Changes | string {
		const { source } = table;
		const [gone, came] = [`temp.holdfast_gone_${this.lists}`, `temp.holdfast_came_${this.lists}`];
		this.lists += 1;
		const name = quotedName(source.name);
		const same = source.row.map((row) => `now.${row} = before.${row}`).join(" AND ");
		const [first] = source.row;
		const rowOf = (side: string) => source.row.map((row, index) => `${side}.${row} AS key_${index}`).join(", ");
		const listed = source.row.map((row, index) => `now.${row} = list.key_${index}`).join(" AND ");
		this.source.database.exec(`
			DROP TABLE IF EXISTS ${gone}; DROP TABLE IF EXISTS ${came};
			CREATE TABLE ${gone} AS SELECT ${rowOf("before")} FROM older.${name} AS before LEFT JOIN main.${name} AS now ON ${same}
				WHERE now.${first} IS NULL OR ${source.columns.flatMap(({ name, generated }) => (generated ? [] : [differs(quotedName(name))])).join(" OR ")} LIMIT ${LISTED + 1};
			CREATE TABLE ${came} AS SELECT ${rowOf("now")}, 1 AS is_new FROM main.${name} AS now WHERE NOT EXISTS (SELECT 1 FROM older.${name} AS before WHERE ${same}) LIMIT ${LISTED + 1};
			INSERT INTO ${came} SELECT ${rowOf("now")}, 0 FROM ${gone} AS list JOIN main.${name} AS now ON ${listed};`);
		const countOf = (list: string) =>
			this.source.all<{ rows: number }>(`SELECT count(*) AS rows FROM ${list}`)[0]?.rows ?? 0;
		const [went, rows, fresh] = [countOf(gone), countOf(came), countOf(`${came} WHERE is_new`)];
		if (went > LISTED || fresh > LISTED || (source.rows >= MANY && rows + went > source.rows))
			return "too many of its rows have changed";
		const changed = rows - fresh;
		return {
			gone: went - changed,
			changed,
			came: rows,
			key: keyOf(table),
			before: { ...table, from: fromList(table, "older", gone), bytes: true },
			now: { ...table, from: fromList(table, "main", came) },
		};
	}

	private sqlIn(schema: "main" | "older", { name }: SourceTable): string | undefined {
		const [found] = this.source.all<{ sql: string }>(
			`SELECT sql FROM ${schema}.sqlite_schema WHERE type = 'table' AND name = ?`,
			name,
		);
		return found?.sql;
	}
}

/** Columns of the primary key that both sides have. */
function keyOf({ columns }: TablePlan): ColumnPlan[] {
	return columns.filter(({ source }) => source.key > 0);
}

/** As it is stored: neither a collation nor an affinity makes two values one, and 1 is not 1.0. */
function differs(column: string): string {
	const [now, before] = [`now.${column}`, `before.${column}`];
	const zeros = `(${now} = 0 AND typeof(${now}) = 'real' AND holdfast_bits(${now}) <> holdfast_bits(${before}))`;
	return `${now} COLLATE BINARY IS NOT ${before} OR typeof(${now}) <> typeof(${before}) OR ${zeros}`;
}

/** Rows of a list alone, with what tells a row beside the columns. */
function fromList({ source, columns }: TablePlan, schema: string, list: string): string {
	const taken = new Set(source.columns.map(({ name }) => quotedName(name)));
	const row = source.row.filter((name) => !taken.has(name)).map((name) => `${name} AS ${name}`);
	const keys = source.row.map((_, index) => `key_${index}`).join(", ");
	const table = `(SELECT ${[...row, "*"].join(", ")} FROM ${schema}.${quotedName(source.name)} WHERE (${source.row.join(", ")}) IN (SELECT ${keys} FROM ${list}))`;
	return fromOf(source, columns, table);
}
