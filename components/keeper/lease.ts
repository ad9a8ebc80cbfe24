import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { STORE_LAYOUT } from "../backup";
import { CLOCK } from "./clock";
import { newGeneration } from "./generations";
import { Refusal } from "./refusal";
import type { Revision } from "./revision";
import type { Settings } from "./settings";
import type { Store } from "./stores/store";

/** The right to write one replica, as an object that only conditional writes change. */
export interface LeaseRecord {
	owner: string;
	/** Made anew at each renewal, so that one can be told from the next without a clock. */
	beat: string;
	/** Grows each time the lease changes hands. */
	epoch: number;
	/** Seconds without a renewal after which others may take it. */
	seconds: number;
	released: boolean;
	/** Where in the replica its holder writes; see generations.ts. @default "" */
	generation?: string;
	/** Released before its generation was whole: what still writes there must meet nobody, so that the next begins another. */
	unbegun?: boolean;
	/** `temporary`: its holder's disk goes with it, and it hands over to one that asks. @default "kept" */
	disk?: Disk;
	/** Which version of the deployment its holder is, where that is known. */
	revision?: Revision;
	/** Who asks its holder to hand over, and its revision. */
	asker?: string;
	askerRevision?: Revision;
	/** Handed over, or back, with this last transaction by that one, and not confirmed yet: who gave may still get it back. */
	handed?: { from: string; transaction: number; revision?: Revision };
}

/** Whether the app's disk outlives its instance. */
export type Disk = "kept" | "temporary";

export const LEASE_KEY = `${STORE_LAYOUT.state}/lease.json`;

export class Lease {
	private version: string | undefined;
	private writtenAt = Number.NEGATIVE_INFINITY;
	epoch = 0;
	generation = "";

	constructor(
		private readonly store: Store,
		private readonly settings: Pick<Settings, "owner" | "leaseSeconds" | "app" | "store">,
	) {}

	/**
	 * Takes the lease. One that another holds is watched for as long as it is valid: only when nobody renews it in that
	 * time, by our own clock, it is taken over. No two clocks are compared.
	 *
	 * @throws {Refusal} `in-use` when the other is alive.
	 */
	async acquire(say: (line: string) => void = () => {}): Promise<void> {
		const start = CLOCK.now();
		let watched: { version: string; since: number } | undefined;
		for (;;) {
			const found = await this.store.get(LEASE_KEY);
			const record = found === undefined ? undefined : (JSON.parse(found.content) as LeaseRecord);
			if (record === undefined || record.released || record.owner === this.settings.owner) {
				if (await this.write(record, found?.version)) return;
				continue;
			}
			if (watched === undefined) say(`the lease is held by ${record.owner}: watching it for up to ${record.seconds} s`);
			if (found?.version !== watched?.version) watched = { version: found?.version ?? "", since: CLOCK.now() };
			const quiet = (CLOCK.now() - (watched?.since ?? 0)) / 1000;
			if (quiet >= record.seconds) {
				// Whoever had it may wake up and write: not where we do.
				const { epoch } = record;
				if (await this.write({ ...record, generation: newGeneration(epoch + 1) }, found?.version)) return;
				continue;
			}
			// Renewed while we watched: the other one lives.
			if ((CLOCK.now() - start) / 1000 > record.seconds * 1.5) {
				throw new Refusal(
					"in-use",
					`another keeper (${record.owner}) replicates ${this.settings.app} to ${this.settings.store} right now`,
					"stop that instance, or give this app a store or prefix of its own; two writers of one replica destroy it",
				);
			}
			await sleep(Math.min(1000, record.seconds * 200));
		}
	}

	/** @returns false when somebody else has it now: whoever finds that must write no more. */
	async renew(): Promise<boolean> {
		const found = await this.store.get(LEASE_KEY);
		const record = found === undefined ? undefined : (JSON.parse(found.content) as LeaseRecord);
		if (record?.owner !== this.settings.owner || record.epoch !== this.epoch || found === undefined) return false;
		return this.put({ ...record, beat: randomUUID() }, found.version);
	}

	/** Keeps it through work that may take longer than it lasts. */
	async during<T>(work: () => Promise<T>): Promise<T> {
		const timer = setInterval(() => void this.renew().catch(() => false), (this.settings.leaseSeconds * 1000) / 3);
		try {
			return await work();
		} finally {
			clearInterval(timer);
		}
	}

	/** Whether it is certainly ours still: whoever wants it waits for its whole time, and we count from before we wrote it. */
	get isFresh(): boolean {
		return CLOCK.now() - this.writtenAt < (this.settings.leaseSeconds - 1) * 1000;
	}

	/** Gives it back, so that the next one need not wait. */
	async release(): Promise<void> {
		const found = await this.store.get(LEASE_KEY);
		const record = found === undefined ? undefined : (JSON.parse(found.content) as LeaseRecord);
		if (found === undefined || record?.owner !== this.settings.owner || record.epoch !== this.epoch) return;
		await this.put({ ...record, released: true }, found.version);
	}

	private async write(before: LeaseRecord | undefined, version: string | undefined): Promise<boolean> {
		const { owner, leaseSeconds } = this.settings;
		const epoch = (before?.epoch ?? 0) + 1;
		const generation = before?.generation ?? "";
		const record = { owner, beat: randomUUID(), epoch, seconds: leaseSeconds, released: false, generation };
		const done = await this.put(record, version);
		if (done) [this.epoch, this.generation] = [epoch, generation];
		return done;
	}

	private async put(record: LeaseRecord, version: string | undefined): Promise<boolean> {
		const condition = version === undefined ? ("absent" as const) : { version };
		const begunAt = CLOCK.now();
		this.version = await this.store.put(LEASE_KEY, JSON.stringify(record), condition);
		if (this.version !== undefined) this.writtenAt = record.released ? Number.NEGATIVE_INFINITY : begunAt;
		return this.version !== undefined;
	}
}

export function leaseLost(app: string): Refusal {
	return new Refusal(
		"in-use",
		`another keeper has taken the lease of ${app}: this one writes no more`,
		"stop one of the two instances, then restart this keeper",
	);
}
