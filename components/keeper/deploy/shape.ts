import type { DatabaseSync } from "node:sqlite";
import { countOf, quotedName, reading, schemaOf, tablesOf } from "../database";

/** What a migration can change of a database, as far as it can be counted. */
export interface Shape {
	tables: Record<string, { columns: string[]; rows: number }>;
	/** Rows by table that point at a row which is not there. */
	orphans: Record<string, number>;
	/** SHA-256 of the schema. */
	schema: string;
}

export function shapeOf(path: string): Shape {
	const shape = reading(path, (database) => ({
		tables: Object.fromEntries(
			tablesOf(database).map((name) => [name, { columns: columnsOf(database, name), rows: countOf(database, name) }]),
		),
		orphans: orphansIn(database),
	}));
	return { ...shape, schema: schemaOf(path) };
}

function columnsOf(database: DatabaseSync, table: string): string[] {
	const columns = database.prepare(`PRAGMA table_info(${quotedName(table)})`).all() as { name: string }[];
	return columns.map(({ name }) => name);
}

function orphansIn(database: DatabaseSync): Record<string, number> {
	const orphans: Record<string, number> = {};
	// Row by row: there can be as many as there are rows.
	for (const row of database.prepare("PRAGMA foreign_key_check").iterate()) {
		const { table } = row as { table: string };
		orphans[table] = (orphans[table] ?? 0) + 1;
	}
	return orphans;
}

/** What makes a migration unfit for the data: rows or tables that went, rows that point nowhere since. */
export function lossesOf(before: Shape, after: Shape, mayLose: string[]): string[] {
	const losses = Object.entries(before.tables).flatMap(([name, { rows }]) => {
		if (mayLose.includes(name)) return [];
		const now = after.tables[name];
		if (now === undefined) return [`the table ${name} is gone, with ${counted(rows, "row")}`];
		return now.rows < rows
			? [`the table ${name} has lost ${counted(rows - now.rows, "row")}: ${rows} before, ${now.rows} after`]
			: [];
	});
	const orphans = Object.entries(after.orphans).flatMap(([name, count]) => {
		const more = count - (before.orphans[name] ?? 0);
		return more > 0
			? [`${counted(more, "row")} of the table ${name} point at rows that are not there (foreign keys)`]
			: [];
	});
	return [...losses, ...orphans];
}

/** What is different, a line for each table; nothing where all is the same. */
export function changesOf(before: Shape, after: Shape): string[] {
	const names = [...new Set([...Object.keys(before.tables), ...Object.keys(after.tables)])].sort();
	return names.flatMap((name) => {
		const [old, now] = [before.tables[name], after.tables[name]];
		if (old === undefined) return [`+ table ${name} (${now?.columns.join(", ")}), ${counted(now?.rows ?? 0, "row")}`];
		if (now === undefined) return [`- table ${name}, ${counted(old.rows, "row")}`];
		const added = now.columns.filter((column) => !old.columns.includes(column)).map((column) => `+${column}`);
		const gone = old.columns.filter((column) => !now.columns.includes(column)).map((column) => `-${column}`);
		const columns = [...added, ...gone];
		if (columns.length === 0 && old.rows === now.rows) return [];
		const rows = old.rows === now.rows ? counted(old.rows, "row") : `rows ${old.rows} → ${now.rows}`;
		return [`~ table ${name}: ${[...columns, rows].join(", ")}`];
	});
}

export function counted(count: number, what: string): string {
	return `${count} ${what}${count === 1 ? "" : "s"}`;
}
