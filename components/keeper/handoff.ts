import { FREEZE_SECONDS } from "../watchdog";
import { Applicant, retired, unhealthy } from "./applicant";
import { CLOCK, type Clock } from "./clock";
import { insisting, untilConfirmed, type Waiting } from "./confirmation";
import type { HandoffLease } from "./handoffLease";
import type { Hands, Source } from "./hands";
import { Refusal, storeWentAway } from "./refusal";
import { StoreUnreachable } from "./stores/store";

export type Phase = "starting" | "beginning" | "serving" | "resting" | "handing over" | "handed over" | "retired";

/** Milliseconds between two looks at the lease for an asker, and at our own state. */
const LOOK = 1000;
const TICK = 100;
/** Milliseconds before a start is tried again, and a handover that failed. */
const RETRY = 15_000;
const AGAIN = 5000;

/** One instance among others that overlap: only the one that holds the lease has an app whose writes are acknowledged. */
export class Handoff {
	phase: Phase = "starting";
	refusal: Refusal | undefined;
	private isHolding = false;
	private isStopping = false;
	private mayAsk = true;
	private readonly applicant: Applicant;
	private readonly waiting: Waiting;
	private isFrozen = false;
	private asker: string | undefined;
	private handOverAfter = Number.NEGATIVE_INFINITY;
	private handing: Promise<void> | undefined;

	constructor(
		private readonly lease: HandoffLease,
		private readonly hands: Hands,
		private readonly settings: { owner: string; leaseSeconds: number; app: string },
		private readonly say: (line: string) => void = () => {},
		private readonly clock: Clock = CLOCK,
	) {
		this.waiting = { sleep: (milliseconds) => clock.sleep(milliseconds), isOver: () => this.isStopping };
		this.applicant = new Applicant(lease, hands, settings, say, clock);
	}

	/** Runs until {@link stop}. */
	async run(): Promise<void> {
		// A keeper that died left it as it was.
		this.hands.closeDoor();
		await Promise.all([this.live(), this.renew(), this.guard()]);
	}

	/**
	 * All that is committed by now is in the store, under a lease that nobody can have taken before it was there: whoever
	 * acknowledges a write after this has not promised too much, even if this process slept at any point before.
	 */
	async acknowledge(): Promise<{ epoch: number; transaction: number; at: number }> {
		const transaction = await this.hands.sync();
		if (this.phase !== "serving" || !this.lease.isFresh) {
			throw new Error("this instance may not acknowledge writes now: its right to write is not certain");
		}
		return { epoch: this.lease.epoch, transaction, at: performance.timeOrigin + performance.now() };
	}

	/** Whether the app may go on: our lease lasts longer than what stops the app takes, or its writes are frozen. */
	mayRun(margin: number): boolean {
		if (["handing over", "handed over"].includes(this.phase) && this.isFrozen) return true;
		return this.isHolding && this.lease.isFreshFor(margin);
	}

	/** The last writes go to the store, and the right to write back to it. Returns whether all is there. */
	async stop(): Promise<boolean> {
		this.isStopping = true;
		await this.handing?.catch(() => undefined);
		if (!this.isHolding) return true;
		let isComplete = true;
		this.hands.closeDoor();
		if (this.phase === "serving" || this.phase === "resting") {
			const isFrozen = await this.freeze();
			const isSynced = await this.hands.sync().catch(() => undefined);
			isComplete = isFrozen && isSynced !== undefined && this.lease.isFresh;
			await this.hands.stopReplication();
		}
		this.isHolding = false;
		await this.lease.release().catch(() => undefined);
		return isComplete;
	}

	private async live(): Promise<void> {
		while (!this.isStopping) {
			try {
				this.phase = "starting";
				const source = await this.applicant.obtain(this.mayAsk, this.waiting);
				if (source === undefined) return;
				this.isHolding = true;
				this.phase = "beginning";
				if (await this.begin(source)) await this.serve();
				this.refusal = undefined;
				if (this.is("retired")) this.refusal = retired(this.settings.app);
			} catch (error) {
				this.isHolding = false;
				this.phase = "starting";
				this.refusal = error instanceof StoreUnreachable ? storeWentAway(error) : (error as Refusal);
				if (!(this.refusal instanceof Refusal)) throw error;
			}
			if (this.refusal !== undefined) await this.pause(RETRY);
			while (this.is("retired") && !this.isStopping) await this.pause(RETRY);
		}
	}

	/** From the lease to the first write that may be acknowledged. Returns false when it did not come to that. */
	private async begin(source: Source): Promise<boolean> {
		const { lease, hands } = this;
		const isHanded = typeof source === "object";
		try {
			await hands.place(source);
			while (!(await hands.startApp())) {
				if (isHanded) throw unhealthy(this.settings.app);
				if (!this.isHolding || this.isStopping) break;
			}
			if (isHanded && !(await insisting(this.waiting, () => lease.confirm()))) this.isHolding = false;
			if (!this.isHolding || this.isStopping) {
				hands.stopApp();
				return false;
			}
		} catch (error) {
			hands.stopApp();
			this.isHolding = false;
			this.mayAsk &&= !isHanded;
			// Where that fails too, the lease expires, and the one before takes it back.
			if (isHanded) await lease.giveBack().catch(() => undefined);
			throw error;
		}
		hands.remember({ epoch: lease.epoch });
		// From a rest it goes on as soon as it is known that the lease is fresh.
		this.phase = "resting";
		return true;
	}

	private async serve(): Promise<void> {
		while (!this.isStopping && this.phase !== "retired") {
			if (!this.isHolding) await this.retire();
			else if (this.phase === "serving" && this.asker !== undefined && this.clock.now() > this.handOverAfter) {
				this.handing = this.handOver(this.asker);
				await this.handing;
			} else await this.clock.sleep(TICK);
		}
	}

	/** Freeze, sync, hand over. What fails before the lease is another's leaves everything as it was. */
	private async handOver(to: string): Promise<void> {
		const { lease, hands } = this;
		const { epoch } = lease;
		this.phase = "handing over";
		hands.closeDoor();
		try {
			if (!(await this.freeze())) throw new Error("the database's write lock is not to be had");
			const transaction = await hands.sync();
			await hands.stopReplication();
			hands.remember({ epoch, gone: true });
			this.say(`handing over to ${to} with transaction ${transaction}`);
			await lease.handOver(to, transaction);
		} catch (error) {
			this.say(`warning: the handover to ${to} failed: ${(error as Error).message}`);
		}
		this.asker = undefined;
		this.handOverAfter = this.clock.now() + AGAIN;
		// Whether it is another's now only the store can say: an answer may have been lost.
		const record = await insisting(this.waiting, () => lease.look());
		if (record?.owner === this.settings.owner && record.epoch === epoch) return this.goOn();
		this.isHolding = false;
		this.phase = "handed over";
		const outcome = await untilConfirmed(lease, this.settings.owner, this.waiting);
		if (outcome === "back") {
			this.say("the lease came back: going on");
			this.goOn();
		} else if (outcome === "confirmed") await this.retire();
	}

	private goOn(): void {
		this.hands.remember({ epoch: this.lease.epoch });
		this.isHolding = true;
		this.phase = "resting";
	}

	/** For good: the app's writes stay frozen. */
	private async retire(): Promise<void> {
		this.phase = "retired";
		this.isHolding = false;
		this.hands.closeDoor();
		this.hands.stopApp();
		this.say("another instance has the data: this one writes no more");
		await Promise.all([this.hands.stopReplication(), this.freeze()]);
	}

	/** Keeps the lease alive, and looks who asks for it. */
	private async renew(): Promise<void> {
		const third = (this.settings.leaseSeconds * 1000) / 3;
		let renewed = Number.NEGATIVE_INFINITY;
		for (; !this.isStopping || this.isHolding; await this.clock.sleep(Math.min(LOOK, third))) {
			if (!this.isHolding) continue;
			const begun = this.clock.now();
			const isDue = begun - renewed >= third - TICK;
			const { epoch } = this.lease;
			try {
				const record = await this.lease.look();
				this.asker = record?.asker;
				const isOurs = record?.owner === this.settings.owner && record.epoch === epoch && !record.released;
				if (isOurs && (!isDue || (await this.lease.renew()))) renewed = isDue ? begun : renewed;
				else if (this.phase !== "handing over" && epoch === this.lease.epoch) this.isHolding = false;
			} catch {
				// Out of reach: the guard acts on that.
			}
		}
	}

	/** Before anybody else could take the lease, nothing can be written here; and it goes on when it is surely ours. */
	private async guard(): Promise<void> {
		const { hands, lease } = this;
		for (; !this.isStopping; await this.clock.sleep(TICK)) {
			const isFresh = this.isHolding && lease.isFreshFor(FREEZE_SECONDS * 1000);
			if (this.phase === "handing over" && !lease.isFresh) await hands.stopReplication();
			if (this.phase === "serving" && !isFresh) {
				this.phase = "resting";
				hands.closeDoor();
				this.say("the lease could not be renewed: the app's writes are frozen until it is");
				await Promise.all([hands.stopReplication(), this.freeze()]);
			} else if (this.phase === "resting" && isFresh) {
				this.isFrozen = false;
				await hands.thaw();
				if (this.phase !== "resting" || !this.isHolding || !lease.isFreshFor(FREEZE_SECONDS * 1000)) continue;
				hands.startReplication();
				this.phase = "serving";
				hands.openDoor(lease.epoch);
			}
		}
	}

	private async freeze(): Promise<boolean> {
		this.isFrozen = await this.hands.freeze();
		return this.isFrozen;
	}

	/** Other loops change it while one waits. */
	private is = (phase: Phase) => this.phase === phase;

	private async pause(milliseconds: number): Promise<void> {
		const end = this.clock.now() + milliseconds;
		while (!this.isStopping && this.clock.now() < end) await this.clock.sleep(Math.min(TICK, end - this.clock.now()));
	}
}
