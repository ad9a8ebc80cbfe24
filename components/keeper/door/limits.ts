/** What the door bears. */
export interface DoorLimits {
	/**
	 * Requests that are held at once.
	 * @default 1000
	 */
	mostHeld: number;
	/**
	 * Bytes that may be in memory for what waits, see {@link heldBytes}: requests that are held, or are behind another on
	 * their connection, and answers that wait for the store.
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
	 * @default 10
	 */
	drainSeconds: number;
	/**
	 * Connections of clients, most of them idle: see {@link mostKept}.
	 * @default 10000
	 */
	mostConnections: number;
	/**
	 * Connections that are kept between two requests; beyond, an answer says that it is the last on its connection. One that
	 * was used takes 12 kB for as long as it is open, one on which nothing was said yet takes 3.
	 * @default 2000
	 */
	mostKept: number;
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
	 * Seconds that a client's connection is kept between two requests: longer than the load balancer before it keeps it, by
	 * most for 60, so that it is not closed just when that one uses it again.
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
	drainSeconds: 10,
	mostConnections: 10_000,
	mostKept: 2000,
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
