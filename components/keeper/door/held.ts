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
	private bytes = 0;

	constructor(
		private readonly limits: DoorLimits,
		private readonly figures: Figures,
	) {}

	get size(): number {
		return this.waiting.size;
	}

	hold(request: Holdable): void {
		const { mostHeld, mostHeldBytes, longestHoldSeconds } = this.limits;
		if (this.waiting.size >= mostHeld || this.bytes + request.bytes > mostHeldBytes) {
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
		this.bytes += request.bytes;
	}

	/** It waits no more; whoever comes has its place. */
	leave(request: Holdable): void {
		const held = this.waiting.get(request);
		if (held === undefined) return;
		clearTimeout(held.timer);
		this.waiting.delete(request);
		this.bytes -= request.bytes;
		const milliseconds = performance.now() - held.since;
		request.heldFor += milliseconds;
		this.figures.held(milliseconds);
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
