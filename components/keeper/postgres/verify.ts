import { Refusal } from "../refusal";
import { differencesOf, differingRows } from "./differences";
import type { TablePlan } from "./plan";
import { Progress } from "./progress";
import type { MoveProgress } from "./report";
import type { Server } from "./server";
import type { Source } from "./source";
import { postgresSum, type Sum, sqliteSum } from "./sums";

export type Sums = Map<TablePlan, { sqlite: Sum; postgres: Sum }>;

/** Counts and hashes of all tables, on both sides at the same time. */
export async function verifyTables(
	source: Source,
	server: Server,
	tables: TablePlan[],
	tell: (progress: MoveProgress) => void,
): Promise<Sums> {
	const total = tables.reduce((sum, { source: { rows } }) => sum + rows, 0);
	const progress = new Progress("verify", total, tell);
	const [postgres, sqlite] = await Promise.all([
		inTurn(tables, (table) => postgresSum(server, table)),
		inTurn(tables, (table) => sqliteSum(source, table, progress.on(table.target.name))),
	]);
	return new Map(
		tables.map((table) => [table, { sqlite: sqlite.get(table) as Sum, postgres: postgres.get(table) as Sum }]),
	);
}

async function inTurn(tables: TablePlan[], sum: (table: TablePlan) => Promise<Sum>): Promise<Map<TablePlan, Sum>> {
	const sums = new Map<TablePlan, Sum>();
	for (const table of tables) sums.set(table, await sum(table));
	return sums;
}

export function isSame({ sqlite, postgres }: { sqlite: Sum; postgres: Sum }): boolean {
	return sqlite.rows === postgres.rows && sqlite.hash === postgres.hash;
}

/** @throws {Refusal} naming tables and rows where the sides differ. */
export async function sameOnBothSides(source: Source, server: Server, sums: Sums): Promise<void> {
	const different = [...sums].filter(([, both]) => !isSame(both));
	if (different.length === 0) return;
	const told: string[] = [];
	for (const [table, { sqlite, postgres }] of different) {
		const { onlySqlite, onlyPostgres, hashes } = await differencesOf(source, server, table);
		const rows = await differingRows(source, server, table, hashes);
		told.push(
			`${table.target.name}: ${sqlite.rows} rows in SQLite, ${postgres.rows} in Postgres; ${onlySqlite} only in SQLite, ${onlyPostgres} only in Postgres${rows}`,
		);
	}
	throw new Refusal(
		"move-not-verified",
		`SQLite and Postgres differ: ${told.join("\n  ")}`,
		"a copy that differs is not kept. After a move, rows that the app wrote differ by right; after a copy, look for what else writes to this database, or changes rows by a trigger, a rule or a policy",
	);
}
