import { setTimeout as sleep } from "node:timers/promises";
import type { Acknowledgement, Covered } from "../acknowledgement";

/** Milliseconds between two looks at the lease. */
const LOOK = 50;

/**
 * On a disk that goes with its instance, no answer goes out while the right to write may be another's, as after a sleep in
 * the middle of a request: what was read by then may not be true any more. It waits until that is known.
 */
export class FreshAcknowledgement implements Acknowledgement {
	constructor(
		/** Why the right to write is not certainly ours. */
		private readonly pausedBy: () => string | undefined,
		private readonly seconds: number,
		/** What an answer waits for before that. @default - nothing: a write counts once it is on the disk */
		private readonly first?: Acknowledgement,
	) {}

	outage(): string | undefined {
		return this.first?.outage();
	}

	mark(writes: boolean): number {
		return this.first?.mark(writes) ?? 0;
	}

	covered(mark: number): Covered | Promise<Covered> {
		const covered = this.first?.covered(mark) ?? {};
		return covered instanceof Promise ? covered.then((known) => this.fresh(known)) : this.fresh(covered);
	}

	private fresh(covered: Covered): Covered | Promise<Covered> {
		return "refused" in covered || this.pausedBy() === undefined ? covered : this.waited(covered);
	}

	private async waited(covered: Covered): Promise<Covered> {
		for (const end = performance.now() + this.seconds * 1000; ; await sleep(LOOK)) {
			const paused = this.pausedBy();
			if (paused === undefined) return covered;
			if (performance.now() > end) return { refused: `whether what the app did stays is not known: ${paused}` };
		}
	}
}
