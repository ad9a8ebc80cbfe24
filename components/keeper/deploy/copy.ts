import { closeSync, fsyncSync, openSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { quotedName, reading, tablesOf } from "../database";

/** In one step: the copy is of one moment, and a writer that goes on cannot make it begin anew. */
const ALL_PAGES = 2 ** 31 - 1;

/** Copies a database by SQLite's own backup, with what is still in its WAL. Readers and writers go on meanwhile. */
export async function copyDatabase(source: string, target: string): Promise<{ pages: number }> {
	const { DatabaseSync, backup } = require("node:sqlite") as typeof import("node:sqlite");
	const database = new DatabaseSync(source, { readOnly: true });
	try {
		database.exec("PRAGMA busy_timeout = 5000");
		const pages = await backup(database, target, { rate: ALL_PAGES });
		const file = openSync(target, "r");
		fsyncSync(file);
		closeSync(file);
		return { pages };
	} finally {
		database.close();
	}
}

/**
 * Rows by table that are in a database and not in an older state of it, or have other values there. Columns that only
 * one of the two has are not compared, and a table that only the newer one has counts whole.
 */
export function rowsSince(path: string, older: string): Record<string, number> {
	return reading(path, (database) => {
		database.exec(`ATTACH DATABASE '${older.replaceAll("'", "''")}' AS older`);
		const counts = tablesOf(database).map((table) => [table, newRows(database, table)] as const);
		return Object.fromEntries(counts.filter(([, count]) => count > 0));
	});
}

function newRows(database: DatabaseSync, table: string): number {
	const columnsIn = (schema: string) =>
		(database.prepare(`PRAGMA ${schema}.table_info(${quotedName(table)})`).all() as { name: string }[]).map(
			({ name }) => name,
		);
	const before = columnsIn("older");
	const common = columnsIn("main").filter((name) => before.includes(name));
	const columns = common.map(quotedName).join(", ");
	const rows = `SELECT ${columns} FROM main.${quotedName(table)}`;
	const from =
		common.length === 0
			? `main.${quotedName(table)}`
			: `(${rows} EXCEPT SELECT ${columns} FROM older.${quotedName(table)})`;
	return (database.prepare(`SELECT count(*) AS count FROM ${from}`).get() as { count: number }).count;
}
