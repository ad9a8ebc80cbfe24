import { randomBytes } from "node:crypto";
import { type Location, STORE_LAYOUT } from "../backup";
import type { Target } from "./litestream";

/**
 * A part of the replica in a folder of its own. A new one begins when the lease is taken over by expiry: the keeper that
 * had it may be asleep, and whatever it writes when it wakes up lies where nobody reads it any more. Transactions go on
 * to be counted from one to the next. The first has no name: it lies at the root of the replica.
 */
export interface Generation {
	name: string;
	/** The first transaction that is not in the one before, whatever a keeper that slept writes there later. */
	first: number;
	begun: string;
}

/** Its name says when it began, in epochs of the lease; what follows keeps a second attempt from an earlier one's files. */
export function newGeneration(epoch: number): string {
	return `${`${epoch}`.padStart(10, "0")}-${randomBytes(2).toString("hex")}`;
}

export function folderOf(generation: string): string {
	return generation === "" ? STORE_LAYOUT.replica : `${STORE_LAYOUT.replica}/${generation}`;
}

/** Where the files lie that Litestream writes at each sync, its level 0. In S3 it names them in a way of its own. */
export function syncedFiles(scheme: Location["scheme"], generation: string): string {
	return `${folderOf(generation)}/${scheme === "s3" ? "0000" : "ltx/0"}/`;
}

/** The newest that is complete. */
export function currentOf(generations: Generation[] | undefined): string {
	return generations?.at(-1)?.name ?? "";
}

/** In which one a point lies. */
export function generationOf(generations: Generation[] | undefined, target: Target): string {
	if (target === "newest") return currentOf(generations);
	const holds = ({ first, begun }: Generation) =>
		"transaction" in target ? first <= target.transaction : Date.parse(begun) <= target.time.getTime();
	return [...(generations ?? [])].reverse().find(holds)?.name ?? "";
}
