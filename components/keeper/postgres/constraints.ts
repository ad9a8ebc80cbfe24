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

/**
 * Takes off foreign keys, triggers of the app and, from large tables, plain indexes. All of it is in the transaction of the
 * copy: whatever happens to that, nobody sees the tables without.
 */
export async function strip(server: Server, tables: { target: TargetTable; rows: number }[]): Promise<Stripped> {
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
	const keys = await server.rows<{ table: string; name: string; definition: string; comment: string | null }>(
		"SELECT conrelid::regclass::text AS table, conname AS name, pg_get_constraintdef(oid) AS definition, obj_description(oid, 'pg_constraint') AS comment FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND (conrelid = ANY ($1::oid[]) OR confrelid = ANY ($1::oid[])) ORDER BY conrelid, conname",
		[oids],
	);
	for (const { table, name, definition, comment } of keys) {
		await server.run(`ALTER TABLE ${table} DROP CONSTRAINT ${quotedName(name)}`);
		restore.push(`ALTER TABLE ${table} ADD CONSTRAINT ${quotedName(name)} ${definition}`);
		if (comment !== null) restore.push(`COMMENT ON CONSTRAINT ${quotedName(name)} ON ${table} IS ${literal(comment)}`);
	}
	const large = tables.filter(({ rows }) => rows >= MANY).map(({ target }) => target.oid);
	// Only what an index' definition says all of: no comment, no constraint, nothing that the table is ordered or told by.
	const indexes = await server.rows<{ name: string; definition: string }>(
		"SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid WHERE i.indrelid = ANY ($1::oid[]) AND t.relkind = 'r' AND NOT i.indisunique AND NOT i.indisexclusion AND i.indisvalid AND NOT i.indisclustered AND NOT i.indisreplident AND obj_description(c.oid, 'pg_class') IS NULL AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attstattarget > 0) ORDER BY 1",
		[large],
	);
	for (const { name, definition } of indexes) {
		await server.run(`DROP INDEX ${name}`);
		restore.unshift(definition);
	}
	return { restore };
}
