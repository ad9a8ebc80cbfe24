import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { quotedName } from "../database";
import { Refusal } from "../refusal";

export interface SourceColumn {
	name: string;
	/** The type as the schema says it, which SQLite does not enforce. */
	declared: string;
	notNull: boolean;
	/** The default's SQL text. */
	default: string | null;
	/** Its place in the primary key, from 1; 0 where it is none of it. */
	key: number;
	generated: boolean;
}

export interface SourceTable {
	name: string;
	sql: string;
	columns: SourceColumn[];
	/** What tells a row: the row's number, or the primary key's columns. */
	row: string[];
	hasRowid: boolean;
	/** The highest id that AUTOINCREMENT ever gave. */
	highest?: bigint;
	rows: number;
}

/** A SQLite file in one read transaction: all that is read of it is of one moment. */
export class Source {
	readonly tables: SourceTable[];
	/** Tables that no copy can take: a search index and the like, with what they are. */
	readonly virtual: string[];

	private constructor(
		readonly database: DatabaseSync,
		readonly path: string,
	) {
		const listed = this.all<{ name: string; type: string; wr: number }>(
			"SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_litestream\\_%' ESCAPE '\\' ORDER BY name",
		);
		this.virtual = listed.filter(({ type }) => type === "virtual").map(({ name }) => name);
		this.tables = listed.filter(({ type }) => type === "table").map(({ name, wr }) => this.tableOf(name, wr === 0));
	}

	/**
	 * @param isWritten that the transaction is one that writes: whoever opened it commits it
	 * @throws {Refusal} where the file is none that can be copied
	 */
	static open(path: string, isWritten = false): Source {
		// Loaded when it is needed: on a Node.js without it, everything else can still be tested.
		const { DatabaseSync } = require("node:sqlite") as typeof import("node:sqlite");
		let database: DatabaseSync | undefined;
		try {
			// One that writes would make a file that is not there.
			if (isWritten) statSync(path);
			// Rows come in no order of their own: foreign keys are looked at when all are there.
			database = new DatabaseSync(path, { readOnly: !isWritten, enableForeignKeyConstraints: false });
			database.exec(`PRAGMA busy_timeout = 5000; BEGIN ${isWritten ? "IMMEDIATE" : ""}`);
			const { encoding } = database.prepare("PRAGMA encoding").get() as { encoding: string };
			if (encoding !== "UTF-8")
				throw new Refusal(
					"move-source",
					`${path} keeps its text as ${encoding}`,
					"make a file of UTF-8 out of it: sqlite3 old.db .dump | sqlite3 new.db",
				);
			return new Source(database, path);
		} catch (error) {
			database?.close();
			if (error instanceof Refusal) throw error;
			throw new Refusal(
				"move-source",
				`${path}: ${(error as Error).message}`,
				"name a sound SQLite file with --from; keeper drill says whether the replica has one",
			);
		}
	}

	/** All rows of a query, for those that have few. */
	all<T>(sql: string, ...values: (string | number)[]): T[] {
		return this.database.prepare(sql).all(...values) as T[];
	}

	close(): void {
		this.database.close();
	}

	private tableOf(name: string, hasRowid: boolean): SourceTable {
		const columns = this.all<{
			name: string;
			type: string;
			notnull: number;
			dflt_value: string | null;
			pk: number;
			hidden: number;
		}>('SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)', name).map((column) => ({
			name: column.name,
			declared: column.type,
			notNull: column.notnull === 1,
			default: column.dflt_value,
			key: column.pk,
			generated: column.hidden === 2 || column.hidden === 3,
		}));
		const [{ sql } = { sql: "" }] = this.all<{ sql: string }>(
			"SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?",
			name,
		);
		const [{ rows } = { rows: 0 }] = this.all<{ rows: number }>(`SELECT count(*) AS rows FROM ${quotedName(name)}`);
		const highest = this.highestOf(name);
		return {
			name,
			sql,
			columns,
			row: rowOf(columns, hasRowid),
			hasRowid,
			rows,
			...(highest !== undefined && { highest }),
		};
	}

	private highestOf(table: string): bigint | undefined {
		const counts = this.all("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").length > 0;
		if (!counts) return undefined;
		// Anybody may have written to this table, NULL too: the highest id of a table without rows is that.
		const [found] = this.all<{ seq: string | null }>(
			"SELECT CAST(max(CAST(seq AS INTEGER)) AS TEXT) AS seq FROM sqlite_sequence WHERE name = ?",
			table,
		);
		return found?.seq == null ? undefined : BigInt(found.seq);
	}
}

/** Columns that tell a row. A name of the row's number that a column has taken is that column's. */
function rowOf(columns: SourceColumn[], hasRowid: boolean): string[] {
	const taken = new Set(columns.map(({ name }) => name.toLowerCase()));
	const free = ["rowid", "_rowid_", "oid"].find((name) => !taken.has(name));
	if (hasRowid && free !== undefined) return [free];
	const key = columns.filter(({ key }) => key > 0).sort((one, other) => one.key - other.key);
	return (key.length > 0 ? key : columns).map(({ name }) => quotedName(name));
}
