import { quotedName } from "../database";
import { type Checked, checkAll } from "./check";
import type { Touched } from "./constraints";
import { copyRows } from "./copyRows";
import type { Changes } from "./older";
import type { Plan, TablePlan } from "./plan";
import { Progress } from "./progress";
import { canonicalPostgres, copiedColumns } from "./rows";
import type { Server } from "./server";
import type { Source } from "./source";
import { hashOf, sqliteSum, sumOfHashes } from "./sums";

const KEYS = "pg_temp.holdfast_keys";

/** Rows in Postgres are not those of the copy before. */
export class Unlike extends Error {}

/**
 * Takes out what is gone or changed, and only then puts in what is new or changed: a value that is there once may have gone
 * to another row.
 *
 * @throws {Unlike} where what would be taken out is not what the copy before has put in
 */
export async function copyChanges(source: Source, server: Server, changes: Changes, progress: Progress): Promise<void> {
	const { now, came, gone, changed } = changes;
	progress.on(now.target.name);
	if (gone + changed > 0) await takeOut(source, server, changes);
	if (came === 0) return;
	const table = quotedName(now.target.name);
	const copying = { table, columns: copiedColumns(now), rows: now, isFresh: false };
	await copyRows(source, server, copying, progress);
}

async function takeOut(source: Source, server: Server, { key, before }: Changes): Promise<void> {
	const table = quotedName(before.target.name);
	// Under names of our own, so that none of them is also a column of the table.
	const columns = key.map((_, index) => `holdfast_${index}`);
	const typed = key.map(({ target: { name } }, index) => `${quotedName(name)} AS ${columns[index]}`);
	await server.run(`CREATE TABLE ${KEYS} AS SELECT ${typed.join(", ")} FROM ${table} LIMIT 0`);
	const silent = new Progress("copy", 0, () => {});
	const names = columns.join(", ");
	await copyRows(
		source,
		server,
		{ table: KEYS, columns: names, rows: { ...before, columns: key }, isFresh: false },
		silent,
	);
	await server.run(`ANALYZE ${KEYS}`);
	const same = key.map(({ target: { name } }, index) => `${table}.${quotedName(name)} = ${KEYS}.${columns[index]}`);
	const taken = await sumOfHashes(
		server,
		`DELETE FROM ${table} USING ${KEYS} WHERE ${same.join(" AND ")} RETURNING ${hashOf(canonicalPostgres(before))} AS h`,
	);
	await server.run(`DROP TABLE ${KEYS}`);
	const known = await sqliteSum(source, before, silent);
	if (taken.rows !== known.rows || taken.hash !== known.hash)
		throw new Unlike(`${before.target.name} has other rows in Postgres than those that were copied before`);
}

/** Of tables that are not copied whole, only the rows that are copied are looked at. */
export function checkChanges(source: Source, plan: Plan, changes: Map<TablePlan, Changes>) {
	const looked = new Map(plan.tables.map((table) => [changes.get(table)?.now ?? table, table]));
	const { problems, tables } = checkAll(source, { ...plan, tables: [...looked.keys()] });
	const checked = new Map<TablePlan, Checked>();
	for (const [one, { decisions, replaced }] of tables) {
		const table = looked.get(one) ?? one;
		const words = (decision: string, index: number) =>
			table === one || index < table.decisions.length ? decision : `${decision}, among the rows copied last`;
		checked.set(table, { decisions: decisions.map(words), replaced });
	}
	return { problems, checked };
}

/** What becomes of the rows that a table in Postgres has. */
export function touched({ target, source: { rows } }: TablePlan, changes: Changes | undefined): Touched {
	if (changes === undefined) return { target, rows, loses: "all" };
	return { target, rows, loses: changes.gone > 0 ? "some" : changes.changed > 0 ? "values" : "none" };
}

/** Rows that were put in and taken out. */
export function counted(changes: Map<TablePlan, Changes>): { in: number; out: number } {
	const all = [...changes.values()];
	return {
		in: all.reduce((sum, { came }) => sum + came, 0),
		out: all.reduce((sum, { gone, changed }) => sum + gone + changed, 0),
	};
}
