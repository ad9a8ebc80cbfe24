import { existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { untilHealthy } from "../appHealth";
import { inspect } from "../inspect";
import { Refusal } from "../refusal";
import { needRoom } from "../room";
import type { Settings } from "../settings";
import { healthUrl } from "./health";
import type { Instance } from "./instance";
import { type RehearsedMove, rehearseMove } from "./moveRehearsal";
import { databaseOf } from "./record";
import { changesOf, counted, lossesOf, type Shape } from "./shape";
import { type Database, LIVE_PATH, type Version } from "./version";

/** Runs a new version on a copy of the live data, and says what it would change. The version that serves goes on. */
export async function rehearse(
	instance: Instance,
	version: Version,
	settings: Settings,
	move: RehearsedMove,
): Promise<void> {
	const begun = performance.now();
	const report: string[] = [];
	let code = 0;
	try {
		if (instance.isAtWork) throw new Error("the keeper was started again in the middle of the rehearsal: run it again");
		await rehearsed(instance, version, settings, move, report);
	} catch (error) {
		code = 3;
		report.push(...reasonLines(error));
	} finally {
		await instance.stop(version.stopSeconds).catch(() => undefined);
		clear(settings.rehearsal);
	}
	report.push(`the rehearsal took ${((performance.now() - begun) / 1000).toFixed(1)} s`);
	instance.finish(
		code,
		// Each says whose it is, for they stand among those of the app.
		report.flatMap((line) => line.split("\n")).map((line) => `holdfast: ${line}`),
	);
}

function reasonLines(error: unknown): string[] {
	if (!(error instanceof Refusal)) return [`✗ ${(error as Error).message}`];
	return [`✗ ${error.found}`, `  What to do: ${error.remedy}`];
}

async function rehearsed(
	instance: Instance,
	version: Version,
	settings: Settings,
	move: RehearsedMove,
	report: string[],
): Promise<void> {
	if (version.database === "postgres" && databaseOf(move.record.value) === "postgres") {
		report.push(
			"the data is in Postgres, of which no copy is made: this version was not rehearsed; a dump is made before its migration",
		);
		return;
	}
	const { database, dataDirectory, rehearsal } = settings;
	if ((statSync(database, { throwIfNoEntry: false })?.size ?? 0) === 0) {
		report.push("there is no data yet, so nothing was rehearsed");
		return;
	}
	needRoom({
		database,
		directory: rehearsal,
		times: 2.2,
		why: "a rehearsal needs room for a copy of the database and its migration,",
		remedy: "make room on the host's disk",
	});
	clear(rehearsal);
	const copy = join(rehearsal, relative(dataDirectory, database));
	linkOthers(dataDirectory, rehearsal, database);
	await inspect("copy", database, copy);
	const before = await inspect("shape", copy);
	if (version.migrates && version.backTo === undefined) {
		const started = performance.now();
		const code = await instance.migrate();
		if (code !== 0)
			throw new Error(
				`the migration failed on a copy of the data: ${code === undefined ? "its container ended" : `exit code ${code}`}`,
			);
		report.push(`the migration took ${((performance.now() - started) / 1000).toFixed(1)} s on a copy of the data`);
		await check(copy, before, version);
	}
	if (version.database === "postgres") {
		if ((await inspect("shape", copy)).schema !== before.schema) throw withMigration();
		await rehearseMove(instance, version, copy, move, report, start);
		return;
	}
	await start(instance, version);
	const after = await check(copy, before, version);
	const changes = changesOf(before, after);
	report.push(...(changes.length === 0 ? ["no table changes"] : changes));
	const rows = Object.values(after.tables).reduce((sum, table) => sum + table.rows, 0);
	report.push(
		`the new version is healthy on it: ${counted(Object.keys(after.tables).length, "table")}, ${counted(rows, "row")}, integrity ok`,
	);
	if (version.move?.rehearse) await rehearseMove(instance, version, copy, move, report, start);
}

/** With another schema, what was copied would not be what serves now. */
function withMigration(): Refusal {
	return new Refusal(
		"settings-wrong",
		"this version changes the schema, and a move to Postgres is for a schema that serves already",
		"deploy it with holdfast:database: sqlite first, then set holdfast:database to postgres",
	);
}

async function check(copy: string, before: Shape, { mayLose }: Version): Promise<Shape> {
	const { defect } = await inspect("check", copy);
	if (defect !== undefined) throw new Error(`the database is not sound any more after it: ${defect}`);
	const after = await inspect("shape", copy);
	const losses = lossesOf(before, after, mayLose);
	if (losses.length > 0) {
		throw new Error(
			`data would be lost: ${losses.join("; ")}. Correct the migration; a table that may lose rows is named in deploy.mayLose`,
		);
	}
	return after;
}

/** The app itself, which may have a migration of its own at its start. */
async function start(instance: Instance, version: Version, database?: Database): Promise<void> {
	const ended = new AbortController();
	const run = instance.tryApp(database).finally(() => ended.abort());
	const ill = await untilHealthy(healthUrl(instance, version), version.startSeconds, ended.signal);
	if (ill !== undefined) {
		const how = ended.signal.aborted ? `it ended with exit code ${await run}` : ill;
		throw new Error(
			`the new version does not become healthy on a copy of the data: ${how}. It had no way to the outside; where it needs one at its start, set deploy.rehearsal.network`,
		);
	}
	await instance.signal("TERM");
	const timer = setTimeout(() => void instance.signal("KILL"), version.stopSeconds * 1000);
	await run;
	clearTimeout(timer);
}

/** Whatever lies beside the database is seen as it is, for reading only. */
function linkOthers(live: string, rehearsal: string, database: string): void {
	const below = relative(live, dirname(database)).split("/").filter(Boolean);
	const link = (path: string[], [next, ...rest]: string[]) => {
		const directory = join(live, ...path);
		for (const name of readdirSync(directory)) {
			const isOurs = name.startsWith(".holdfast") || name.startsWith("set-aside-");
			const isDatabase =
				directory === dirname(database) && join(directory, name).replace(/-(wal|shm|journal)$/, "") === database;
			if (isOurs || isDatabase || name === next || /^\..*-litestream/.test(name)) continue;
			symlinkSync(join(LIVE_PATH, ...path, name), join(rehearsal, ...path, name));
		}
		if (next === undefined) return;
		mkdirSync(join(rehearsal, ...path, next));
		link([...path, next], rest);
	};
	link([], below);
}

/** The volume is ours, and holds nothing but the last rehearsal. */
function clear(rehearsal: string): void {
	if (!existsSync(rehearsal)) return;
	for (const name of readdirSync(rehearsal)) rmSync(join(rehearsal, name), { recursive: true, force: true });
}
