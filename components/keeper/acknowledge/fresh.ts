import { setTimeout as sleep } from "node:timers/promises";
import type { Acknowledgement, Covered } from "../acknowledgement";

/** Milliseconds between two looks at the lease. */
const LOOK = 50;

/**
 * Where a write counts once it is on a disk that goes with its instance: no answer goes out while the right to write may be
 * another's, as after a sleep in the middle of a request. It waits until that is known.
 */
export class FreshAcknowledgement implements Acknowledgement {
	constructor(
		/** Why the right to write is not certainly ours. */
		private readonly pausedBy: () => string | undefined,
		private readonly seconds: number,
	) {}

	outage(): undefined {
		return undefined;
	}

	mark(): number {
		return 0;
	}

	covered(): Covered | Promise<Covered> {
		return this.pausedBy() === undefined ? {} : this.waited();
	}

	private async waited(): Promise<Covered> {
		for (const end = performance.now() + this.seconds * 1000; ; await sleep(LOOK)) {
			const paused = this.pausedBy();
			if (paused === undefined) return {};
			if (performance.now() > end) return { refused: `whether what the app did stays is not known: ${paused}` };
		}
	}
}
