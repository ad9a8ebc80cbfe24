import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Acknowledgement } from "../acknowledgement";
import { AppAgent } from "./appAgent";
import { Budget } from "./budget";
import { Entrance } from "./entrance";
import { Exchange } from "./exchange";
import { type DoorFigures, Figures } from "./figures";
import { Held } from "./held";
import { type DoorLimits, LIMITS } from "./limits";
import type { DoorOptions } from "./options";
import type { Passage } from "./passage";
import { Pipeline } from "./pipeline";
import { isReachable } from "./reachable";
import { Splice } from "./upgrade";
import type { Target, Way } from "./way";

/** Milliseconds between two looks whether an app that is away has come back. */
const LOOK = 100;
/** What a client hears that does not keep to HTTP, by Node's code for it. */
const MALFORMED: Record<string, string> = {
	HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
	HPE_CHUNK_EXTENSIONS_OVERFLOW: "413 Payload Too Large",
	ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** A client's connection, once there was a request on it. */
type Client = Socket & { pipeline?: Pipeline };

/**
 * The way to the app: a reverse proxy that passes each request on to the version that serves, at most once, and holds
 * requests while the app is switched or away.
 */
export class Door implements Way, Passage {
	readonly limits: DoorLimits;
	readonly counts = new Figures();
	readonly agent: AppAgent;
	readonly acknowledgement: Acknowledgement | undefined;
	readonly behindProxy: boolean;
	readonly budget: Budget;
	private readonly held: Held;
	private readonly look: () => void;
	private entrance: Entrance | undefined;
	private readonly drains = new Set<() => void>();
	private arrivals = 0;
	private underWay = 0;
	private isClosed = false;
	/** Why nobody is let in any more. */
	private endedFor: string | undefined;
	private isAway = false;
	private isLooking = false;

	constructor(
		readonly target: () => Target | undefined,
		{ limits, acknowledgement, behindProxy = false, look = () => {} }: DoorOptions = {},
	) {
		this.limits = { ...LIMITS, ...limits };
		this.acknowledgement = acknowledgement;
		this.behindProxy = behindProxy;
		this.look = look;
		this.agent = new AppAgent(this.limits.connectSeconds);
		this.budget = new Budget(this.limits.mostHeldBytes);
		this.held = new Held(this.limits, this.budget, this.counts);
	}

	listen(port: number): Promise<() => void> {
		const { limits } = this;
		const server = createServer({
			maxHeaderSize: limits.mostHeadBytes,
			headersTimeout: limits.headSeconds * 1000,
			keepAliveTimeout: limits.idleSeconds * 1000,
			// An upload takes as long as it takes: see stalledSeconds.
			requestTimeout: 0,
			connectionsCheckingInterval: 2000,
			// So that a client whose host is gone is noticed, while nothing is said.
			keepAlive: true,
			keepAliveInitialDelay: 60_000,
			// Java's client offers HTTP/2 with each request: one that has a body is passed on as any other (from Node 24).
			shouldUpgradeCallback: ({ headers }) =>
				headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) === 0,
		});
		server.maxConnections = limits.mostConnections;
		// All of them, within mostHeadBytes: Node would leave out those beyond 2000, and say nothing.
		server.maxHeadersCount = 0;
		const upgraded = this.attend(server);
		const entrance = new Entrance(server, limits.headSeconds);
		this.entrance = entrance;
		return new Promise((resolve, reject) => {
			server.once("error", reject);
			server.listen(port, () =>
				resolve(() => {
					server.close();
					server.closeAllConnections();
					entrance.close();
					for (const socket of upgraded) socket.destroy();
				}),
			);
		});
	}

	close(): void {
		this.isClosed = true;
	}

	/** WebSockets, and event streams whose answer has begun, are not waited for: they have no end. */
	drained(seconds = this.limits.drainSeconds): Promise<void> {
		if (this.underWay === 0) return Promise.resolve();
		return new Promise((resolve) => {
			const done = () => {
				clearTimeout(timer);
				this.drains.delete(done);
				resolve();
			};
			const timer = setTimeout(done, seconds * 1000);
			this.drains.add(done);
		});
	}

	open(): void {
		this.isClosed = false;
		this.isAway = false;
		this.held.release();
	}

	end(reason: string): void {
		this.endedFor = reason;
		this.held.turnAway("elsewhere", reason);
	}

	figures(): DoorFigures {
		return this.counts.now(this.held.size);
	}

	admit(exchange: Exchange): void {
		this.look();
		if (this.endedFor !== undefined) exchange.refuse("elsewhere", this.endedFor);
		else if (this.isClosed || this.isAway) this.held.hold(exchange);
		else exchange.goOn();
	}

	away(exchange: Exchange): void {
		if (this.endedFor !== undefined) {
			exchange.refuse("elsewhere", this.endedFor);
			return;
		}
		this.isAway = true;
		this.held.hold(exchange);
		void this.lookForApp();
	}

	leave(exchange: Exchange): void {
		this.held.leave(exchange);
		const { incoming, outgoing } = exchange;
		const { pipeline } = incoming.socket as Client;
		pipeline?.next(!outgoing.writableFinished || !outgoing.shouldKeepAlive);
	}

	get isCrowded(): boolean {
		return (this.entrance?.spoken ?? 0) > this.limits.mostKept;
	}

	began(): void {
		this.underWay++;
	}

	ended(): void {
		if (--this.underWay === 0) for (const done of this.drains) done();
	}

	/** Until the app is back, or nobody waits for it. */
	private async lookForApp(): Promise<void> {
		if (this.isLooking) return;
		this.isLooking = true;
		while (this.isAway) {
			await sleep(LOOK);
			const target = this.target();
			if (this.held.size === 0 || target === undefined || (await isReachable(target))) this.isAway = false;
		}
		this.isLooking = false;
		if (!this.isClosed) this.held.release();
	}

	/** Returns the connections that Node does not know as its own any more. */
	private attend(server: Server): Set<Socket> {
		const upgraded = new Set<Socket>();
		server.on("request", (incoming, outgoing) => this.take(incoming, outgoing));
		// Whether to go on, the app says.
		server.on("checkContinue", (incoming, outgoing) => this.take(incoming, outgoing));
		server.on("upgrade", (incoming, socket: Client, early) => {
			if (!isFree(socket)) return;
			upgraded.add(socket.once("close", () => upgraded.delete(socket)));
			const splice = new Splice(incoming, socket, early);
			this.take(incoming, splice.outgoing, splice);
		});
		server.on("connect", (_, socket: Client) => {
			if (!isFree(socket)) return;
			socket.write("HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
			// A client that keeps its side open would keep the connection.
			socket.destroySoon();
		});
		server.on("drop", () => this.counts.connectionsRefused++);
		server.on("clientError", (error, socket) => this.malformed(error, socket as Client));
		return upgraded;
	}

	private take(incoming: IncomingMessage, outgoing: ServerResponse, splice?: Splice): void {
		const client: Client = incoming.socket;
		const exchange = new Exchange(this, this.arrivals++, incoming, outgoing, splice);
		this.counts.requests++;
		client.pipeline ??= new Pipeline(client, this.budget);
		client.pipeline.add(exchange);
	}

	private malformed(error: NodeJS.ErrnoException, client: Client): void {
		const exchange = client.pipeline?.current;
		const isRefused = exchange?.isRefused;
		const isQuiet = !exchange?.outgoing.headersSent;
		// At once, so that the app hears nothing of it where that is still possible.
		exchange?.over();
		if (isRefused) client.destroySoon();
		else if (error.code === "ECONNRESET" || !client.writable || !isQuiet) client.destroy();
		if (isRefused || client.destroyed) return;
		this.counts.refused("malformed");
		const status = MALFORMED[error.code ?? ""] ?? "400 Bad Request";
		client.write(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
		client.destroySoon();
	}
}

/**
 * Whether a connection that Node has just let go of, with all its listeners, can become something else. One with requests
 * under way cannot, and ends: their answers need it.
 */
function isFree(client: Client): boolean {
	client.on("error", () => client.destroy());
	if (client.pipeline?.current !== undefined) client.destroy();
	return !client.destroyed;
}
