import { Applicant } from "../applicant";
import { CLOCK } from "../clock";
import { HandoffLease } from "../handoffLease";
import type { Source } from "../hands";
import { keepAlive } from "../keepAlive";
import { leaseLost } from "../lease";
import type { Parts } from "../start";

/**
 * The right to write, for as long as a job works with the data: asked for as a new revision asks, and given back where the
 * job fails, so that whoever served goes on. A job that is killed renews it no more, and the one before takes it back.
 */
export class HeldLease {
	private isOver = false;
	private isLost = false;

	private constructor(
		readonly lease: HandoffLease,
		/** Where the newest data is. */
		readonly source: Source,
	) {}

	static async obtain(parts: Parts, say: (line: string) => void): Promise<HeldLease> {
		const { settings, store } = parts;
		const lease = new HandoffLease(store, settings);
		const hands = { memory: {}, prepare: async () => {} };
		const waiting = { isOver: () => false, sleep: (milliseconds: number) => CLOCK.sleep(milliseconds) };
		const source = await new Applicant(lease, hands, settings, say, CLOCK).obtain(true, waiting);
		if (source === undefined) throw leaseLost(settings.app);
		const held = new HeldLease(lease, source);
		void keepAlive(lease, settings, CLOCK, {
			isOver: () => held.isOver,
			isHolding: () => !held.isLost,
			// Whoever asks gets it once the job is done.
			asked: () => {},
			lost: () => {
				held.isLost = true;
			},
		});
		return held;
	}

	/** From here on, whoever served before never does again by itself. @throws where another may have taken over. */
	async confirm(settings: Parts["settings"]): Promise<void> {
		const isOurs = !this.isLost && this.lease.isFresh;
		if (!isOurs || (await this.lease.confirm()) === undefined) throw leaseLost(settings.app);
		// Long enough for the next word to be written before anybody else can have it.
		if (!this.lease.isFreshFor((settings.leaseSeconds * 1000) / 2)) throw leaseLost(settings.app);
	}

	/** Back to whoever handed it over, where that was not confirmed; else for whoever comes next. */
	async end(): Promise<void> {
		this.isOver = true;
		await this.lease.release(false).catch(() => undefined);
	}
}
