import { Refusal } from "../../refusal";
import { bothSides } from "../bothSides";
import { reportOf, secondsSince } from "../copy";
import { balanceOf, differingGroups } from "../differences";
import type { Replacements, TablePlan } from "../plan";
import { Progress } from "../progress";
import type { MoveProgress, MoveReport } from "../report";
import type { Server } from "../server";
import type { Source } from "../source";
import { isSame, sameOnBothSides, verifyTables } from "../verify";
import { continueCounts } from "./counts";
import { formsOf } from "./habits";
import { type Inserted, insertRows } from "./insert";
import { newOrphans, orphansOf } from "./orphans";
import { removeRows } from "./remove";
import { needPlaces } from "./schema";
import { swapped } from "./swapped";
import { takeOffTriggers } from "./triggers";
import { Unheld } from "./unheld";

export interface BackOptions {
	/** Expressions of SQLite that the move took instead of values: these rows count as they were moved. */
	replacements: Replacements;
	/** Expressions of Postgres, for what SQLite cannot hold. */
	replacementsBack: Record<string, string>;
	tell: (progress: MoveProgress) => void;
}

/** What was done to one table. */
interface Changed extends Inserted {
	removed: number;
	decisions: string[];
}

/**
 * Brings the rows of Postgres into a SQLite file with the same tables. Rows that both have keep their bytes. All of it is
 * one transaction of SQLite, which is committed only when both sides are the same; nothing in Postgres changes.
 */
export async function back(source: Source, server: Server, options: BackOptions): Promise<MoveReport> {
	const { replacements, replacementsBack, tell } = options;
	const [began, start] = [new Date(), performance.now()];
	const { target, plan, sums: before } = await bothSides(source, server, replacements, tell);
	// SQLite's texts have been looked at, and Postgres has none that is no UTF-8.
	for (const table of plan.tables) table.bytes = true;
	const unheld = new Unheld();
	const leftOut = await needPlaces(server, target, plan, replacementsBack, unheld);
	if (!unheld.isNone) throw unheld.refusal();
	const orphans = orphansOf(source);
	const different = [...before].filter(([, both]) => !isSame(both));
	const rows = different.reduce((sum, [, { postgres }]) => sum + postgres.rows, 0);
	const progress = new Progress("copy", rows, tell);
	const changed = new Map<TablePlan, Changed>();
	for (const [table] of different)
		changed.set(table, await change(source, server, table, { replacementsBack, unheld, progress }));
	if (!unheld.isNone) throw unheld.refusal();
	const counted = await continueCounts(source, server, plan.tables);
	const copied = secondsSince(start);
	const verifying = performance.now();
	const sums = await verifyTables(source, server, plan.tables, tell);
	for (const [table, both] of sums) both.postgres = swapped(both.postgres, changed.get(table)?.swapped ?? []);
	await sameOnBothSides(source, server, sums);
	if (changed.size > 0) {
		newOrphans(source, orphans);
		needIntegrity(source);
	}
	source.database.exec(changed.size > 0 || counted ? "COMMIT" : "ROLLBACK");
	const report = reportOf(source, server, plan, sums, new Map());
	return {
		...report,
		direction: "to-sqlite",
		began: began.toISOString(),
		seconds: { copy: copied, verify: secondsSince(verifying), total: secondsSince(start) },
		tables: report.tables.map((table, index) => {
			const own = [...sums.keys()][index] as TablePlan;
			const { decisions = [], replaced = {} } = changed.get(own) ?? {};
			return { ...table, decisions, replaced: { ...replaced, ...leftOut.get(own) } };
		}),
	};
}

/** Takes out what only SQLite has, and only then puts in what only Postgres has: a key may have gone to another row. */
async function change(
	source: Source,
	server: Server,
	table: TablePlan,
	{
		replacementsBack,
		unheld,
		progress,
	}: { replacementsBack: Record<string, string>; unheld: Unheld; progress: Progress },
): Promise<Changed> {
	progress.on(table.source.name);
	const forms = formsOf(source, table);
	const putBack = takeOffTriggers(source, table.source.name);
	const portions = await differingGroups(source, server, table);
	const changed: Changed = { removed: 0, rows: 0, replaced: {}, swapped: [], decisions: [] };
	const insert = async (balance: Map<string, number>) => {
		const own = { table, forms, replacements: replacementsBack, unheld };
		const { rows, replaced, swapped } = await insertRows(source, server, own, balance, progress);
		changed.rows += rows;
		changed.swapped.push(...swapped);
		for (const [name, count] of Object.entries(replaced))
			changed.replaced[name] = (changed.replaced[name] ?? 0) + count;
	};
	let balance = new Map<string, number>();
	for (const groups of portions) {
		balance = await balanceOf(source, server, table, groups);
		changed.removed += await removeRows(source, table, balance, progress);
	}
	if (portions.length === 1) await insert(balance);
	else for (const groups of portions) await insert(await balanceOf(source, server, table, groups));
	const words = table.columns.flatMap(({ source: { name }, target: { type }, ...column }) => {
		const form = [...forms].find(([{ value }]) => value === column.value)?.[1];
		return form?.words === undefined || changed.rows === 0 ? [] : [`${name} (${type.words}): ${form.words}`];
	});
	changed.decisions = [`${changed.rows} rows put in, ${changed.removed} taken out`, ...words, ...putBack()];
	return changed;
}

/** @throws {Refusal} where SQLite itself finds a fault in the file as it would be. */
function needIntegrity(source: Source): void {
	const [found] = source.all<{ integrity_check: string }>("PRAGMA integrity_check(1)");
	if (found?.integrity_check === "ok") return;
	throw new Refusal(
		"move-not-verified",
		`${source.path} would not be sound: ${found?.integrity_check}`,
		"the file is as it was: restore it from the replica first (keeper restore), for it may have been damaged before",
	);
}
