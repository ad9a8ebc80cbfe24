import { FREEZE_SECONDS } from "../watchdog";
import type { Standing } from "./standing";

/** Seconds that the freeze, the sync and the release have at least: a second each. */
export const LAST_STEPS = 3;
/** Seconds that a lease of which nothing is known, as after a sleep, has to be renewed at most. */
const RENEWAL = 2;
/** Seconds that are kept for the freeze and the sync where a stop has many. */
const KEPT = 15;

/** The last steps before the lease is given back: each has a share of what is left, so that the release has its second. */
export class Farewell {
	private readonly end: number;

	constructor(
		private readonly standing: Standing,
		private readonly seconds: number,
	) {
		this.end = standing.clock.now() + seconds * 1000;
	}

	/** Seconds that are left where so many are kept for what comes after; of a stop with too few, a fair part. */
	part(kept: number): number {
		const left = (this.end - this.standing.clock.now()) / 1000;
		return Math.max(left - kept, left / (kept + 1), 0.1);
	}

	/** Undefined for what failed, or took longer. */
	within<T>(seconds: number, work: Promise<T>): Promise<T | undefined> {
		return Promise.race([work.catch(() => undefined), this.standing.clock.sleep(seconds * 1000).then(() => undefined)]);
	}

	/** Returns whether all that was written is in the store, under our lease. After it, nothing of ours writes there. */
	async broughtHome(): Promise<boolean> {
		const { standing, seconds } = this;
		const { hands, lease } = standing;
		let isComplete = false;
		// A handover that is still under way: what it has not brought there by now nobody brings.
		if (standing.is("serving") || standing.is("resting")) {
			// It may have slept until it was told.
			const isOurs = lease.isFresh || (await this.within(Math.min(RENEWAL, seconds / 4), lease.renew()));
			const settling = Math.min(Math.max(seconds / 2, seconds - KEPT), this.part(LAST_STEPS));
			await this.within(settling, hands.settled(settling));
			const freezing = Math.min(FREEZE_SECONDS * 2, this.part(LAST_STEPS - 1));
			const isFrozen = await this.within(freezing, standing.freeze(freezing));
			const syncing = this.part(LAST_STEPS - 2);
			const synced = await this.within(syncing, hands.sync(syncing));
			isComplete = isFrozen === true && synced !== undefined && isOurs === true && lease.isFresh;
		}
		await hands.stopReplication();
		return isComplete;
	}
}
