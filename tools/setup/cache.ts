import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { withLock } from "./lock.mjs";

/** Where engine and plugins are kept: outside the repo, so that a fresh clone finds them. `HOLDFAST_CACHE` moves it. */
export function cacheRoot(): string {
	const { HOLDFAST_CACHE, XDG_CACHE_HOME } = process.env;
	return HOLDFAST_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "holdfast");
}

/** The directory of a cached thing, whether it is there or not. `key` names its version. */
export function cached(key: string): string {
	return join(cacheRoot(), key);
}

/**
 * Makes the directory of `key` unless it is there and `isWhole`: `fill` writes into one beside it, which is moved into
 * place whole or not at all. Of two set-ups at once the second waits and finds the result of the first.
 */
export async function fillCache(
	key: string,
	isWhole: (directory: string) => boolean,
	fill: (directory: string) => Promise<void>,
): Promise<string> {
	const target = cached(key);
	mkdirSync(dirname(target), { recursive: true });
	return withLock(`${target}.lock`, async () => {
		if (isWhole(target)) return target;
		const staging = mkdtempSync(`${target}.`);
		try {
			await fill(staging);
			if (!isWhole(staging)) throw new Error(`${staging} lacks a part`);
			rmSync(target, { recursive: true, force: true });
			renameSync(staging, target);
		} finally {
			rmSync(staging, { recursive: true, force: true });
		}
		return target;
	});
}
