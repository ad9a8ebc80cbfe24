import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { metaPath } from "./database";
import { inspect } from "./inspect";

/** Milliseconds between two tries. */
const RETRY = 1000;

/**
 * Closes the gap that a Litestream which was away may leave. The app can fold its whole WAL into the file in the
 * meantime and begin the WAL anew. As long as that is shorter than what Litestream had read of the one before, old frames
 * at its end look to Litestream (0.5.18, `DB.verify`) as if nothing was missed: it goes on from the new WAL's beginning,
 * and what was folded in between is never in the replica, while the check of a restored database says ok. Without those
 * old frames it copies the whole database instead.
 *
 * @returns once Litestream can start; as long as a reader of the app is in the way, that is later.
 */
export async function closeGap(database: string, stopped: AbortSignal, say: (line: string) => void): Promise<void> {
	for (let said = false; !stopped.aborted && hasGap(database); said = true) {
		const { done } = await inspect("truncateWal", database).catch(() => ({ done: false }));
		if (done) return say("the app has folded its log in meanwhile: the whole database is copied to the replica");
		if (!said) say("the replication goes on as soon as the app lets its log be folded in");
		await sleep(RETRY, undefined, { signal: stopped }).catch(() => {});
	}
}

/** Whether the WAL is another one than Litestream read last, and still has frames where it would look for its own. */
export function hasGap(database: string): boolean {
	const wal = `${database}-wal`;
	const last = newestSync(database);
	if (last === undefined || !existsSync(wal)) return false;
	// Fields of the headers, see sqlite.org/fileformat2.html#walformat and github.com/superfly/ltx.
	const [now, then] = [head(wal, 32), head(last, 72)];
	if (now.length < 32 || then.length < 72) return false;
	const isSame = now.subarray(16, 24).equals(then.subarray(64, 72));
	const end = Number(then.readBigInt64BE(48) + then.readBigInt64BE(56));
	return !isSame && statSync(wal).size >= end;
}

function newestSync(database: string): string | undefined {
	const directory = join(metaPath(database), "ltx", "0");
	if (!existsSync(directory)) return undefined;
	const name = readdirSync(directory)
		.filter((file) => file.endsWith(".ltx"))
		.sort()
		.at(-1);
	return name === undefined ? undefined : join(directory, name);
}

function head(path: string, bytes: number): Buffer {
	const found = Buffer.alloc(bytes);
	const file = openSync(path, "r");
	try {
		return found.subarray(0, readSync(file, found, 0, bytes, 0));
	} finally {
		closeSync(file);
	}
}
