import { quotedName } from "../database";
import { literal } from "./conversion";
import type { Server } from "./server";
import type { TargetTable } from "./target";

/** From so many rows on, an index is faster built anew than kept up to date. */
const MANY = 10_000;

/** What is taken off the tables while rows are copied, and how each comes back just as it was. */
export interface Stripped {
	restore: string[];
}

/** A table whose rows are to change, and what becomes of those that it has. */
export interface Touched {
	target: TargetTable;
	/** How many it will have. */
	rows: number;
	/** All are written anew; some go for good; some get other values; or none changes. */
	loses: "all" | "some" | "values" | "none";
}

/**
 * Takes off foreign keys, triggers of the app and, from large tables, plain indexes. All of it is in the transaction of the
 * copy: whatever happens to that, nobody sees the tables without. A foreign key that few rows have to do with waits until all is there: to look at all rows again would
 * take longer.
 */
export async function strip(server: Server, tables: Touched[]): Promise<Stripped> {
	const oids = tables.map(({ target }) => target.oid);
	const restore: string[] = [];
	const triggers = await server.rows<{ table: string; name: string; enabled: string }>(
		"SELECT tgrelid::regclass::text AS table, tgname AS name, tgenabled AS enabled FROM pg_trigger WHERE NOT tgisinternal AND tgparentid = 0 AND tgrelid = ANY ($1::oid[]) AND tgenabled <> 'D' ORDER BY tgrelid, tgname",
		[oids],
	);
	for (const { table, name, enabled } of triggers) {
		await server.run(`ALTER TABLE ${table} DISABLE TRIGGER ${quotedName(name)}`);
		const how = enabled === "A" ? "ENABLE ALWAYS" : enabled === "R" ? "ENABLE REPLICA" : "ENABLE";
		restore.push(`ALTER TABLE ${table} ${how} TRIGGER ${quotedName(name)}`);
	}
	const keys = await server.rows<ForeignKeyRow>(
		"SELECT conrelid::regclass::text AS table, conname AS name, conrelid::int8::text AS child, confrelid::int8::text AS parent, confdeltype AS action, condeferrable AS \"isDeferrable\", condeferred AS \"isDeferred\", pg_get_constraintdef(oid) AS definition, obj_description(oid, 'pg_constraint') AS comment FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND (conrelid = ANY ($1::oid[]) OR confrelid = ANY ($1::oid[])) ORDER BY conrelid, conname",
		[oids],
	);
	for (const key of keys) {
		const { table, name, definition, comment } = key;
		if (mayWait(key, tables)) {
			if (key.isDeferred) continue;
			const alter = `ALTER TABLE ${table} ALTER CONSTRAINT ${quotedName(name)}`;
			await server.run(`${alter} DEFERRABLE INITIALLY DEFERRED`);
			restore.push(`${alter} ${key.isDeferrable ? "DEFERRABLE INITIALLY IMMEDIATE" : "NOT DEFERRABLE"}`);
			continue;
		}
		await server.run(`ALTER TABLE ${table} DROP CONSTRAINT ${quotedName(name)}`);
		restore.push(`ALTER TABLE ${table} ADD CONSTRAINT ${quotedName(name)} ${definition}`);
		if (comment !== null) restore.push(`COMMENT ON CONSTRAINT ${quotedName(name)} ON ${table} IS ${literal(comment)}`);
	}
	const large = tables.filter(({ rows, loses }) => loses === "all" && rows >= MANY).map(({ target }) => target.oid);
	// Only what an index' definition says all of: no comment, no constraint, nothing that the table is ordered or told by.
	const indexes = await server.rows<{ name: string; definition: string }>(
		"SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid WHERE i.indrelid = ANY ($1::oid[]) AND t.relkind = 'r' AND NOT i.indisunique AND NOT i.indisexclusion AND i.indisvalid AND NOT i.indisclustered AND NOT i.indisreplident AND obj_description(c.oid, 'pg_class') IS NULL AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attstattarget > 0) ORDER BY 1",
		[large],
	);
	for (const { name, definition } of indexes) {
		await server.run(`DROP INDEX ${name}`);
		restore.unshift(definition);
	}
	// What waits is looked at now: a table cannot be altered before that.
	restore.unshift("SET CONSTRAINTS ALL IMMEDIATE");
	return { restore };
}

interface ForeignKeyRow {
	table: string;
	name: string;
	child: string;
	parent: string;
	/** What Postgres does to a row whose parent goes: a for nothing, but for the look at whether it is there. */
	action: string;
	isDeferrable: boolean;
	isDeferred: boolean;
	definition: string;
	comment: string | null;
}

/** Whether a foreign key holds its peace, and has little to look at, while rows are there twice or not at all. */
function mayWait({ child, parent, action }: ForeignKeyRow, tables: Touched[]): boolean {
	const losesOf = (oid: string) => tables.find(({ target }) => `${target.oid}` === oid)?.loses ?? "none";
	if (losesOf(child) === "all") return false;
	// A parent that is gone for good would have each table that refers to it searched, once for each such row.
	return losesOf(parent) === "none" || (losesOf(parent) === "values" && action === "a");
}
