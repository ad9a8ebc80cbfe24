import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { partsOf } from "../commands";
import { storeReport } from "../deploy/moveReport";
import { reportLines } from "../deploy/moveWords";
import { diagnose } from "../diagnostics";
import { logger } from "../log";
import { Refusal } from "../refusal";
import { restoreChecked, restoredWords, restoreInPlace } from "../restore";
import { type Parts, start } from "../start";
import { withClient } from "./client";
import { HeldLease } from "./heldLease";
import { postgresUrl, REHEARSAL_SUFFIX, withDatabase } from "./location";
import { Postgres } from "./postgres";
import type { MoveReport } from "./report";
import { goBack, goOn, isFenced } from "./returnJob";

/** Seconds for the server to answer: it may have just been made. */
const ANSWERS = 60;

/** What a job of the move works with. */
export interface MoveJob {
	parts: Parts;
	postgres: Postgres;
	say: (line: string) => void;
}

/** Which step of the move a job is. */
export interface MoveStep {
	/** Before the app's migration: its database. @default false */
	prepare?: boolean;
	/** All but the switch; where the data has moved already, it is the way back. @default false */
	rehearse?: boolean;
}

/** A job of its own where instances have a disk of their own: `keeper postgres move`, run by the update. */
export async function move({ prepare, rehearse }: MoveStep): Promise<number> {
	const parts = partsOf();
	const { settings, manifest } = parts;
	// Each execution is somebody else to the keepers that serve.
	parts.settings = { ...settings, owner: `move-${randomUUID().slice(0, 8)}` };
	const say = logger(settings.log);
	const postgres = Postgres.from(process.env);
	if (postgres === undefined) throw noServer();
	const reason = await postgres.unreachable(ANSWERS);
	if (reason !== undefined) throw unreachable(reason);
	const job = { parts, postgres, say };
	await needOwnPrefix(parts);
	const moved = (await manifest.read())?.moved;
	if (rehearse) {
		if (moved !== undefined && prepare) await goBack(job);
		await (prepare ? postgres.makeRehearsal() : rehearsed(job));
		return 0;
	}
	if (moved !== undefined) {
		say(`the data has been in Postgres since ${moved.since}`);
		await postgres.needKnown();
		// The job that wrote that may have ended just then, and so may one that was about to go back.
		await goOn(job);
		await postgres.letIn();
	} else if (prepare) await postgres.prepare(await isFenced(job), say);
	else await movedNow(job);
	return 0;
}

/** Freezes whoever serves, copies, compares, and says in the manifest that the data has moved. */
async function movedNow({ parts, postgres, say }: MoveJob): Promise<void> {
	const { settings, litestream, manifest } = parts;
	diagnose(settings.dataDirectory, undefined, "temporary");
	const held = await HeldLease.obtain(parts, say);
	const end = () => void held.end().then(() => process.exit(1));
	// The platform ends a job that takes too long, or that somebody cancels.
	process.once("SIGTERM", end).once("SIGINT", end);
	try {
		const { source } = held;
		if (typeof source === "object" && source.transaction > 0) {
			say(restoredWords(await restoreInPlace(settings, litestream, source, { why: "not-current" })));
		} else await start({ ...parts, lease: held.lease }, async () => true, say);
		if (existsSync(settings.database)) {
			await baselined(postgres);
			await keep(parts, await postgres.copy(settings.database, {}, say), say);
		} else say("there is no data yet: it begins in Postgres");
		await held.confirm(settings);
		await manifest.update({ moved: { to: "postgres", since: new Date().toISOString() } });
		await postgres.letIn();
		say("the data is in Postgres; no keeper serves it on SQLite from now on");
	} finally {
		await held.end();
	}
}

/** All but the switch, from the replica, while the app serves. */
async function rehearsed({ parts, postgres, say }: MoveJob): Promise<void> {
	const { settings, litestream, manifest } = parts;
	const name = `${postgres.name}${REHEARSAL_SUFFIX}`;
	try {
		const known = await manifest.read();
		if (known === undefined || known.transaction === 0) return say("there is no data yet: nothing is to be rehearsed");
		const file = join(settings.dataDirectory, ".holdfast-move.db");
		say(restoredWords(await restoreChecked(litestream, file, "newest", known.transaction)));
		await baselined(postgres, name);
		await keep(parts, await postgres.copy(file, {}, say, { into: name }), say);
		say("the move to Postgres was rehearsed; SQLite serves on");
	} finally {
		// One that cannot be dropped now is dropped by the next rehearsal.
		await postgres.dropRehearsal().catch((error: Error) => say(`warning: ${error.message}`));
	}
}

/**
 * What the app's migration has put into a database that we had made ready is nobody's rows. A job that was to copy before
 * this one has said so already: what has come since then is somebody's.
 */
async function baselined(postgres: Postgres, name = postgres.name): Promise<void> {
	if (process.env.HOLDFAST_POSTGRES_MIGRATES !== "true") return;
	const known = await withClient(withDatabase(postgresUrl(process.env), name), async (client) => {
		const { rows } = await client.query<{ known: boolean }>(
			"SELECT to_regclass('holdfast.written') IS NOT NULL AS known",
		);
		return rows[0]?.known;
	});
	if (!known) await postgres.baseline(name);
}

async function keep(parts: Parts, report: MoveReport, say: (line: string) => void): Promise<void> {
	if (!report.verified) throw new Error("both sides are not equal after the copy to Postgres: nothing was switched");
	const key = await storeReport(parts, report);
	for (const line of reportLines(report)) say(line);
	say(`the report is in the backup store: ${key}`);
}

/** Under a wrong prefix, data that is next door would look like none. */
async function needOwnPrefix({ manifest, settings }: Parts): Promise<void> {
	const indexed = await manifest.indexedPrefix();
	if (indexed === undefined || indexed === settings.location.prefix) return;
	throw new Refusal(
		"wrong-prefix",
		`the data of ${settings.app} is below ${indexed}, and this job looks below ${settings.location.prefix}`,
		`set holdfast:backup's prefix to ${indexed}`,
	);
}

function noServer(): Refusal {
	return new Refusal(
		"settings-wrong",
		"the keeper was told of no Postgres server",
		"set HOLDFAST_POSTGRES_URL, or HOLDFAST_POSTGRES_URL_FILE, to postgresql://user:password@host:5432/database",
	);
}

function unreachable(reason: string): Refusal {
	return new Refusal(
		"postgres-unreachable",
		`Postgres does not answer: ${reason}`,
		"see whether its instance runs, and whether this job may connect to it; then run the update again",
	);
}
