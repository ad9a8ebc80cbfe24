import { connect, createServer, type Server, type Socket } from "node:net";

/** Connections that wait at most while the app is switched, and for how many milliseconds each. */
const MOST_WAITING = 1000;
const LONGEST_WAIT = 120_000;

/** Where the app is reached: the host name of its container, and its port. */
export interface Target {
	host: string;
	port: number;
}

/**
 * The way to the app: passes connections on to the version that serves, and holds new ones while it is switched. What is
 * in them it does not know.
 */
export class Door {
	private readonly waiting = new Set<() => void>();
	private isClosed = false;

	constructor(
		private readonly target: () => Target | undefined,
		private readonly limits = { mostWaiting: MOST_WAITING, longestWait: LONGEST_WAIT },
	) {}

	/** Begins to take connections. Returns what ends that. */
	listen(port: number): Promise<() => void> {
		const server: Server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => this.take(client));
		return new Promise((resolve, reject) => {
			server.once("error", reject);
			server.listen(port, () => resolve(() => void server.close()));
		});
	}

	close(): void {
		this.isClosed = true;
	}

	open(): void {
		this.isClosed = false;
		for (const goOn of this.waiting) goOn();
		this.waiting.clear();
	}

	private take(client: Socket): void {
		client.on("error", () => client.destroy());
		if (!this.isClosed) this.pass(client);
		else if (this.waiting.size < this.limits.mostWaiting) this.hold(client);
		else client.destroy();
	}

	private hold(client: Socket): void {
		const goOn = () => {
			clearTimeout(timer);
			this.pass(client);
		};
		const timer = setTimeout(() => {
			this.waiting.delete(goOn);
			client.destroy();
		}, this.limits.longestWait);
		client.once("close", () => this.waiting.delete(goOn));
		this.waiting.add(goOn);
	}

	private pass(client: Socket): void {
		const target = this.target();
		if (client.destroyed || target === undefined) {
			client.destroy();
			return;
		}
		const app = connect({ ...target, allowHalfOpen: true });
		for (const [one, other] of [
			[client, app],
			[app, client],
		] as const) {
			one.setNoDelay(true);
			one.on("error", () => other.destroy());
			one.on("close", () => other.destroy());
			one.pipe(other);
		}
	}
}
