import { hash } from "node:crypto";
import type { SQLInputValue } from "node:sqlite";
import { quotedName } from "../../database";
import type { TablePlan } from "../plan";
import type { Progress } from "../progress";
import { canonicalSqlite } from "../rows";
import type { Source } from "../source";

/** Rows between two looks at what else there is to do. */
const PAUSE = 20_000;

/** Takes out the rows that only SQLite has, by the balance of both sides; of rows that are alike, as many as are too many. */
export async function removeRows(
	source: Source,
	table: TablePlan,
	balance: Map<string, number>,
	progress: Progress,
): Promise<number> {
	const tooMany = new Map([...balance].filter(([, more]) => more > 0));
	if (tooMany.size === 0) return 0;
	const { row, name } = table.source;
	const reading = source.database.prepare(`SELECT ${canonicalSqlite(table)}, ${row.join(", ")} FROM ${table.from}`);
	reading.setReturnArrays(true);
	// Ids have up to 64 bits.
	reading.setReadBigInts(true);
	// Collected first: a table must not change while it is read.
	const ids: SQLInputValue[][] = [];
	let rows = 0;
	for (const found of reading.iterate() as Iterable<unknown>) {
		const [text, ...id] = found as [string, ...SQLInputValue[]];
		const digest = hash("md5", text);
		const more = tooMany.get(digest) ?? 0;
		if (more > 0) {
			tooMany.set(digest, more - 1);
			ids.push(id);
		}
		rows += 1;
		if (rows % PAUSE === 0) await progress.moved(0);
	}
	const where = row.map((column) => `${column} IS ?`).join(" AND ");
	const removing = source.database.prepare(`DELETE FROM ${quotedName(name)} WHERE ${where}`);
	for (const id of ids) {
		const { changes } = removing.run(...id);
		if (Number(changes) !== 1)
			throw new Error(`${name}: ${changes} rows of SQLite have the key ${id.join(", ")}, and one was to be replaced`);
	}
	await progress.moved(ids.length);
	return ids.length;
}
