import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Runs `work` while no other process on this machine holds the lock at `path`. A lock left behind by a process that has
 * died is taken over. What is made under it must be moved into place in one step all the same: the lock saves double
 * work, the move is what keeps the result whole.
 *
 * @template T
 * @param {string} path a directory that is there for as long as the lock is held
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, work) {
	mkdirSync(dirname(path), { recursive: true });
	let told = false;
	while (!take(path)) {
		const holder = holderOf(path);
		if (holder === undefined ? ageOf(path) > 10_000 : !isAlive(holder)) {
			setAside(path);
			continue;
		}
		if (!told) console.error(`… waiting for another set-up (process ${holder ?? "unknown"}, lock ${path})`);
		told = true;
		await sleep(200);
	}
	try {
		return await work();
	} finally {
		rmSync(path, { recursive: true, force: true });
	}
}

function take(path) {
	try {
		mkdirSync(path);
	} catch (error) {
		if (error.code === "EEXIST") return false;
		throw error;
	}
	writeFileSync(join(path, "pid"), `${process.pid}`);
	return true;
}

/** By a move to a name of its own: of two that see a dead lock at once, one moves it and the other finds nothing. */
function setAside(path) {
	const aside = `${path}.${process.pid}`;
	try {
		renameSync(path, aside);
	} catch (error) {
		if (error.code !== "ENOENT") throw error;
	}
	rmSync(aside, { recursive: true, force: true });
}

function ageOf(path) {
	return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}

/** Undefined in the moment between the making of the lock and the writing of the number. */
function holderOf(path) {
	try {
		return Number(readFileSync(join(path, "pid"), "utf8")) || undefined;
	} catch {
		return undefined;
	}
}

function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === "EPERM";
	}
}
