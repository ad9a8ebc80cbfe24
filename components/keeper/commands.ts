import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { ask } from "./control";
import { noneRuns } from "./deploy/hostKeeper";
import { RecordFile } from "./deploy/record";
import { undoInterrupted } from "./deploy/undo";
import { drill as runDrill } from "./drill";
import { inspect } from "./inspect";
import { Lease } from "./lease";
import { Litestream } from "./litestream";
import { logger } from "./log";
import { ManifestFile } from "./manifest";
import { Refusal } from "./refusal";
import { restoreChecked, restoredWords, restoreInPlace } from "./restore";
import { readSettings, type Settings } from "./settings";
import { parseTarget, type Snapshot } from "./snapshots";
import { checkBeside, type Parts, start as runStart } from "./start";
import type { Status } from "./status";
import { loadCredentials } from "./storeCredentials";
import { send, textOf } from "./stores/http";
import { openStore } from "./stores/open";

const say = (line: string) => console.log(line);
/** Milliseconds for a keeper to say whether it is ready. */
const READY = 3000;

export function partsOf(): Parts {
	loadCredentials();
	const settings = readSettings();
	const store = openStore(settings.location);
	const manifest = new ManifestFile(store, settings);
	return {
		settings,
		store,
		lease: new Lease(store, settings),
		manifest,
		litestream: new Litestream(settings, async () => (await manifest.read())?.generations),
	};
}

/** The gate as a step of its own. */
export async function start(): Promise<number> {
	const parts = partsOf();
	const { settings } = parts;
	const log = logger(settings.log);
	// A keeper that runs may be in the middle of a deploy, and ends it itself.
	const running = (await ask(settings.control, "GET", "/status").catch(() => ({}))) as Partial<Status> | undefined;
	if (running !== undefined) {
		await checkBeside(parts, running.replica?.store, () => noneRuns(settings), log);
		return 0;
	}
	await undoInterrupted(settings, new RecordFile(settings.dataDirectory, settings.scratch), log);
	const { hasLease } = await runStart(parts, () => noneRuns(settings), log);
	// The keeper that comes next takes it.
	if (hasLease) await parts.lease.release();
	return 0;
}

export async function status(asJson: boolean): Promise<number> {
	const found = (await ask(readSettings().control, "GET", "/status")) as Status | undefined;
	if (found === undefined) throw notRunning();
	say(asJson ? JSON.stringify(found, undefined, "\t") : statusLines(found));
	return found.healthy ? 0 : 1;
}

function statusLines({
	healthy,
	problems,
	warnings,
	state,
	database,
	replica,
	lastDrill,
	freeBytes,
	refusal,
	serving,
	move,
}: Status): string {
	const megabytes = (bytes = 0) => `${(bytes / 1e6).toFixed(1)} MB`;
	const rows = Object.entries(database.rows?.tables ?? {}).map(([table, count]) => `${table} ${count}`);
	const drilled = lastDrill && `${lastDrill.ok ? "held" : "FAILED"}, ${lastDrill.time}, ${lastDrill.seconds} s`;
	return [
		healthy ? "✓ the data is safe" : `✗ ${problems.join("; ")}`,
		...(refusal === undefined ? [] : [`  What to do: ${refusal.remedy}`]),
		...warnings.map((warning) => `! ${warning}`),
		`  state     ${state}`,
		...(serving === undefined ? [] : [`  serving   ${serving.imageName}, since ${serving.since}`]),
		...(move === undefined ? [] : moveLines(move)),
		`  database  ${database.path}, ${megabytes(database.bytes)} and ${megabytes(database.walBytes)} of log, ${megabytes(freeBytes)} free`,
		`  rows      ${rows.join(", ") || "not counted yet"}${move?.serves === "postgres" ? " (in SQLite, as at the switch)" : ""}`,
		`  replica   ${replica.store}, transaction ${replica.proven} of ${replica.transaction}, proven ${replica.provenSecondsAgo} s ago`,
		`  drill     ${drilled ?? "none yet"}`,
	].join("\n");
}

/** Where the data is, which states of a move were reached when, and what was copied last. */
function moveLines({ serves, states, report, dump }: NonNullable<Status["move"]>): string[] {
	const reached = Object.entries(states).map(([state, time]) => `${state} ${time}`);
	return [
		`  data in   ${serves === "postgres" ? "Postgres; the SQLite file and its replica stay as they were" : "SQLite"}`,
		`  move      ${reached.join(", ") || "nothing yet"}`,
		...(report === undefined
			? []
			: [`  report    ${report.rows} rows in ${report.seconds.toFixed(1)} s, ${report.key}`]),
		...(dump === undefined
			? []
			: [
					`  dump      ${dump.time}, ${(dump.bytes / 1e6).toFixed(1)} MB, ${dump.key}${serves === "postgres" && dump.time < (states.switched ?? "") ? " (of before the switch: the first of after it is still to come)" : ""}`,
				]),
	];
}

export async function snapshot(
	name = `manual-${new Date().toISOString().replace(/[:.]/g, "-")}`,
	image?: string,
): Promise<number> {
	const made = (await ask(readSettings().control, "POST", "/snapshot", { name, image }).catch(asRefusal)) as
		| Snapshot
		| undefined;
	if (made === undefined) throw notRunning();
	say(`snapshot ${made.name}: transaction ${made.transaction}, ${made.time}`);
	return 0;
}

/** A refusal that came over the socket. */
function asRefusal(error: Error & { code?: Refusal["code"]; found?: string; remedy?: string }): never {
	if (error.found === undefined || error.code === undefined) throw error;
	throw new Refusal(error.code, error.found, error.remedy ?? "");
}

export async function drill(asJson: boolean): Promise<number> {
	const { settings, litestream, store } = partsOf();
	// What was committed a moment ago belongs to it. Where that cannot be synced, the drill says what the replica has.
	await ask(settings.control, "POST", "/sync").catch(() => undefined);
	const report = await runDrill(settings, litestream, store);
	await ask(settings.control, "POST", "/drilled", report);
	if (asJson) say(JSON.stringify(report));
	else if (report.ok) {
		const rows = Object.entries(report.rows ?? {}).map(([table, count]) => `${table} ${count}`);
		say(
			`✓ the replica was restored and checked in ${report.seconds} s, to transaction ${report.transaction}: ${rows.join(", ")}`,
		);
	} else say(`✗ the drill failed after ${report.seconds} s: ${report.reason}`);
	return report.ok ? 0 : 1;
}

export async function restore(to: string, { output, inPlace }: { output?: string; inPlace: boolean }): Promise<number> {
	const { settings, litestream, store, lease, manifest } = partsOf();
	const target = await parseTarget(store, to);
	const refuse = (found: string, remedy: string) => new Refusal("restore-target", found, remedy);
	if (inPlace === (output !== undefined))
		throw refuse("restore needs one of --output FILE and --in-place", "give one of the two");
	const atLeast = (await manifest.read())?.transaction;
	if (output !== undefined) {
		if (existsSync(output))
			throw refuse(`${output} is there already`, "name a new file; a restore never overwrites one");
		const restored = await restoreChecked(litestream, resolve(output), target, atLeast);
		say(`${restoredWords(restored)}: ${output}`);
		return 0;
	}
	await needUnused(settings);
	await lease.acquire(say);
	try {
		const restored = await restoreInPlace(settings, litestream, target, {
			atLeast,
			why: "before-restore",
		});
		say(`${restoredWords(restored)}: ${settings.database}`);
		if (restored.aside !== undefined) say(`the data of before is in ${restored.aside}`);
	} finally {
		await lease.release();
	}
	return 0;
}

/** @throws {Refusal} where an app or a keeper has the database open. */
export async function needUnused({ database, control }: Settings): Promise<void> {
	const isKept = (await ask(control, "GET", "/status")) !== undefined;
	if (!isKept && !(existsSync(database) && (await inspect("inUse", database)).inUse)) return;
	throw new Refusal(
		"restore-target",
		`${database} is in use`,
		"stop the app and the keeper first: nothing is put in the place of a live database",
	);
}

/** Whether the platform may start the app: for a health check in the keeper's own container. */
export async function ready(): Promise<number> {
	const { port } = readSettings();
	const answer = await send(new URL(`http://127.0.0.1:${port}/ready`), {}, READY).catch(() => undefined);
	if (answer === undefined) throw notRunning();
	say((await textOf(answer)).trim());
	return answer.status === 200 ? 0 : 1;
}

function notRunning(): Refusal {
	return new Refusal("keeper-not-running", "no keeper runs here", "run this in the container of a running keeper");
}
