import { type Problem, shown, wholeNumber } from "./validate";

/** When a write counts as done: once it is committed on the app's disk, or once the backup store has it too. */
export type Acknowledge = "local" | "replicated";

/**
 * The door: the keeper's HTTP/1.1 proxy, through which every request reaches the app. It holds requests while the app is
 * switched, and with `acknowledge: "replicated"` each answer until what was written is in the backup store. A change of any
 * of this makes the keeper's container anew, and for some seconds nobody reaches the app.
 */
export interface DoorArgs {
	/** Requests that wait at once, 1 to 100000. One more is answered with 503 and Retry-After. @default 1000 */
	mostHeld?: number;
	/**
	 * Memory of all that waits at the door, in MiB, 1 to 65536: requests for the app, requests behind another one on their
	 * connection (16 KiB each, and what was read of a body, at most 128 KiB), and answers that wait for the backup store. So
	 * 64 are enough for 1000 requests, of which 384 have a large body. What is beyond it is answered with 503. @default 64
	 */
	mostHeldMiB?: number;
	/** Seconds that a request waits for the app, 1 to 3600; then the answer is 503 with Retry-After. @default 60 */
	longestHoldSeconds?: number;
	/** Seconds that running requests have before the switch goes on without them, 0 to 120. @default 10 */
	drainSeconds?: number;
	/** Largest body of a request in MiB, 1 to 1048576; a larger one is answered with 413. @default - none */
	mostBodyMiB?: number;
	/**
	 * With `acknowledge: "replicated"`, while the backup store cannot be reached: `refuse` answers a request that wrote with
	 * 503, `accept` passes its answer on, with the write on the app's disk alone, and the keeper is unhealthy.
	 * @default "refuse"
	 */
	onStoreOutage?: "refuse" | "accept";
	/** Seconds that an answer waits for the backup store before this is an outage, 1 to 300. @default 10 */
	acknowledgeSeconds?: number;
}

/** What an app says of its door. */
interface Doored {
	acknowledge?: Acknowledge;
	door?: DoorArgs | false;
}

const ACKNOWLEDGE: unknown[] = ["local", "replicated"];
const ON_STORE_OUTAGE: unknown[] = ["refuse", "accept"];

/** Everything that is wrong with them. */
export function doorProblems({ acknowledge, door = {} }: Doored): Problem[] {
	const problems = oneOf("acknowledge", acknowledge, ACKNOWLEDGE);
	if (door === false) {
		if (acknowledge !== "replicated") return problems;
		const reason =
			'must not be false with acknowledge: "replicated" (got both): it is the door that holds an answer until the write is in the backup store; leave one of the two out';
		return [...problems, { propertyPath: "door", reason }];
	}
	if (typeof door !== "object" || door === null) {
		return [
			...problems,
			{ propertyPath: "door", reason: `must be false, or a group of settings (got ${shown(door)})` },
		];
	}
	return [
		...problems,
		...wholeNumber("door.mostHeld", door.mostHeld, 1, 100_000),
		...wholeNumber("door.mostHeldMiB", door.mostHeldMiB, 1, 65_536),
		...wholeNumber("door.longestHoldSeconds", door.longestHoldSeconds, 1, 3600),
		...wholeNumber("door.drainSeconds", door.drainSeconds, 0, 120),
		...wholeNumber("door.mostBodyMiB", door.mostBodyMiB, 1, 1_048_576),
		...oneOf("door.onStoreOutage", door.onStoreOutage, ON_STORE_OUTAGE),
		...wholeNumber("door.acknowledgeSeconds", door.acknowledgeSeconds, 1, 300),
	];
}

function oneOf(propertyPath: string, value: unknown, allowed: unknown[]): Problem[] {
	if (value === undefined || allowed.includes(value)) return [];
	return [{ propertyPath, reason: `must be one of ${allowed.join(", ")} (got ${shown(value)})` }];
}

/** The same as the keeper reads it (components/keeper/settings.ts). What is not given is not set, so that the keeper stays. */
export function doorEnvironment({ acknowledge, door = {} }: Doored): Record<string, string> {
	const settings = door === false ? {} : door;
	const all = {
		HOLDFAST_ACKNOWLEDGE: acknowledge,
		HOLDFAST_DOOR: door === false ? "relay" : undefined,
		HOLDFAST_DOOR_MOST_HELD: settings.mostHeld,
		HOLDFAST_DOOR_MOST_HELD_MIB: settings.mostHeldMiB,
		HOLDFAST_DOOR_LONGEST_HOLD_SECONDS: settings.longestHoldSeconds,
		HOLDFAST_DOOR_DRAIN_SECONDS: settings.drainSeconds,
		HOLDFAST_DOOR_MOST_BODY_MIB: settings.mostBodyMiB,
		HOLDFAST_ON_STORE_OUTAGE: settings.onStoreOutage,
		HOLDFAST_ACKNOWLEDGE_SECONDS: settings.acknowledgeSeconds,
	};
	const given = Object.entries(all).filter(([, value]) => value !== undefined);
	return Object.fromEntries(given.map(([name, value]) => [name, `${value}`]));
}
