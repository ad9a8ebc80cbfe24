import type { Acknowledgement, Covered } from "../acknowledgement";
import type { Synced } from "../litestream";
import { SYNC } from "../replication";
import type { DatabaseVersion } from "./databaseVersion";
import { Figures } from "./figures";

/** What becomes of an answer whose write did not get into the store in time. */
export type OnStoreOutage = "refuse" | "accept";

/** Milliseconds of failing in a row that are an outage, and between two tries: in it, and before. */
const OUTAGE = 2000;
const RETRY_IN_OUTAGE = 1000;
const RETRY = 200;

/** How writes get into the store. */
export interface Replicating {
	/**
	 * Brings all that is committed when it is called into the store, or fails. By its end there may be newer transactions
	 * that are not there: they were read from the WAL meanwhile.
	 */
	sync(seconds: number): Promise<Synced>;
	/** Why nothing in the store is certainly ours: the lease lapsed, or the replication rests. */
	pausedBy(): string | undefined;
}

interface Waiting {
	/** The database that had its commit. */
	file: string | undefined;
	end(covered: Covered): void;
}

/** The keeper itself has paused the replication: the store is not to blame. */
class Paused extends Error {}

/**
 * A write is acknowledged once it is in the backup store. All answers that wait share one sync, which begins after the
 * last of their commits; those that come while it is under way share the next.
 *
 * What an answer covers is what was committed when it was asked: the door asks before an answer's first byte, and before
 * its last for what was committed in between. Not covered is what the app commits in the background after its answer,
 * which is in the store within seconds; what it tells through a WebSocket or in the middle of a stream; and what an answer
 * to a request that committed nothing itself tells of another's write, whose own answer still waits.
 */
export class ReplicatedAcknowledgement implements Acknowledgement {
	private readonly figures = new Figures();
	private readonly waiting = new Set<Waiting>();
	/** What was last seen to be in the store: the version of the database before the sync began. */
	private synced: { version: number; transaction: number } | undefined;
	/** Why the last try was none. */
	private paused: string | undefined;
	private failing: { since: number; reason: string } | undefined;
	/** Answers that went out uncovered since the store had everything. */
	private uncovered = 0;
	private isWorking = false;
	private isSuspended = false;

	constructor(
		private readonly version: Pick<DatabaseVersion, "now" | "file" | "open" | "close">,
		private readonly replicating: Replicating,
		private readonly terms: { acknowledgeSeconds: number; onStoreOutage: OnStoreOutage },
	) {}

	outage(): string | undefined {
		return this.isOut && this.terms.onStoreOutage === "refuse" ? this.failing?.reason : undefined;
	}

	mark(writes: boolean): number {
		// Equal to nothing.
		return writes ? Number.NaN : this.version.now();
	}

	covered(mark: number): Covered | Promise<Covered> {
		const version = this.version.now();
		if (version === this.synced?.version) return { transaction: this.synced.transaction };
		// Without a database, nothing can have been committed.
		if (version === mark || version === 0) return {};
		// To wait is of use while the store may still answer.
		if (this.isOut) return this.uncoveredAnswer();
		return this.nextSync();
	}

	/** Lets go of the database, so that another can be put in its place. Who waits for a sync goes on to wait. */
	suspend(): void {
		this.isSuspended = true;
		this.version.close();
	}

	resume(): void {
		this.isSuspended = false;
		this.version.open();
		void this.work();
	}

	/** Why acknowledging is not as it should be, in words. */
	get problem(): string | undefined {
		if (this.uncovered > 0) return `${this.uncovered} answers told of writes that the store may not have yet`;
		const outage = this.outage();
		return outage && `writes are refused: ${outage}`;
	}

	/** What acknowledging takes, for the status and the metrics. */
	get status() {
		const since = this.isOut && this.failing ? Date.now() - (performance.now() - this.failing.since) : undefined;
		return {
			...this.figures.shown,
			waiting: this.waiting.size,
			...(since !== undefined && { outageSince: new Date(since).toISOString() }),
		};
	}

	private get isOut(): boolean {
		return this.failing !== undefined && performance.now() - this.failing.since >= OUTAGE;
	}

	private nextSync(): Promise<Covered> {
		return new Promise((resolve) => {
			const waiting: Waiting = {
				file: this.version.file(),
				end: (covered) => {
					clearTimeout(timer);
					this.waiting.delete(waiting);
					this.figures.waited += 1;
					resolve(covered);
				},
			};
			const { acknowledgeSeconds } = this.terms;
			const since = performance.now();
			const late = () => {
				// Litestream itself tries again and again, and that its sync fails may take longer.
				const reason = this.paused ?? `no answer from the store within ${acknowledgeSeconds} s`;
				this.failing ??= { since, reason };
				waiting.end(this.uncoveredAnswer());
			};
			const timer = setTimeout(late, acknowledgeSeconds * 1000);
			this.waiting.add(waiting);
			void this.work();
		});
	}

	private uncoveredAnswer(): Covered {
		return this.terms.onStoreOutage === "accept" ? this.accept() : this.refuse(this.failing?.reason ?? "");
	}

	private accept(): Covered {
		this.figures.acceptedUncovered += 1;
		this.uncovered += 1;
		void this.work();
		return {};
	}

	private refuse(reason: string): Covered {
		this.figures.refused += 1;
		return { refused: `the write is on this disk, but not in the backup store yet (${reason})` };
	}

	/** One sync at a time, for as long as anything depends on one. */
	private async work(): Promise<void> {
		if (this.isWorking) return;
		this.isWorking = true;
		let failures = 0;
		while (!this.isSuspended && (this.waiting.size > 0 || this.failing !== undefined || this.uncovered > 0)) {
			failures = (await this.sync()) ? 0 : failures + 1;
			// Once, it may be that a round of Litestream's own has failed meanwhile: no reason to pause.
			if (failures > 1) await pause(this.isOut ? RETRY_IN_OUTAGE : RETRY);
		}
		this.isWorking = false;
	}

	private async sync(): Promise<boolean> {
		// Before it begins: whoever comes later may have committed what it no longer sees.
		const [version, file] = [this.version.now(), this.version.file()];
		const [waiting, { uncovered }] = [[...this.waiting], this];
		const since = performance.now();
		try {
			this.needOurs();
			// A slow store is no outage: the patience of a request must not cut off what its successors wait for.
			const { replicated: transaction } = await this.replicating.sync(Math.max(SYNC, this.terms.acknowledgeSeconds));
			if (transaction === 0) throw new Error("Litestream does not know what the store has");
			this.needOurs();
			this.synced = { version, transaction };
			this.failing = undefined;
			this.uncovered -= uncovered;
			const still = waiting.filter((each) => this.waiting.has(each));
			this.figures.synced(still.length);
			const gone = "the database was replaced by another state of it meanwhile";
			for (const each of still) each.end(each.file === file ? { transaction } : this.refuse(gone));
			return true;
		} catch (error) {
			this.paused = error instanceof Paused ? error.message : undefined;
			if (error instanceof Paused) return false;
			// That the database is being replaced is not the store's fault.
			if (this.isSuspended) return false;
			this.figures.failedSyncs += 1;
			this.failing = { since: this.failing?.since ?? since, reason: (error as Error).message };
			return false;
		}
	}

	private needOurs(): void {
		const paused = this.isSuspended ? "the app is being switched" : this.replicating.pausedBy();
		if (paused !== undefined) throw new Paused(paused);
	}
}

function pause(milliseconds: number): Promise<void> {
	return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}
