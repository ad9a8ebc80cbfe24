import { Applicant, retired, unhealthy } from "./applicant";
import { CLOCK, type Clock } from "./clock";
import { insisting, untilConfirmed, type Waiting } from "./confirmation";
import { Farewell, LAST_STEPS } from "./farewell";
import { Guard } from "./guard";
import type { HandoffLease } from "./handoffLease";
import type { Hands, Source } from "./hands";
import { keepAlive } from "./keepAlive";
import { leaseLost } from "./lease";
import { Ended, Refusal, storeWentAway } from "./refusal";
import { type Phase, Standing, TICK } from "./standing";
import { type Stand, StandingRefusal } from "./standingRefusal";
import { StoreUnreachable } from "./stores/store";

/** Milliseconds before a start is tried again, and a handover that failed. */
const RETRY = 15_000;
const AGAIN = 5000;

/** One instance among others that overlap: only the one that holds the lease has an app whose writes are acknowledged. */
export class Handoff {
	private failed: Refusal | undefined;
	private mayAsk = true;
	readonly standing: Standing;
	readonly guard: Guard;
	private readonly applicant: Applicant;
	private readonly waiting: Waiting;
	private readonly patience: StandingRefusal;
	private asker: string | undefined;
	private handOverAfter = Number.NEGATIVE_INFINITY;
	private handing: Promise<void> | undefined;

	constructor(
		private readonly lease: HandoffLease,
		private readonly hands: Hands,
		private readonly settings: { owner: string; leaseSeconds: number; app: string; refusalSeconds?: number },
		private readonly say: (line: string) => void = () => {},
		private readonly clock: Clock = CLOCK,
	) {
		this.standing = new Standing(lease, hands, clock, say);
		this.guard = new Guard(this.standing);
		this.waiting = { sleep: (milliseconds) => clock.sleep(milliseconds), isOver: () => this.standing.isStopping };
		this.patience = new StandingRefusal(this.standing, settings.refusalSeconds);
		this.applicant = new Applicant(lease, hands, settings, say, clock);
	}

	get phase(): Phase {
		return this.standing.phase;
	}

	/**
	 * Runs until {@link stop}.
	 *
	 * @throws {Refusal} that stood for `refusalSeconds`, before the app was let in; the lease is nobody's then.
	 */
	async run(): Promise<void> {
		// A keeper that died left it as it was.
		this.hands.closeDoor();
		try {
			await Promise.all([this.live(), this.renew(), this.guard.run(), this.patience.attend(() => this.stand)]);
		} finally {
			this.standing.stop();
			this.standing.isHolding = false;
		}
	}

	private get stand(): Stand {
		return { refusal: this.failed, isWaiting: this.applicant.isWaiting, isBegun: this.phase !== "starting" };
	}

	/** Why no app runs here that may write; undefined where one does, or is about to. */
	get refusal(): Refusal | undefined {
		return this.failed ?? this.applicant.refusal;
	}

	/**
	 * All that is committed by now is in the store, under a lease that nobody can have taken before it was there: whoever
	 * acknowledges a write after this has not promised too much, even if this process slept at any point before.
	 */
	async acknowledge(): Promise<{ epoch: number; transaction: number; at: number }> {
		const transaction = await this.hands.sync();
		const paused = this.standing.pausedBy();
		if (paused !== undefined) throw new Error(`this instance may not acknowledge writes now: ${paused}`);
		return { epoch: this.lease.epoch, transaction, at: performance.timeOrigin + performance.now() };
	}

	/**
	 * The last writes go to the store, and the right to write back to it. Returns whether all is there.
	 *
	 * @param seconds that it may take; up to half of them, and more where there are many, for requests under way
	 */
	async stop(seconds: number): Promise<boolean> {
		const { lease, standing } = this;
		const farewell = new Farewell(standing, seconds);
		standing.stop();
		if (this.handing !== undefined) await farewell.within(farewell.part(LAST_STEPS), this.handing);
		this.hands.endDoor();
		if (!standing.isHolding) return true;
		// Who is told to stop in its beginning may be making the first copy of a generation.
		const isBegun = this.phase !== "beginning";
		const isComplete = !isBegun || (await farewell.broughtHome());
		standing.isHolding = false;
		await farewell.within(farewell.part(0), lease.release(isBegun));
		return isComplete;
	}

	private async live(): Promise<void> {
		while (!this.standing.isStopping) {
			try {
				this.standing.phase = "starting";
				const source = await this.applicant.obtain(this.mayAsk, this.waiting);
				if (source === undefined || this.standing.isStopping) return;
				this.standing.isHolding = true;
				this.standing.phase = "beginning";
				const isBegun = await this.begin(source);
				this.failed = undefined;
				if (isBegun) await this.serve();
				if (this.standing.is("retired")) await this.stayRetired();
			} catch (error) {
				this.standing.isHolding = false;
				this.standing.phase = "starting";
				const refusal = error instanceof StoreUnreachable ? storeWentAway(error) : error;
				if (!(refusal instanceof Refusal)) throw error;
				this.failed = refusal;
			}
			if (this.failed !== undefined) await this.standing.pause(RETRY);
		}
	}

	/**
	 * It does not end, or the platform would start it again, and it would ask. But where whoever has the data is gone, and
	 * only this one is left to be asked, the platform must start another.
	 */
	private async stayRetired(): Promise<void> {
		const { lease, hands, settings } = this;
		this.failed = retired(settings.app);
		while (!this.standing.isStopping) {
			await this.standing.pause(RETRY);
			const record = await lease.look().catch(() => undefined);
			const isLeft = record !== undefined && (record.released || lease.isExpired(record));
			if (isLeft && !this.standing.isStopping && hands.stopApp())
				throw new Ended(new Error("nobody has the data any more"));
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
				if (!this.standing.isHolding || this.standing.isStopping) break;
			}
			if (isHanded && !(await insisting(this.waiting, () => lease.confirm()))) this.standing.isHolding = false;
			if (!this.standing.isHolding || this.standing.isStopping) {
				if (hands.stopApp() && !this.standing.isStopping) throw new Ended(leaseLost(this.settings.app));
				return false;
			}
		} catch (error) {
			const mustEnd = hands.stopApp();
			this.standing.isHolding = false;
			this.mayAsk &&= !isHanded;
			// Where that fails too, the lease expires, and the one before takes it back.
			if (isHanded) await lease.giveBack().catch(() => undefined);
			else if (mustEnd) await lease.release().catch(() => undefined);
			throw mustEnd && !(error instanceof Ended) ? new Ended(error as Error) : error;
		}
		hands.remember({ epoch: lease.epoch });
		// From a rest it goes on as soon as it is known that the lease is fresh.
		this.standing.phase = "resting";
		return true;
	}

	private async serve(): Promise<void> {
		while (!this.standing.isStopping && this.phase !== "retired") {
			if (!this.standing.isHolding) await this.retire();
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
		this.standing.phase = "handing over";
		hands.closeDoor();
		try {
			await Promise.race([hands.drained(), this.standing.told]);
			if (!(await this.standing.freeze())) throw new Error("the database's write lock is not to be had");
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
		this.standing.isHolding = false;
		this.standing.phase = "handed over";
		const outcome = await untilConfirmed(lease, this.settings.owner, this.waiting);
		if (outcome === "back") {
			this.say("the lease came back: going on");
			this.goOn();
		} else if (outcome === "confirmed") await this.retire();
	}

	private goOn(): void {
		this.hands.remember({ epoch: this.lease.epoch });
		this.standing.isHolding = true;
		this.standing.phase = "resting";
	}

	/** For good: the app's writes stay frozen. */
	private async retire(): Promise<void> {
		this.standing.phase = "retired";
		this.standing.isHolding = false;
		this.hands.endDoor();
		this.hands.stopApp();
		this.say("another instance has the data: this one writes no more");
		await Promise.all([this.hands.stopReplication(), this.standing.freeze()]);
	}

	private renew(): Promise<void> {
		return keepAlive(this.lease, this.settings, this.clock, {
			isOver: () => this.standing.isStopping && !this.standing.isHolding,
			isHolding: () => this.standing.isHolding,
			asked: (asker) => {
				this.asker = asker;
			},
			lost: (epoch) => {
				// In a handover it is the other's because we gave it.
				if (this.phase !== "handing over" && epoch === this.lease.epoch) this.standing.isHolding = false;
			},
		});
	}
}
