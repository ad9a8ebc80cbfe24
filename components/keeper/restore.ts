import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { metaPath, setAside } from "./database";
import { inspect } from "./inspect";
import { type Litestream, RestoreFailed, type Target } from "./litestream";
import { readMarker, writeMarker } from "./marker";
import { Refusal } from "./refusal";
import type { Settings } from "./settings";
import { syncDirectory } from "./stores/directory";

/**
 * Restores into a new file and checks it whole.
 *
 * @param atLeast the transaction that the replica is known to have: one that ends earlier has lost its tail.
 * @returns the last transaction in the file.
 * @throws {Refusal} `replica-corrupt`, `replica-incomplete`. The file is then gone again.
 */
export async function restoreChecked(
	litestream: Litestream,
	output: string,
	target: Target,
	atLeast = 0,
): Promise<number> {
	let isSound = false;
	try {
		const transaction = await litestream.restore(output, target);
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
		return transaction;
	} catch (error) {
		throw error instanceof RestoreFailed ? corrupt(error.message) : error;
	} finally {
		// Reading leaves an empty WAL and its index; they would belong to no database once the file is moved.
		for (const suffix of ["-wal", "-shm"]) rmSync(`${output}${suffix}`, { force: true });
		if (!isSound) for (const part of [output, `${output}.tmp`]) rmSync(part, { force: true });
	}
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
): Promise<{ transaction: number; aside?: string }> {
	const { database, dataDirectory, app } = settings;
	const staging = join(dirname(database), `.holdfast-restoring-${process.pid}`);
	mkdirSync(dirname(database), { recursive: true });
	const transaction = await restoreChecked(litestream, staging, target, options.atLeast);
	// Before the swap: should this process die in between, the next start takes the file for what it is.
	writeMarker(dataDirectory, { ...readMarker(dataDirectory), app, known: true, restored: true });
	const aside =
		existsSync(database) || existsSync(metaPath(database)) ? await setAside(database, options.why) : undefined;
	renameSync(staging, database);
	await syncDirectory(dirname(database));
	return { transaction, ...(aside !== undefined && { aside }) };
}
