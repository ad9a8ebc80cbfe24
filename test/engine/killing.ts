import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Kills every process that runs with a variable in its environment, as a power cut would: all at once, none gets to tidy
 * up. Children have the variable too, also those in a process group of their own and those whose parent is gone already.
 */
export async function killAll(variable: string): Promise<number> {
	let killed = 0;
	for (let rounds = 0; rounds < 100; rounds++) {
		const alive = runningWith(variable);
		if (alive.length === 0) return killed;
		// First none of them goes on, so that no process sees another one die.
		for (const pid of alive) send(pid, "SIGSTOP");
		for (const pid of alive) if (send(pid, "SIGKILL")) killed += 1;
		await sleep(10);
	}
	throw new Error(`processes with ${variable} cannot be killed: ${runningWith(variable)}`);
}

function runningWith(variable: string): number[] {
	return readdirSync("/proc")
		.filter((entry) => /^\d+$/.test(entry))
		.filter((pid) => textOf(`/proc/${pid}/environ`).split("\0").includes(variable))
		.map(Number)
		.filter((pid) => pid !== process.pid);
}

/** Empty for a process that has ended meanwhile, and for another user's. */
function textOf(file: string): string {
	try {
		return readFileSync(file, "latin1");
	} catch {
		return "";
	}
}

function send(pid: number, signal: NodeJS.Signals): boolean {
	try {
		return process.kill(pid, signal);
	} catch {
		return false;
	}
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}
