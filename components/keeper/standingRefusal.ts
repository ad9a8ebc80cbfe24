import type { Refusal } from "./refusal";
import { type Standing, TICK } from "./standing";

/** Milliseconds that a store out of reach may keep a keeper that ends. */
const RELEASE = 3000;

/** What a keeper without an app is at. */
export interface Stand {
	refusal: Refusal | undefined;
	/** Somebody has the lease: another that lives, or a dead one whose time is not over. */
	isWaiting: boolean;
	/** The lease is ours: the data is being put in place, or is there. */
	isBegun: boolean;
}

/**
 * A platform that waits for a keeper which never becomes ready waits for hours, counts no failure and does not go back to
 * the version before: a refusal that stands must end the process. One that passes by itself has its time.
 */
export class StandingRefusal {
	private since: number | undefined;

	/** @param seconds that it has. @default - for ever: the start is tried again and again */
	constructor(
		private readonly standing: Standing,
		private readonly seconds?: number,
	) {}

	/**
	 * Looks until the keeper is told to stop.
	 *
	 * @throws {Refusal} that stood for so long; the lease is nobody's then.
	 */
	async attend(stand: () => Stand): Promise<void> {
		const { seconds, standing } = this;
		if (seconds === undefined) return;
		const { clock, lease, say } = standing;
		for (; !standing.isStopping; await clock.sleep(TICK)) {
			const refusal = this.look(stand(), seconds * 1000);
			if (refusal === undefined) continue;
			say(`refused for ${seconds} s: this keeper ends, so that the platform counts a failure`);
			standing.stop();
			// Also what is being taken this moment; nothing in it is whole.
			await Promise.race([lease.release(false).catch(() => undefined), clock.sleep(RELEASE)]);
			throw refusal;
		}
	}

	/** One try may refuse for another reason than the one before. */
	private look({ refusal, isWaiting, isBegun }: Stand, most: number): Refusal | undefined {
		const now = this.standing.clock.now();
		// Whoever waits for a lease gets it once it is free; that another has it is no fault of this version.
		if (refusal === undefined || isWaiting || refusal.code === "in-use") {
			this.since = undefined;
			return undefined;
		}
		this.since ??= now;
		// A restore under way may take as long as it takes.
		return !isBegun && now - this.since >= most ? refusal : undefined;
	}
}
