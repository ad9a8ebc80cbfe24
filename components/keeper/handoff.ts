import { FREEZE_SECONDS } from "../watchdog";
import { CLOCK, type Clock } from "./clock";
import type { HandoffLease } from "./handoffLease";
import type { LeaseRecord } from "./lease";
import { Refusal, storeWentAway } from "./refusal";
import { StoreUnreachable } from "./stores/store";

/** Where the database comes from that an instance begins with: its own disk, the replica, or just what was handed over. */
export type Source = "local" | "replica" | { transaction: number };

/** What an instance's disk remembers, for the next keeper on it. */
export interface Memory {
	/** Of the lease under which the database on this disk was last written. */
	epoch?: number;
	/** It was handed to another instance, or is about to be. */
	gone?: boolean;
}

/** What the protocol does to the app and its data. */
export interface Hands {
	memory: Memory;
	remember(memory: Memory): void;
	/** What can be done before anybody waits for it. */
	prepare(): Promise<void>;
	/** Puts the database in place; no app runs on it yet, unless it is the local one. */
	place(source: Source): Promise<void>;
	/** Lets the app in and waits until it is healthy. Nothing that it writes is acknowledged or replicated yet. */
	startApp(): Promise<boolean>;
	/** The app is not to go on. */
	stopApp(): void;
	/** Takes the database's write lock; false when it is not to be had. */
	freeze(): Promise<boolean>;
	thaw(): Promise<void>;
	startReplication(): void;
	/** At once, and for certain. */
	stopReplication(): Promise<void>;
	/** Brings all that is committed into the store, and returns the last transaction; 0 when there is no database yet. */
	sync(): Promise<number>;
	/** From here on, writes may be acknowledged, under this epoch. */
	openDoor(epoch: number): void;
	closeDoor(): void;
}

export type Phase =
	| "starting"
	| "asking"
	| "beginning"
	| "serving"
	| "resting"
	| "handing over"
	| "handed over"
	| "retired";

/** Milliseconds between two looks: at the lease for an asker, at it while one waits for it, at our own state. */
const LOOK = 1000;
const WAIT = 200;
const TICK = 100;
/** Milliseconds before a start is tried again, and a handover that failed. */
const RETRY = 15_000;
const AGAIN = 5000;
/** Milliseconds after which one that asks before us counts as dead, and after which a holder does not want to hand over. */
const ASKER_PATIENCE = 10_000;
const PATIENCE = 60_000;

/** One instance among others that overlap: only the one that holds the lease has an app whose writes are acknowledged. */
export class Handoff {
	phase: Phase = "starting";
	refusal: Refusal | undefined;
	private isHolding = false;
	private isStopping = false;
	private mayAsk = true;
	private asker: string | undefined;
	private handOverAfter = Number.NEGATIVE_INFINITY;
	private handing: Promise<void> | undefined;

	constructor(
		private readonly lease: HandoffLease,
		private readonly hands: Hands,
		private readonly settings: { owner: string; leaseSeconds: number; app: string },
		private readonly say: (line: string) => void = () => {},
		private readonly clock: Clock = CLOCK,
	) {}

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
		if (this.phase === "handed over" || this.phase === "handing over") return true;
		return this.isHolding && this.lease.isFreshFor(margin);
	}

	/** The last writes go to the store, and the right to write back to it. Returns whether all is there. */
	async stop(): Promise<boolean> {
		this.isStopping = true;
		await this.handing?.catch(() => undefined);
		if (!this.isHolding) return true;
		const wasServing = this.phase === "serving" || this.phase === "resting";
		this.hands.closeDoor();
		let isComplete = !wasServing;
		if (wasServing) {
			const isFrozen = await this.hands.freeze();
			isComplete = await this.hands.sync().then(
				() => isFrozen && this.lease.isFresh,
				() => false,
			);
			await this.hands.stopReplication();
		}
		this.isHolding = false;
		await this.lease.release().catch(() => undefined);
		return isComplete;
	}

	private async live(): Promise<void> {
		while (!this.isStopping) {
			try {
				const source = await this.obtain();
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

	/** Waits for the lease: takes what nobody holds, asks a holder that lives, and takes what a dead one leaves. */
	private async obtain(): Promise<Source | undefined> {
		const { owner } = this.settings;
		const { lease, hands } = this;
		this.phase = "starting";
		const begun = this.clock.now();
		let other: { asker: string | undefined; since: number } = { asker: undefined, since: begun };
		for (let isPrepared = false; !this.isStopping; await this.pause(WAIT)) {
			const record = await lease.look();
			const isOurs = record?.owner === owner && !record.released;
			if (isOurs && record.handed !== undefined) {
				const handed = (await lease.adopt())?.record.handed;
				if (handed !== undefined) return { transaction: handed.transaction };
				continue;
			}
			if (record === undefined || record.released || isOurs || lease.isExpired(record)) {
				const taken = await lease.take((found) => found?.owner !== owner || found.handed === undefined);
				if (taken === undefined) continue;
				const { before } = taken;
				return before?.owner === owner && before.epoch === hands.memory.epoch ? "local" : "replica";
			}
			// It handed over before it was restarted: an instance does not come back by itself while another lives.
			if (hands.memory.gone || (!this.mayAsk && this.refusal === undefined)) throw retired(this.settings.app);
			if (!this.mayAsk) continue;
			if (this.clock.now() - begun > PATIENCE) {
				await lease.withdraw();
				throw inUse(record.owner, this.settings.app);
			}
			if (record.disk !== "temporary") continue;
			if (!isPrepared) {
				this.say(`${record.owner} has the lease: preparing, then asking it to hand over`);
				await hands.prepare();
				isPrepared = true;
				continue;
			}
			if (other.asker !== record.asker) other = { asker: record.asker, since: this.clock.now() };
			const isGone = this.clock.now() - other.since > ASKER_PATIENCE;
			if (record.asker !== owner) await lease.ask(isGone ? record.asker : undefined);
			this.phase = "asking";
		}
		return undefined;
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
			if (isHanded && !(await this.insisting(() => lease.confirm()))) this.isHolding = false;
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
			if (!(await hands.freeze())) throw new Error("the database's write lock is not to be had");
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
		const record = await this.insisting(() => lease.look());
		if (record?.owner === this.settings.owner && record.epoch === epoch) return this.goOn();
		this.isHolding = false;
		this.phase = "handed over";
		await this.untilConfirmed();
	}

	/** The one after us may give it back, or die before it has begun: until it confirms, nothing was acknowledged there. */
	private async untilConfirmed(): Promise<void> {
		const { lease } = this;
		const { owner } = this.settings;
		for (; !this.isStopping; await this.pause(WAIT)) {
			const record = await lease.look().catch(() => undefined);
			if (record === undefined) continue;
			const isBack = record.owner === owner && !record.released;
			if (isBack ? await this.adopted() : lease.isExpired(record) && (await this.takenBack())) {
				this.say("the lease came back: going on");
				return this.goOn();
			}
			if (!isBack && record.handed?.from !== owner) return this.retire();
		}
	}

	private async adopted(): Promise<boolean> {
		const adopted = await this.insisting(() => this.lease.adopt());
		return adopted !== undefined && (await this.insisting(() => this.lease.confirm())) !== undefined;
	}

	/** Only what was never confirmed: behind a confirmation there may be writes that this disk does not have. */
	private async takenBack(): Promise<boolean> {
		const unconfirmed = ({ handed }: LeaseRecord) => handed?.from === this.settings.owner;
		const taken = this.lease.take((record) => record !== undefined && unconfirmed(record));
		return (await taken.catch(() => undefined)) !== undefined;
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
		await Promise.all([this.hands.stopReplication(), this.hands.freeze()]);
	}

	/** Keeps the lease alive, and looks who asks for it. */
	private async renew(): Promise<void> {
		const third = (this.settings.leaseSeconds * 1000) / 3;
		let renewed = Number.NEGATIVE_INFINITY;
		for (; !this.isStopping || this.isHolding; await this.clock.sleep(Math.min(LOOK, third))) {
			if (!this.isHolding) continue;
			const begun = this.clock.now();
			const isDue = begun - renewed >= third - TICK;
			const epoch = this.lease.epoch;
			try {
				const record = await this.lease.look();
				this.asker = record?.asker;
				const isOurs = record?.owner === this.settings.owner && record.epoch === epoch && !record.released;
				if (isOurs ? !isDue || (await this.lease.renew()) : false) {
					if (isDue) renewed = begun;
				} else if (this.phase !== "handing over" && epoch === this.lease.epoch) this.isHolding = false;
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
				await Promise.all([hands.stopReplication(), hands.freeze()]);
			} else if (this.phase === "resting" && isFresh) {
				await hands.thaw();
				if (this.phase !== "resting" || !this.isHolding || !lease.isFreshFor(FREEZE_SECONDS * 1000)) continue;
				hands.startReplication();
				this.phase = "serving";
				hands.openDoor(lease.epoch);
			}
		}
	}

	/** Until the store has answered. */
	private async insisting<T>(ask: () => Promise<T>): Promise<T> {
		for (;;) {
			try {
				return await ask();
			} catch (error) {
				if (!(error instanceof StoreUnreachable) || this.isStopping) throw error;
				await this.pause(WAIT);
			}
		}
	}

	/** Other loops change it while one waits. */
	private is(phase: Phase): boolean {
		return this.phase === phase;
	}

	private async pause(milliseconds: number): Promise<void> {
		const end = this.clock.now() + milliseconds;
		while (!this.isStopping && this.clock.now() < end) await this.clock.sleep(Math.min(TICK, end - this.clock.now()));
	}
}

function retired(app: string): Refusal {
	return new Refusal(
		"in-use",
		`another instance has the data of ${app}: this one writes no more`,
		"nothing, if a newer instance is meant to run; otherwise stop that one and start this one again",
	);
}

function inUse(owner: string, app: string): Refusal {
	return new Refusal(
		"in-use",
		`another keeper (${owner}) has the lease of ${app} and does not hand it over`,
		"stop that instance, or let both run with HOLDFAST_DISK=temporary",
	);
}

function unhealthy(app: string): Refusal {
	return new Refusal(
		"app-unhealthy",
		`${app} did not become healthy on the data that was handed over: the instance before has it back`,
		"look into the app's log; the next instance that starts asks again",
	);
}
