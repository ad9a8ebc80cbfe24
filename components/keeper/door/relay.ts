import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "./join";
import type { Target, Way } from "./way";

const LIMITS = {
	/** Connections that wait while the app is switched. */
	mostWaiting: 1000,
	/** Milliseconds that each of them waits. */
	longestWait: 120_000,
	/** Milliseconds for an app that crashed to come back. */
	longestReturn: 10_000,
};
/** Milliseconds between two tries to reach it. */
const RETRY = 100;

/**
 * The way to an app that takes no door: passes connections on to the version that serves, and holds new ones while it is
 * switched. What is in them it does not know, so it cannot wait for the end of a request.
 */
export class Relay implements Way {
	private readonly waiting = new Set<() => void>();
	private isClosed = false;
	private isEnded = false;

	private readonly limits: typeof LIMITS;

	constructor(
		private readonly target: () => Target | undefined,
		limits: Partial<typeof LIMITS> = {},
	) {
		this.limits = { ...LIMITS, ...limits };
	}

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

	async drained(): Promise<void> {}

	open(): void {
		this.isClosed = false;
		for (const goOn of this.waiting) goOn();
		this.waiting.clear();
	}

	end(): void {
		this.isEnded = true;
		// Each looks whether it may pass, and is let go.
		this.open();
	}

	private take(client: Socket): void {
		client.on("error", () => client.destroy());
		if (this.isEnded) client.destroy();
		else if (!this.isClosed) this.pass(client);
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

	/** Waits a little for an app that is about to come back. What its client has said is not read before. */
	private pass(client: Socket, since = performance.now()): void {
		const target = this.target();
		if (client.destroyed || target === undefined || this.isEnded) {
			client.destroy();
			return;
		}
		const app = connect({ ...target, allowHalfOpen: true });
		const missed = () => {
			app.destroy();
			if (performance.now() - since > this.limits.longestReturn) client.destroy();
			else setTimeout(() => (this.isClosed ? this.take(client) : this.pass(client, since)), RETRY);
		};
		app.once("error", missed);
		app.once("connect", () => {
			app.off("error", missed);
			client.setNoDelay(true);
			app.setNoDelay(true);
			join(client, app);
		});
	}
}
