import { existsSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** Time that only goes forward, and waiting. Tests have one of their own; no two clocks are ever compared. */
export interface Clock {
	/** Milliseconds since some moment. */
	now(): number;
	sleep(milliseconds: number): Promise<void>;
}

const UPTIME = "/proc/uptime";

/** It goes on while a machine is suspended, which the clock of `performance.now()` does not: a lease runs out meanwhile. */
export const CLOCK: Clock = {
	now: existsSync(UPTIME)
		? () => Number(readFileSync(UPTIME, "latin1").split(" ", 1)[0]) * 1000
		: () => performance.now(),
	sleep: (milliseconds) => wait(milliseconds),
};
