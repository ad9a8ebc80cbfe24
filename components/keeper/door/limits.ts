/** What the door bears. */
export interface DoorLimits {
	/**
	 * Requests that are held at once.
	 * @default 1000
	 */
	mostHeld: number;
	/**
	 * Bytes that may be in memory for them: see {@link heldBytes}.
	 * @default 64 MiB
	 */
	mostHeldBytes: number;
	/**
	 * Seconds that a request is held.
	 * @default 60
	 */
	longestHoldSeconds: number;
	/**
	 * Seconds that a door which closes waits for the requests under way.
	 * @default 30
	 */
	drainSeconds: number;
	/**
	 * Connections of clients. An idle one was measured at 6 to 9 kB.
	 * @default 20000
	 */
	mostConnections: number;
	/**
	 * Seconds for a client to send the head of its first request, or the rest of the head of a later one.
	 * @default 30
	 */
	headSeconds: number;
	/**
	 * Bytes of a request's head.
	 * @default 16 KiB
	 */
	mostHeadBytes: number;
	/**
	 * Seconds that a client's connection is kept between two requests: longer than the 60 of the usual load balancers, so
	 * that it is not closed just when one of them uses it again.
	 * @default 75
	 */
	idleSeconds: number;
	/**
	 * Seconds without a byte from a client that owes some of its request, or takes none of the answer.
	 * @default 300
	 */
	stalledSeconds: number;
	/**
	 * Seconds for a connection to the app.
	 * @default 5
	 */
	connectSeconds: number;
	/**
	 * Bytes of a request's body.
	 * @default as many as the app takes
	 */
	mostBodyBytes: number;
}

export const LIMITS: DoorLimits = {
	mostHeld: 1000,
	mostHeldBytes: 64 * 2 ** 20,
	longestHoldSeconds: 60,
	drainSeconds: 30,
	mostConnections: 20_000,
	headSeconds: 30,
	mostHeadBytes: 16 * 2 ** 10,
	idleSeconds: 75,
	stalledSeconds: 300,
	connectSeconds: 5,
	mostBodyBytes: Number.POSITIVE_INFINITY,
};

/**
 * What one held request may take of memory: its head and connection; and where a body follows, what Node reads of it
 * unasked: one read of the socket (64 KiB) beyond a full stream (64 KiB).
 */
export function heldBytes(bodyBytes: number): number {
	return 16 * 2 ** 10 + Math.min(bodyBytes, 128 * 2 ** 10);
}
