import { Agent, type ClientRequest } from "node:http";
import { createConnection, type NetConnectOpts, type Socket } from "node:net";

/**
 * Milliseconds that an idle connection to the app is kept: shorter than any server's own limit (gunicorn's is 2 s,
 * uvicorn's 5 s), so that none is used that the app is just about to close.
 */
const IDLE = 1000;

/** The connections to the app. Knows whether one ever came about, and so whether anything can have been sent on it. */
export class AppAgent extends Agent {
	private readonly connected = new WeakSet<Socket>();

	constructor(private readonly connectSeconds: number) {
		super({ keepAlive: true, maxFreeSockets: 256 });
	}

	override createConnection(options: NetConnectOpts): Socket {
		const socket = createConnection({ ...options, noDelay: true });
		const late = () => socket.destroy(new Error(`no connection to the app within ${this.connectSeconds} s`));
		socket.setTimeout(this.connectSeconds * 1000, late);
		socket.once("connect", () => {
			this.connected.add(socket);
			socket.off("timeout", late).setTimeout(0);
		});
		return socket;
	}

	/** Node calls it when a connection becomes free. */
	override keepSocketAlive(socket: Socket): boolean {
		socket.setTimeout(IDLE).unref();
		return true;
	}

	/** Whether the app can have seen anything of a request. */
	mayHaveSent(request: ClientRequest): boolean {
		return request.socket !== null && this.connected.has(request.socket);
	}
}
