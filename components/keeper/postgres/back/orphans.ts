import { Refusal } from "../../refusal";
import type { Source } from "../source";

/** How many rows are named. */
const NAMED = 5;

/** Rows whose parent is not there, by the foreign key. SQLite keeps foreign keys only where the app asks for it. */
export type Orphans = Map<string, number>;

/** Undefined where SQLite cannot look, as with a foreign key to a table that does not exist. */
export function orphansOf(source: Source): Orphans | undefined {
	try {
		const found = source.all<{ key: string; rows: number }>(
			`SELECT "table" || ' to ' || parent || ' (' || fkid || ')' AS key, count(*) AS rows FROM pragma_foreign_key_check GROUP BY 1`,
		);
		return new Map(found.map(({ key, rows }) => [key, rows]));
	} catch {
		return undefined;
	}
}

/** @throws {Refusal} where more rows are without their parent than before. */
export function newOrphans(source: Source, before: Orphans | undefined): void {
	const now = before === undefined ? undefined : orphansOf(source);
	const more = [...(now ?? [])].filter(([key, rows]) => rows > (before?.get(key) ?? 0));
	if (more.length === 0) return;
	const some = source.all<{ row: string }>(
		`SELECT "table" || ' row ' || coalesce(rowid, '?') AS row FROM pragma_foreign_key_check LIMIT ${NAMED}`,
	);
	throw new Refusal(
		"move-unfit",
		`the SQLite file is as it was: rows of Postgres have no parent by SQLite's foreign keys: ${more.map(([key, rows]) => `${key}: ${rows}`).join(", ")}; among them ${some.map(({ row }) => row).join(", ")}`,
		"give these rows their parent in Postgres, or take them out there",
	);
}
