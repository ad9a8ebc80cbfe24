import { existsSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { metaPath } from "./database";
import { inspect } from "./inspect";

/** Milliseconds between two tries. */
const RETRY = 1000;

/**
 * Empties the WAL of a database that Litestream has read before, so that it copies the whole database when it starts.
 *
 * While it is away, the app can fold its WAL into the file and begin the WAL anew. As long as the new one is shorter than
 * what Litestream had read of the old, the old one's frames at its end look to Litestream (0.5.18, `DB.verify`) as if
 * nothing was missed: it goes on from the beginning of the new WAL, and what was folded in between never gets into the
 * replica, although the check of a restored database says ok. It can happen until Litestream's first sync as well, so
 * that no look at the WAL tells; in a WAL that was emptied there are no old frames.
 *
 * @returns once Litestream can start. While a reader of the app is in the way, that is later, and the status turns stale.
 */
export async function closeGap(database: string, stopped: AbortSignal, say: (line: string) => void): Promise<void> {
	for (let said = false; !stopped.aborted && mayHaveGap(database); said = true) {
		const { done } = await inspect("truncateWal", database).catch(() => ({ done: false }));
		if (done) return;
		if (!said) say("the replication begins as soon as the app lets its log be folded into the database");
		await sleep(RETRY, undefined, { signal: stopped }).catch(() => {});
	}
}

function mayHaveGap(database: string): boolean {
	return existsSync(metaPath(database)) && (statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
