import { setImmediate as turn } from "node:timers/promises";
import type { Machine } from "./handoffMachine";
import { MemoryStore } from "./memoryStore";

/** What is wrong on purpose, to see that it is found. */
export type Bug =
	| "no freeze"
	| "unconditional writes"
	| "wall clocks"
	| "hand over before the sync"
	| "no look at the lease before an acknowledgement"
	| "no dead-man switch"
	| "no replica per generation";

/**
 * When a write is acknowledged: by the app alone; by the app while a file says so; or on the word of the keeper, once the
 * store has it. On a platform the app is behind the keeper's own door and has no watchdog: `platform` counts a write once
 * the store has it, `fresh` once it is on the disk and the lease is fresh.
 */
export type Acknowledge = "app" | "local" | "replicated" | "platform" | "fresh";

/** Numbers that the same seed brings again (mulberry32). */
export function randomOf(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Machines, a store and time, all simulated; the lease and the protocol are the real ones. */
export class World {
	now = 0;
	readonly machines: Machine[] = [];
	/** What clients were told, in order. */
	readonly acknowledged: { row: string; epoch: number; by: string }[] = [];
	/** Rows of the replica by generation: a path of its own for each owner that did not get the lease from the one before. */
	readonly replicas = new Map<number, string[]>([[0, []]]);
	generation = 0;
	readonly violations: string[] = [];
	readonly objects = new MemoryStore();
	/** Seconds that a request to the store may take, and how often its answer is lost. */
	slowness = 0.02;
	lostAnswers = 0;
	private timers: { at: number; wake: () => void }[] = [];

	constructor(
		readonly random: () => number,
		readonly acknowledge: Acknowledge,
		readonly bugs: Set<Bug> = new Set(),
	) {}

	get isPlatform(): boolean {
		return this.acknowledge === "platform" || this.acknowledge === "fresh";
	}

	sleep(milliseconds: number): Promise<void> {
		return new Promise((wake) => this.timers.push({ at: this.now + Math.max(0, milliseconds), wake }));
	}

	/** Lets time pass; as fast as the simulation can. */
	async pass(seconds: number): Promise<void> {
		const end = this.now + seconds * 1000;
		for (;;) {
			await turn();
			const next = this.timers.reduce<{ at: number; wake: () => void } | undefined>(
				(best, one) => (best === undefined || one.at < best.at ? one : best),
				undefined,
			);
			if (next === undefined || next.at > end) break;
			this.timers.splice(this.timers.indexOf(next), 1);
			this.now = Math.max(this.now, next.at);
			next.wake();
		}
		this.now = end;
	}

	tell(row: string, epoch: number, by: Machine): void {
		const last = this.acknowledged.at(-1);
		if (last !== undefined && epoch < last.epoch) {
			this.violations.push(`${by.name} acknowledged under epoch ${epoch} after ${last.by} had under ${last.epoch}`);
		}
		for (const other of this.machines) {
			if (other !== by && other.canAcknowledge) this.violations.push(`${by.name} and ${other.name} both acknowledge`);
		}
		this.acknowledged.push({ row, epoch, by: by.name });
	}
}
