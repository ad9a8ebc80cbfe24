import type { RefusalKind } from "./refuse";

/** Half of the samples were at most `p50`, and all but one in a hundred at most `p99`. */
interface Percentiles {
	p50: number;
	p99: number;
}

/** What the door has done since it began; percentiles are those of the last thousand requests. */
export interface DoorFigures {
	requests: number;
	/** Requests that are held now, and that have been at all. */
	held: number;
	heldTotal: number;
	/** Seconds that requests were held: in all, and the longest. */
	heldSeconds: number;
	longestHeldSeconds: number;
	/** Requests that were not passed on, or whose answer was not, by the reason. */
	refusals: Partial<Record<RefusalKind, number>>;
	/** Connections that were turned away because there were too many. */
	connectionsRefused: number;
	/** Milliseconds that the door itself took, without those of {@link storeWait} and of being held; once there was one. */
	added?: Percentiles;
	/** Milliseconds that an answer waited for the store, where it had to; once there was one. */
	storeWait?: Percentiles;
}

const KEPT = 1000;

/** The last thousand of something. */
class Samples {
	private readonly kept = new Float64Array(KEPT);
	private count = 0;

	add(value: number): void {
		this.kept[this.count++ % KEPT] = value;
	}

	get percentiles(): Percentiles | undefined {
		const sorted = this.kept.slice(0, this.count).sort();
		const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
		return sorted.length === 0 ? undefined : { p50: at(0.5), p99: at(0.99) };
	}
}

export class Figures {
	requests = 0;
	connectionsRefused = 0;
	readonly added = new Samples();
	readonly storeWait = new Samples();
	private readonly refusals: Partial<Record<RefusalKind, number>> = {};
	private heldTotal = 0;
	private heldMilliseconds = 0;
	private longestHeld = 0;

	refused(kind: RefusalKind): void {
		this.refusals[kind] = (this.refusals[kind] ?? 0) + 1;
	}

	/** A request is held no more. */
	held(milliseconds: number): void {
		this.heldTotal++;
		this.heldMilliseconds += milliseconds;
		this.longestHeld = Math.max(this.longestHeld, milliseconds);
	}

	now(held: number): DoorFigures {
		const added = this.added.percentiles;
		const storeWait = this.storeWait.percentiles;
		return {
			requests: this.requests,
			held,
			heldTotal: this.heldTotal + held,
			heldSeconds: this.heldMilliseconds / 1000,
			longestHeldSeconds: this.longestHeld / 1000,
			refusals: { ...this.refusals },
			connectionsRefused: this.connectionsRefused,
			...(added && { added }),
			...(storeWait && { storeWait }),
		};
	}
}
