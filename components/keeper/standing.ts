import { FREEZE_SECONDS } from "../watchdog";
import type { Clock } from "./clock";
import type { HandoffLease } from "./handoffLease";
import type { Hands } from "./hands";

export type Phase = "starting" | "beginning" | "serving" | "resting" | "handing over" | "handed over" | "retired";

/** Milliseconds between two looks at our own state. */
export const TICK = 100;

/** How an instance stands with its lease and its app: what the parts of the protocol know of each other. */
export class Standing {
	phase: Phase = "starting";
	isHolding = false;
	isStopping = false;
	isFrozen = false;
	private tell = () => {};
	/** Until it is told to stop. */
	readonly told = new Promise<void>((resolve) => {
		this.tell = resolve;
	});

	constructor(
		readonly lease: HandoffLease,
		readonly hands: Hands,
		readonly clock: Clock,
		readonly say: (line: string) => void,
	) {}

	stop(): void {
		this.isStopping = true;
		this.tell();
	}

	/** Other loops change it while one waits. */
	is = (phase: Phase) => this.phase === phase;

	/** Whether nobody can have the lease before what we do now is done. */
	get isSurelyOurs(): boolean {
		return this.isHolding && this.lease.isFreshFor(FREEZE_SECONDS * 1000);
	}

	/** Why what is in the store now is not certainly ours; undefined where it is. */
	pausedBy(): string | undefined {
		// While it hands over, what was let in before is answered: only what changes the lease ends that.
		if (!["serving", "resting", "handing over"].includes(this.phase)) return `it does not serve, it is ${this.phase}`;
		return this.lease.isFresh ? undefined : "its right to write is not certain: the lease could not be renewed";
	}

	/** Whether the app may go on: our lease lasts longer than what stops the app takes, or its writes are frozen. */
	mayRun(margin: number): boolean {
		if (["handing over", "handed over"].includes(this.phase) && this.isFrozen) return true;
		return this.isHolding && this.lease.isFreshFor(margin);
	}

	async freeze(seconds?: number): Promise<boolean> {
		this.isFrozen = await this.hands.freeze(seconds);
		return this.isFrozen;
	}

	async pause(milliseconds: number): Promise<void> {
		const { clock } = this;
		const end = clock.now() + milliseconds;
		while (!this.isStopping && clock.now() < end) await clock.sleep(Math.min(TICK, Math.max(1, end - clock.now())));
	}
}
