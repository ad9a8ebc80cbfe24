import { setTimeout as wait } from "node:timers/promises";

/** Time that only goes forward, and waiting. Tests have one of their own; no two clocks are ever compared. */
export interface Clock {
	/** Milliseconds since some moment. */
	now(): number;
	sleep(milliseconds: number): Promise<void>;
}

export const CLOCK: Clock = {
	now: () => performance.now(),
	sleep: (milliseconds) => wait(milliseconds),
};
