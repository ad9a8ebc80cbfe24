import type { Budget } from "./budget";
import type { Figures } from "./figures";
import type { DoorLimits } from "./limits";
import type { RefusalKind } from "./refuse";

/** A request that can wait. */
export interface Holdable {
	/** Which request it is, counted from the first. */
	readonly arrival: number;
	/** What it may take of memory meanwhile. */
	readonly bytes: number;
	/** Milliseconds that it has been held before. */
	heldFor: number;
	goOn(): void;
	refuse(kind: RefusalKind, reason: string): void;
}

/** The requests that wait for the app, bounded in number, bytes and time. */
export class Held {
	private readonly waiting = new Map<Holdable, { since: number; timer: NodeJS.Timeout }>();

	constructor(
		private readonly limits: DoorLimits,
		private readonly budget: Budget,
		private readonly figures: Figures,
	) {}

	get size(): number {
		return this.waiting.size;
	}

	hold(request: Holdable): void {
		const { mostHeld, longestHoldSeconds } = this.limits;
		if (this.waiting.size >= mostHeld || !this.budget.reserve(request.bytes)) {
			request.refuse("tooManyHeld", `the app is away, and ${this.waiting.size} requests already wait for it`);
			return;
		}
		const timer = setTimeout(
			() => {
				this.leave(request);
				request.refuse("heldTooLong", `the app did not come back within ${longestHoldSeconds} s`);
			},
			longestHoldSeconds * 1000 - request.heldFor,
		);
		this.waiting.set(request, { since: performance.now(), timer });
	}

	/** It waits no more; whoever comes has its place. */
	leave(request: Holdable): void {
		const held = this.waiting.get(request);
		if (held === undefined) return;
		clearTimeout(held.timer);
		this.waiting.delete(request);
		this.budget.free(request.bytes);
		const milliseconds = performance.now() - held.since;
		request.heldFor += milliseconds;
		this.figures.held(milliseconds);
	}

	/** None goes on. */
	turnAway(kind: RefusalKind, reason: string): void {
		for (const request of [...this.waiting.keys()]) {
			this.leave(request);
			request.refuse(kind, reason);
		}
	}

	/** All go on, in the order in which they came: one that was held twice is before those that came since. */
	release(): void {
		const inOrder = [...this.waiting.keys()].sort((one, other) => one.arrival - other.arrival);
		for (const request of inOrder) {
			this.leave(request);
			request.goOn();
		}
	}
}
