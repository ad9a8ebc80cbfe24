import { connect, createServer, type Socket } from "node:net";

/** A server of this machine as if it were far away. */
export interface Delay {
	/** Where the server is reached from afar, such as `http://172.17.0.1:12345`. */
	endpoint: string;
	/** Ends it, with the connections through it. */
	stop(): Promise<void>;
}

/**
 * Puts a distance before a server: each byte arrives half a round trip later, in either direction. So an answer takes one
 * round trip more however large it is, as on a real network, and connections share nothing.
 *
 * @param endpoint URL of the server, of which the distance takes the address
 * @param roundTrip milliseconds there and back
 */
export async function startDelay(endpoint: string, roundTrip: number): Promise<Delay> {
	const { hostname, port } = new URL(endpoint);
	const sockets = new Set<Socket>();
	const server = createServer({ allowHalfOpen: true }, (client) => {
		const far = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
		for (const [one, other] of [
			[client, far],
			[far, client],
		] as const) {
			sockets.add(one);
			one.setNoDelay(true);
			// Timers of one length end in the order in which they began, so the bytes keep theirs.
			one.on("data", (chunk) => void setTimeout(() => other.write(chunk), roundTrip / 2));
			one.on("end", () => void setTimeout(() => other.end(), roundTrip / 2));
			one.on("error", () => other.destroy());
			one.on("close", () => {
				sockets.delete(one);
				// What it said last is still under way.
				setTimeout(() => other.destroySoon(), roundTrip / 2);
			});
		}
	});
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(0, hostname, resolve);
	});
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("the delay has no port");
	return {
		endpoint: `http://${hostname}:${address.port}`,
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			}),
	};
}
