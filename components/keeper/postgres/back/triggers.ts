import type { DatabaseSync } from "node:sqlite";
import { quotedName } from "../../database";
import { Refusal } from "../../refusal";
import type { Source } from "../source";

/** SQLite's numbers of what writes: a delete, an insert, an update. */
const WRITES = [9, 18, 23];

/**
 * Takes off the triggers of a table: what they did is in Postgres' rows already. Those that write to nothing but virtual
 * tables stay, for such a table, as a search index, is not in Postgres. Returns what puts them back, in the same transaction.
 */
export function takeOffTriggers(source: Source, table: string): () => string[] {
	const triggers = source.all<{ name: string; sql: string }>(
		"SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE ORDER BY rowid",
		table,
	);
	if (triggers.length === 0) return () => [];
	const staying = source.virtual.length === 0 ? new Set<string>() : indexing(source, table);
	const off = triggers.filter(({ name }) => !staying.has(name));
	for (const { name } of off) source.database.exec(`DROP TRIGGER ${quotedName(name)}`);
	return () => {
		for (const { sql } of off) source.database.exec(sql);
		return off.map(({ name }) => `the trigger ${name} did not run for these rows`);
	};
}

/** Triggers that keep a virtual table up to date and do nothing else, as SQLite itself tells while it prepares a statement. */
function indexing(source: Source, table: string): Set<string> {
	const written = new Map<string, Set<string>>();
	const { database } = source;
	database.setAuthorizer((action, name, _column, _database, trigger) => {
		if (trigger !== null && WRITES.includes(action))
			written.set(trigger, (written.get(trigger) ?? new Set()).add(name ?? ""));
		return 0;
	});
	try {
		prepareWrites(database, table);
	} catch (error) {
		throw new Refusal(
			"move-unfit",
			`the SQLite file is as it was: the triggers of ${table} cannot be run: ${(error as Error).message}`,
			"drop the trigger that is named in SQLite, and make it again afterwards; where it fills a search index, build that anew",
		);
	} finally {
		database.setAuthorizer(null);
	}
	const isVirtual = (name: string) => source.virtual.includes(name);
	const mixed = [...written].filter(([, names]) => [...names].some(isVirtual) && ![...names].every(isVirtual));
	if (mixed.length > 0)
		throw new Refusal(
			"move-unfit",
			`the SQLite file is as it was: the trigger ${mixed.map(([name]) => name).join(", ")} of ${table} writes to a virtual table and to another: the first must be done for each row, the second must not`,
			"make two triggers of it in SQLite, one for each",
		);
	return new Set([...written].filter(([, names]) => [...names].every(isVirtual)).map(([name]) => name));
}

function prepareWrites(database: DatabaseSync, table: string): void {
	database.prepare(`DELETE FROM ${quotedName(table)}`);
	database.prepare(`INSERT INTO ${quotedName(table)} DEFAULT VALUES`);
}
