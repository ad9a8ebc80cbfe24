import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { metaPath, setAside } from "./database";
import { freeIn, megabytes } from "./diagnostics";
import { inspect } from "./inspect";
import { type Litestream, RestoreFailed, type Target } from "./litestream";
import { readMarker, writeMarker } from "./marker";
import { Refusal } from "./refusal";
import type { Settings } from "./settings";
import { syncDirectory } from "./stores/directory";

/** What Litestream says of a full disk. */
const NO_ROOM = /no space left on device|disk is full|quota exceeded/i;

/** What was restored, and how long that took. */
export interface Restored {
	/** The last transaction in the file. */
	transaction: number;
	restoreSeconds: number;
	/** Of the full integrity check. */
	checkSeconds: number;
}

/** The same in words. */
export function restoredWords({ transaction, restoreSeconds, checkSeconds }: Restored): string {
	return `restored to transaction ${transaction} in ${restoreSeconds} s, checked whole in ${checkSeconds} s`;
}

/**
 * Restores into a new file and checks it whole.
 *
 * @param atLeast the transaction that the replica is known to have: one that ends earlier has lost its tail.
 * @throws {Refusal} `replica-corrupt`, `replica-incomplete`. The file is then gone again.
 */
export async function restoreChecked(
	litestream: Litestream,
	output: string,
	target: Target,
	atLeast = 0,
): Promise<Restored> {
	let isSound = false;
	try {
		const begun = performance.now();
		const transaction = await litestream.restore(output, target);
		const restored = performance.now();
		if (target === "newest" && transaction < atLeast) {
			throw new Refusal(
				"replica-incomplete",
				`the replica ends at transaction ${transaction}, and its manifest knows of ${atLeast}: its end is missing`,
				`bring the missing objects back (versioning keeps them), or take what is there: restore --to ${transaction} --in-place`,
			);
		}
		const { defect } = await inspect("check", output);
		if (defect !== undefined) throw corrupt(defect);
		isSound = true;
		const seconds = (from: number, to: number) => Math.round((to - from) / 10) / 100;
		return {
			transaction,
			restoreSeconds: seconds(begun, restored),
			checkSeconds: seconds(restored, performance.now()),
		};
	} catch (error) {
		if (!(error instanceof RestoreFailed)) throw error;
		throw NO_ROOM.test(error.message) ? tooLarge(dirname(output), error.message) : corrupt(error.message);
	} finally {
		// Reading leaves an empty WAL and its index; they would belong to no database once the file is moved.
		for (const suffix of ["-wal", "-shm"]) rmSync(`${output}${suffix}`, { force: true });
		if (!isSound) for (const part of [output, `${output}.tmp`]) rmSync(part, { force: true });
	}
}

function tooLarge(directory: string, reason: string): Refusal {
	return new Refusal(
		"disk-full",
		`the database does not fit into ${directory}, where ${megabytes(freeIn(directory))} are free: ${reason}`,
		"make room there, or give the instance a larger disk",
	);
}

function corrupt(reason: string): Refusal {
	return new Refusal(
		"replica-corrupt",
		`the replica cannot be restored to this point: ${reason}`,
		"restore to an earlier point (restore --to TIME), or bring the object back from an older version or another copy of the store",
	);
}

/** Puts a restored database in the place of the present one, which is moved aside whole. Nobody may have it open. */
export async function restoreInPlace(
	settings: Settings,
	litestream: Litestream,
	target: Target,
	options: { atLeast?: number; why: string },
): Promise<Restored & { aside?: string }> {
	const { database, dataDirectory, app } = settings;
	const staging = join(dirname(database), `.holdfast-restoring-${process.pid}`);
	mkdirSync(dirname(database), { recursive: true });
	const restored = await restoreChecked(litestream, staging, target, options.atLeast);
	// Before the swap: should this process die in between, the next start takes the file for what it is.
	writeMarker(dataDirectory, { ...readMarker(dataDirectory), app, known: true, restored: true });
	const aside =
		existsSync(database) || existsSync(metaPath(database)) ? await setAside(database, options.why) : undefined;
	renameSync(staging, database);
	await syncDirectory(dirname(database));
	return { ...restored, ...(aside !== undefined && { aside }) };
}
