import { rmSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { lastTransaction, localTransaction, metaPath } from "./database";
import { closeGap } from "./gap";
import { currentOf, type Generation, syncedFiles } from "./generations";
import { inspect } from "./inspect";
import { leaseLost } from "./lease";
import { writeMarker } from "./marker";
import type { Parts } from "./start";

/** Milliseconds between two tries. */
const RETRY = 1000;

/** What is done before each start of Litestream. Returns when it can start, or is not to any more. */
export async function readyToReplicate(parts: Parts, stopped: AbortSignal, say: (line: string) => void): Promise<void> {
	for (let said = ""; !stopped.aborted; ) {
		try {
			await beginGeneration(parts, say);
			break;
		} catch (error) {
			const { message } = error as Error;
			if (said !== message) say(`warning: the replica cannot be gone on with yet: ${message}`);
			said = message;
			await sleep(RETRY, undefined, { signal: stopped }).catch(() => {});
		}
	}
	await closeGap(parts.settings.database, stopped, say);
}

/**
 * Has Litestream write where our lease says. Where that is a new generation, it first gets the whole database, and only
 * then does the manifest name it: until then, restores are from the one before, and what is written meanwhile is on this
 * disk alone. So that the transactions go on to be counted, it begins with a copy of the last file of the one before:
 * Litestream takes it for the position of the replica, finds another log than that file tells of, and goes on behind it
 * with a whole copy, as after each restore.
 */
export async function beginGeneration(parts: Parts, say: (line: string) => void): Promise<void> {
	const { settings, lease, manifest, litestream, store } = parts;
	const { database, dataDirectory, app, location } = settings;
	const known = (await manifest.read())?.generations ?? [FIRST];
	const { generation } = lease;
	litestream.generation = generation;
	if (currentOf(known) === generation) return;
	if (!lease.isFresh || known.some(({ name }) => name === generation)) throw leaseLost(app);
	const before = await newestIn(parts, currentOf(known));
	let first = 1;
	if (before !== undefined && (statSync(database, { throwIfNoEntry: false })?.size ?? 0) > 0) {
		say(`the replica goes on in ${generation}: the keeper before may not know that it has lost its lease`);
		// Its own files here tell of the replica as it was. Should this end early, the next start knows why there are none.
		writeMarker(dataDirectory, { app, known: true, restored: true });
		// On a disk that was kept, the log can be the very one that the file tells of: then no whole copy would be made.
		const { done } = await inspect("truncateWal", database);
		if (!done) throw new Error("the app does not let its log be folded into the database");
		rmSync(metaPath(database), { recursive: true, force: true });
		const name = before.slice(before.lastIndexOf("/") + 1);
		await store.copy(before, `${syncedFiles(location.scheme, generation)}${name}`);
		await litestream.base(generation);
		const [last = 0, copied = 0] = [lastTransaction(before), localTransaction(database)];
		if (copied <= last) throw new Error(`the whole copy has number ${copied}, and the replica ends at ${last}`);
		first = last + 1;
	}
	if (!lease.isFresh || currentOf(manifest.known?.generations) !== currentOf(known)) throw leaseLost(app);
	const next: Generation = { name: generation, first, begun: new Date().toISOString() };
	await manifest.update({ generations: [...known, next] });
}

const FIRST: Generation = { name: "", first: 1, begun: new Date(0).toISOString() };

/** The last file of level 0. */
async function newestIn({ store, settings, manifest }: Parts, generation: string): Promise<string | undefined> {
	const files = syncedFiles(settings.location.scheme, generation);
	const known = (manifest.known?.transaction ?? 0).toString(16).padStart(16, "0");
	let newest: string | undefined;
	// From a little before what is known on: a history can have tens of thousands.
	for await (const { key } of store.list(files, `${files}${known}`)) newest = key;
	return newest;
}
