import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Lets Node's HTTP have a connection only once something is said on it. With the parser that it then gets, an idle one
 * takes 12 kB; before, it takes 3.
 */
export class Entrance {
	/** Connections on which something was said. */
	spoken = 0;
	private readonly silent = new Set<Socket>();

	/** @param seconds for a client to say something */
	constructor(server: Server, seconds: number) {
		const accept = server.listeners("connection") as ((socket: Socket) => void)[];
		server.removeAllListeners("connection");
		server.on("connection", (socket: Socket) => {
			this.silent.add(socket);
			const leave = () => void this.silent.delete(socket);
			const destroy = () => void socket.destroy();
			socket.setTimeout(seconds * 1000, destroy);
			// It only listens, and has nothing more to say.
			socket.once("end", destroy).once("error", destroy).once("close", leave);
			socket.once("data", (first) => {
				leave();
				socket.setTimeout(0);
				socket.off("timeout", destroy).off("end", destroy).off("error", destroy).off("close", leave);
				this.spoken++;
				socket.once("close", () => this.spoken--);
				socket.unshift(first);
				for (const each of accept) each.call(server, socket);
			});
		});
	}

	/** Ends the connections that Node's HTTP does not know of. */
	close(): void {
		for (const socket of this.silent) socket.destroy();
	}
}
