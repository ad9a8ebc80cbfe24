import { STORE_LAYOUT } from "../backup";
import { localTransaction, sqliteWarning } from "./database";
import { type Decision, decide, type Facts, type StoreFacts } from "./decision";
import { databaseOf, RecordFile } from "./deploy/record";
import { checkDatabaseAccess, diagnose } from "./diagnostics";
import { takeIn } from "./initialData";
import { inspect } from "./inspect";
import type { Lease } from "./lease";
import type { Litestream } from "./litestream";
import type { ManifestFile } from "./manifest";
import { readMarker, writeMarker } from "./marker";
import { Refusal } from "./refusal";
import { restoredWords, restoreInPlace } from "./restore";
import type { Settings } from "./settings";
import { type Store, StoreUnreachable } from "./stores/store";

/** What a start works with. */
export interface Parts {
	settings: Settings;
	store: Store;
	lease: Pick<Lease, keyof Lease>;
	manifest: ManifestFile;
	litestream: Litestream;
}

/** How a start ended well. */
export interface Started {
	/** Whether we hold the lease: without the store the app may run, and nothing is replicated. */
	hasLease: boolean;
	warnings: string[];
}

/**
 * The check before the app: looks, decides, and does what was decided.
 *
 * @param mayAct whether no app can be running: under a running one, no database is put in place.
 * @throws {Refusal} when the app must not start.
 */
export async function start(
	parts: Parts,
	mayAct: () => Promise<boolean>,
	say: (line: string) => void,
): Promise<Started> {
	const { lease } = parts;
	const { place, facts, warnings, ...checked } = await check(parts, mayAct, say);
	let { decision } = checked;
	const hasLease = typeof facts.store !== "string";
	if (hasLease) await lease.acquire(say);
	try {
		// Whoever had the lease until now may have written.
		if (hasLease) decision = decide({ ...facts, store: await storeFacts(parts) }, place);
		const decided = decision;
		const act = () => carryOut(decided, parts, say);
		await (hasLease ? lease.during(act) : act());
	} catch (error) {
		// Should the store be gone by now, the reason is still the first error.
		if (hasLease) await lease.release().catch(() => undefined);
		throw error;
	}
	if (decision.action === "go-on" && decision.warning !== undefined) warnings.push(decision.warning);
	for (const each of warnings) say(`warning: ${each}`);
	return { hasLease, warnings };
}

/**
 * The same beside a keeper that runs, and has the lease of its store: the one that follows it does what is to be done.
 *
 * @param store where the one that runs replicates to
 */
export async function checkBeside(
	parts: Parts,
	store: string | undefined,
	mayAct: () => Promise<boolean>,
	say: (line: string) => void,
): Promise<void> {
	const { facts, decision, warnings } = await check(parts, mayAct, say);
	if (decision.action === "first-start" && parts.settings.initialData !== undefined) {
		throw new Refusal(
			"in-use",
			"the initial data cannot be taken in while a keeper runs that began without it",
			"npm run down, then npm run up",
		);
	}
	if (store !== parts.settings.store && typeof facts.store !== "string") {
		// Another keeper may be alive there, and it may not let us write.
		await parts.lease.acquire(say);
		await parts.lease.release();
	}
	say(decision.why);
	for (const each of warnings) say(`warning: ${each}`);
	say("checked beside the keeper that runs; the next one takes over from it");
}

/**
 * Looks and decides, and does nothing yet.
 *
 * @param mayAct whether no app can be running: under a running one, no database is put in place.
 * @throws {Refusal} when the app must not start.
 */
async function check(parts: Parts, mayAct: () => Promise<boolean>, say: (line: string) => void) {
	const { settings } = parts;
	const diagnosis = diagnose(settings.dataDirectory, undefined, settings.disk);
	for (const line of diagnosis.lines) say(line);
	checkDatabaseAccess(settings.database);
	const place = {
		app: settings.app,
		database: settings.database,
		store: settings.store,
		prefix: settings.location.prefix,
	};
	const { facts, warning } = await gather(parts);
	const decision = decide(facts, place);
	if (decision.action !== "go-on" && !(await mayAct())) throw underRunningApp(decision.why);
	const warnings = [...diagnosis.warnings, ...(warning === undefined ? [] : [warning])];
	return { place, facts, decision, warnings };
}

function underRunningApp(why: string): Refusal {
	return new Refusal(
		"app-may-be-running",
		`${why}; but the app may be running on what is left of it`,
		"stop the app's container and start it again: it is held at its start, and its data is restored first",
	);
}

async function gather(parts: Parts): Promise<{ facts: Facts; warning?: string }> {
	const { database, dataDirectory } = parts.settings;
	const found = await inspect("look", database);
	const marker = readMarker(dataDirectory);
	return {
		facts: {
			database: found.kind,
			defect: found.defect,
			knownHere: marker?.known ?? false,
			restoredHere: marker?.restored ?? false,
			servesPostgres: databaseOf(new RecordFile(dataDirectory, parts.settings.scratch).value) === "postgres",
			localTransaction: localTransaction(database),
			store: await storeFacts(parts),
		},
		warning: sqliteWarning(found.writtenBy),
	};
}

async function storeFacts({ store, manifest, settings }: Parts): Promise<StoreFacts | string> {
	try {
		const indexedPrefix = await manifest.indexedPrefix();
		// Under a wrong prefix a bucket may let us read nothing, and that must not look like a bucket out of reach.
		if (indexedPrefix !== undefined && indexedPrefix !== settings.location.prefix) {
			return { indexedPrefix, hasReplica: false };
		}
		const known = await manifest.read();
		return {
			indexedPrefix,
			manifest: known && { app: known.app, transaction: known.transaction, moved: known.moved },
			hasReplica: await hasReplica(store),
		};
	} catch (error) {
		if (error instanceof StoreUnreachable) return error.message;
		throw error;
	}
}

async function hasReplica(store: Store): Promise<boolean> {
	for await (const _file of store.list(`${STORE_LAYOUT.replica}/`)) return true;
	return false;
}

async function carryOut(decision: Decision, parts: Parts, say: (line: string) => void): Promise<void> {
	const { settings, manifest, litestream } = parts;
	const { dataDirectory, app, initialData } = settings;
	say(decision.why);
	if (decision.action === "restore") {
		const why = decision.setAside ? "damaged" : "leftovers";
		const restored = await restoreInPlace(settings, litestream, "newest", {
			atLeast: decision.atLeast,
			why,
		});
		if (restored.aside !== undefined) say(`set aside, not deleted: ${restored.aside}`);
		say(restoredWords(restored));
		return;
	}
	if (decision.action === "first-start") {
		say("first start");
		if (initialData !== undefined) {
			say(`initial data taken in from ${initialData}: ${await takeIn(initialData, settings)}`);
			writeMarker(dataDirectory, { app, known: true, restored: true });
		}
	} else {
		say("existing data is used");
	}
	// Without the lease there is no store to write to; the keeper makes up for it as soon as there is.
	if (decision.action === "first-start" || decision.hasStore) await manifest.claim();
}
