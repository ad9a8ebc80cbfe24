import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Stands in front of a store for tests, and makes the way to it slow or lossy. */
export class StoreProxy {
	/** Milliseconds by which each answer comes later. */
	delay = 0;
	/** Whether the store does what it is asked, and then the answer is lost: the connection ends without one. */
	losesAnswers = false;
	/** Requests that changed something and whose answer was lost. */
	lost = 0;
	private readonly agent = new Agent({ keepAlive: true });

	private constructor(
		private readonly store: URL,
		private readonly server: Server,
	) {}

	/** On the address at which the store is reached itself. */
	static async start(store: string): Promise<StoreProxy> {
		const server = createServer();
		const proxy = new StoreProxy(new URL(store), server);
		server.on("request", (asked, answer) => proxy.pass(asked, answer));
		await new Promise<void>((resolve, reject) => {
			server.once("error", reject).listen(0, proxy.store.hostname, resolve);
		});
		return proxy;
	}

	get endpoint(): string {
		return `http://${this.store.hostname}:${(this.server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.agent.destroy();
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	/** The headers stay as they are, the host's name too: the client has signed them. */
	private pass(asked: IncomingMessage, answer: ServerResponse): void {
		const { hostname: host, port } = this.store;
		const { method, url, headers } = asked;
		const onward = request({ host, port, method, path: url, headers, agent: this.agent }, (answered) => {
			void this.give(asked, answered, answer);
		});
		onward.on("error", () => answer.destroy());
		asked.on("error", () => onward.destroy());
		asked.pipe(onward);
	}

	private async give(asked: IncomingMessage, answered: IncomingMessage, answer: ServerResponse): Promise<void> {
		if (this.delay > 0) await sleep(this.delay);
		if (this.losesAnswers) {
			if (asked.method !== "GET" && asked.method !== "HEAD") this.lost += 1;
			answered.resume();
			answer.destroy();
			return;
		}
		answer.writeHead(answered.statusCode ?? 502, answered.rawHeaders);
		answered.on("error", () => answer.destroy());
		answered.pipe(answer);
	}
}
