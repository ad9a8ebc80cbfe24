import { quotedName } from "../database";
import { Refusal } from "../refusal";
import type { Server } from "./server";
import { type Sum, sumOf } from "./sums";
import type { TargetTable } from "./target";

/** Of the rows of which tables we know who wrote them: in a schema of our own, where no migration looks. */
const MAKE = [
	"CREATE SCHEMA IF NOT EXISTS holdfast",
	`CREATE TABLE IF NOT EXISTS holdfast.written (
		table_name text PRIMARY KEY,
		writer text NOT NULL,
		expression text NOT NULL,
		rows bigint NOT NULL,
		hash text NOT NULL,
		at timestamptz NOT NULL DEFAULT now()
	)`,
	"COMMENT ON TABLE holdfast.written IS 'What Holdfast wrote, or found in a database that it made: it replaces these rows, and no others'",
];

interface Written extends Sum {
	table: string;
	writer: "copy" | "baseline";
	/** What of a row was hashed: its text in Postgres' SQL. */
	expression: string;
}

export class Ledger {
	constructor(private readonly server: Server) {}

	async make(): Promise<void> {
		await this.server.run(...MAKE);
	}

	/** Whether a table holds just the rows that are written here. One that has changed since then is not ours. */
	async isOurs(table: string): Promise<boolean> {
		const [entry] = await this.server.rows<{ expression: string; rows: string; hash: string }>(
			"SELECT expression, rows::text AS rows, hash FROM holdfast.written WHERE table_name = $1",
			[table],
		);
		if (entry === undefined) return false;
		await this.server.run("SAVEPOINT ledger");
		try {
			const now = await sumOf(this.server, table, entry.expression);
			return now.rows === Number(entry.rows) && now.hash === entry.hash;
		} catch (error) {
			// The table has lost a column since then: what it holds is somebody else's.
			if (!/^42/.test((error as { code?: string }).code ?? "")) throw error;
			return false;
		} finally {
			await this.server.run("ROLLBACK TO SAVEPOINT ledger", "RELEASE SAVEPOINT ledger");
		}
	}

	/** What was written to a table at last. Undefined for one that nobody knows of. */
	async entryOf(table: string): Promise<{ writer: Written["writer"]; expression: string; rows: number } | undefined> {
		const [entry] = await this.server.rows<{ writer: Written["writer"]; expression: string; rows: string }>(
			"SELECT writer, expression, rows::text AS rows FROM holdfast.written WHERE table_name = $1",
			[table],
		);
		return entry && { ...entry, rows: Number(entry.rows) };
	}

	async write({ table, writer, expression, rows, hash }: Written): Promise<void> {
		await this.server.rows(
			"INSERT INTO holdfast.written (table_name, writer, expression, rows, hash) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (table_name) DO UPDATE SET writer = $2, expression = $3, rows = $4, hash = $5, at = now()",
			[table, writer, expression, rows, hash],
		);
	}

	/** What is in the tables now is what the app's own migration put there, in a database that we made. */
	async baseline(tables: TargetTable[]): Promise<Record<string, number>> {
		const counts: Record<string, number> = {};
		for (const table of tables) {
			const expression = wholeRow(table);
			const sum = await sumOf(this.server, table.name, expression);
			await this.write({ table: table.name, writer: "baseline", expression, ...sum });
			counts[table.name] = sum.rows;
		}
		return counts;
	}
}

/** All of a row as one text, in Postgres' SQL. */
export function wholeRow({ columns }: TargetTable): string {
	const fields = columns.map(({ name }) => {
		const text = `${quotedName(name)}::text`;
		return `coalesce(length(${text}) || ':' || ${text}, 'N')`;
	});
	return fields.join(" || ',' || ") || "''";
}

export async function countOf(server: Server, table: string): Promise<number> {
	const { rows } = await server.one<{ rows: string }>(`SELECT count(*)::text AS rows FROM ${quotedName(table)}`);
	return Number(rows);
}

/** @throws {Refusal} naming all tables with rows of others. */
export function foreignRows(server: Server, found: { table: string; rows: number }[]): Refusal {
	const tables = found.map(({ table, rows }) => `${table} (${rows})`).join(", ");
	return new Refusal(
		"move-foreign-rows",
		`${server.words} holds rows that this copy did not write, in ${found.length === 1 ? "the table" : "the tables"} ${tables}`,
		"nothing was changed. Where the rows are to stay, name another, empty database; where they may go, empty these tables yourself; where the app's own migration put them there, in a database that nothing else has used, run keeper postgres baseline",
	);
}
