import { quotedName } from "../../database";
import { countOf, Ledger } from "../ledger";
import type { Plan, TablePlan } from "../plan";
import type { Server } from "../server";
import type { Target } from "../target";
import type { Unheld } from "./unheld";

const BOTH = "have the app's migration make it in SQLite too: both schemas must be of the same version of the app";

/**
 * Rows and values that SQLite has no place for. A column that is to be left out is named with NULL.
 *
 * @returns how many values of each column were left out, by table
 */
export async function needPlaces(
	server: Server,
	target: Target,
	plan: Plan,
	replacements: Record<string, string>,
	unheld: Unheld,
): Promise<Map<TablePlan, Record<string, number>>> {
	for (const name of plan.leftAlone.postgres) {
		const rows = await countOf(server, name);
		// What a migration puts into its own table is nobody's data.
		if (rows > 0 && !(await isBaseline(server, name)))
			unheld.add({ table: name, count: rows, why: "SQLite has no such table", remedy: `${BOTH}; or empty it` });
	}
	const leftOut = new Map<TablePlan, Record<string, number>>();
	for (const table of plan.tables) {
		const { name } = table.target;
		for (const { name: column } of columnsWithout(table, target)) {
			const { rows } = await server.one<{ rows: string }>(
				`SELECT count(${quotedName(column)})::text AS rows FROM ${quotedName(name)}`,
			);
			const count = Number(rows);
			if (count === 0) continue;
			if (replacements[`${name}.${column}`] === "NULL") leftOut.set(table, { ...leftOut.get(table), [column]: count });
			else unheld.add({ table: name, column, count, why: "SQLite has no such column", remedy: BOTH, replace: "NULL" });
		}
		const known = new Set(table.columns.map(({ source }) => source));
		for (const column of table.source.columns) {
			if (known.has(column) || column.generated) continue;
			const count = await countOf(server, name);
			const why = "Postgres' table has no such column, and SQLite would have to make up its values";
			if (count > 0)
				unheld.add({
					table: name,
					column: column.name,
					count,
					why,
					remedy: "bring both schemas to the same version of the app",
				});
		}
	}
	return leftOut;
}

function columnsWithout({ target, columns }: TablePlan, { tables }: Target) {
	const all = tables.find(({ oid }) => oid === target.oid)?.columns ?? [];
	return all.filter((column) => !column.generated && !columns.some((plan) => plan.target === column));
}

async function isBaseline(server: Server, table: string): Promise<boolean> {
	const { ledger } = await server.one<{ ledger: string | null }>(
		"SELECT to_regclass('holdfast.written')::text AS ledger",
	);
	return ledger !== null && (await new Ledger(server).isOurs(table));
}
