import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from "node:http";
import { Answer } from "./answer";
import { type Head, requestHead } from "./headers";
import type { Holdable } from "./held";
import { heldBytes } from "./limits";
import type { Passage } from "./passage";
import { type RefusalKind, refuse } from "./refuse";
import type { Splice } from "./upgrade";

/** Methods that ask for nothing to be written (RFC 9110, 9.2.1). */
const SAFE = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);
/** Bytes of the head of an answer: the app is trusted, and what it says is not kept. */
const MOST_ANSWER_HEAD = 256 * 2 ** 10;
/** Milliseconds for a client to notice that the answer to its unfinished request is there already. */
const LINGER = 5000;

/** One request and its answer. It is sent to the app at most once. */
export class Exchange implements Holdable {
	readonly bytes: number;
	heldFor = 0;
	isOver = false;
	private readonly arrived = performance.now();
	private readonly head: Head;
	private toApp: ClientRequest | undefined;
	private answer: Answer | undefined;
	private isCounted = false;
	/** The door has answered in place of the app. */
	isRefused = false;

	constructor(
		private readonly passage: Passage,
		readonly arrival: number,
		readonly incoming: IncomingMessage,
		readonly outgoing: ServerResponse,
		/** What takes over where the app agrees to another protocol; undefined where the client asks for none. */
		private readonly splice?: Splice,
	) {
		this.head = requestHead(incoming, splice !== undefined, passage.behindProxy);
		this.bytes = heldBytes("refused" in this.head ? 0 : this.head.bodyBytes);
	}

	start(): void {
		this.outgoing.on("close", () => this.over());
		// The client has left in the middle of a write.
		this.outgoing.on("error", () => this.over());
		const { head } = this;
		if ("refused" in head) this.refuse(head.refused, head.reason);
		else if (Number.isFinite(head.bodyBytes) && head.bodyBytes > this.passage.limits.mostBodyBytes) this.refuseBody();
		else if (this.splice !== undefined && head.bodyBytes > 0) {
			this.refuse("malformed", "a request for another protocol cannot have a body here");
		} else this.passage.admit(this);
	}

	goOn(): void {
		const { passage, incoming, head } = this;
		const target = passage.target();
		if (target === undefined) {
			this.refuse("noVersion", "no version of the app serves yet");
			return;
		}
		const writes = !SAFE.has(incoming.method ?? "");
		const outage = writes ? passage.acknowledgement?.outage() : undefined;
		if (outage !== undefined) {
			this.refuse("storeOutage", outage);
			return;
		}
		if ("refused" in head) return;
		this.setCounted(true);
		const mark = passage.acknowledgement?.mark(writes);
		let toApp: ClientRequest;
		try {
			toApp = request({
				agent: passage.agent,
				host: target.host,
				port: target.port,
				method: incoming.method,
				path: incoming.url,
				headers: head.headers,
				maxHeaderSize: MOST_ANSWER_HEAD,
			});
		} catch (error) {
			// Node refuses what it could not send exactly.
			this.refuse("malformed", (error as Error).message);
			return;
		}
		this.toApp = toApp;
		toApp.maxHeadersCount = 0;
		toApp.on("error", (error) => this.failed(error));
		const before = performance.now() - this.arrived - this.heldFor;
		toApp.on("response", (answer) => {
			this.answer = new Answer(passage, this, answer, mark, before);
			this.answer.begin();
		});
		if (this.splice !== undefined) this.splice.prepare(toApp, this);
		else {
			toApp.on("upgrade", (_, socket) => {
				socket.destroy();
				this.refuse("appFailed", "the app went over to another protocol unasked");
			});
		}
		if (head.bodyBytes === 0) toApp.end();
		else this.sendOnceConnected(toApp);
	}

	/** Answers in place of the app; where its answer has begun, the client sees that it is not whole. */
	refuse(kind: RefusalKind, reason: string): void {
		if (this.isOver || this.isRefused) return;
		this.isRefused = true;
		this.passage.counts.refused(kind);
		const { outgoing, incoming } = this;
		this.toApp?.destroy();
		if (outgoing.headersSent) {
			this.answer?.cut();
			return;
		}
		// Where the request ends is not sure.
		if ("refused" in this.head) outgoing.shouldKeepAlive = false;
		refuse(outgoing, kind, reason);
		const isWhole = incoming.complete || this.splice !== undefined || ("headers" in this.head && !this.head.bodyBytes);
		if (isWhole) {
			outgoing.end();
			return;
		}
		// A connection that ends with something unread is reset, and the client might never hear the answer.
		incoming.once("end", () => outgoing.end());
		this.dump();
	}

	/** What the client still sends is thrown away, for a little. */
	private dump(): void {
		const { incoming } = this;
		incoming.removeAllListeners("data").resume();
		const { socket } = incoming;
		const timer = setTimeout(() => {
			if (!incoming.complete) socket.destroy();
		}, LINGER);
		incoming.once("close", () => clearTimeout(timer));
	}

	/** Whether the door waits for it when it closes. */
	setCounted(counted: boolean): void {
		if (this.isCounted === counted) return;
		this.isCounted = counted;
		if (counted) this.passage.began();
		else this.passage.ended();
	}

	/** The answer has gone out, or the client has left. */
	over(): void {
		if (this.isOver) return;
		this.isOver = true;
		this.setCounted(false);
		this.passage.leave(this);
		if (!this.outgoing.writableFinished) this.toApp?.destroy();
	}

	/** It has become a connection of another protocol. */
	joined(): void {
		this.isOver = true;
		this.setCounted(false);
		this.passage.leave(this);
	}

	private failed(error: NodeJS.ErrnoException): void {
		const { toApp } = this;
		if (this.isOver || this.isRefused || this.answer !== undefined || toApp === undefined) return;
		this.toApp = undefined;
		this.setCounted(false);
		// Only what cannot have reached the app is ever sent again.
		if (!this.passage.agent.mayHaveSent(toApp)) this.passage.away(this);
		else this.refuse("appFailed", `the app gave no answer: ${error.message}. It may have taken the request`);
	}

	private refuseBody(): void {
		const { mostBodyBytes } = this.passage.limits;
		this.refuse("tooLarge", `the request's body is larger than ${mostBodyBytes} bytes`);
	}

	/** Of the body nothing is read before, so that it can wait for an app that is away. */
	private sendOnceConnected(toApp: ClientRequest): void {
		toApp.once("socket", (socket) => {
			if (socket.connecting) socket.once("connect", () => this.sendBody(toApp));
			else this.sendBody(toApp);
		});
	}

	private sendBody(toApp: ClientRequest): void {
		const { incoming, outgoing } = this;
		const { stalledSeconds, mostBodyBytes } = this.passage.limits;
		const { socket } = incoming;
		if (!("refused" in this.head) && this.head.expects) {
			toApp.once("continue", () => {
				if (!outgoing.headersSent) outgoing.writeContinue();
			});
		}
		// Else the head goes out together with the first of the body.
		if (incoming.readableLength === 0) toApp.flushHeaders();
		let sent = 0;
		socket.setTimeout(stalledSeconds * 1000);
		incoming.on("data", (chunk: Buffer) => {
			sent += chunk.length;
			if (sent > mostBodyBytes) {
				toApp.destroy();
				this.refuseBody();
			} else if (!toApp.write(chunk)) {
				// Now it is the app that lets the client wait.
				incoming.pause();
				socket.setTimeout(0);
			}
		});
		toApp.on("drain", () => {
			socket.setTimeout(stalledSeconds * 1000);
			incoming.resume();
		});
		incoming.on("end", () => {
			socket.setTimeout(0);
			if (incoming.rawTrailers.length > 0) toApp.addTrailers(pairs(incoming.rawTrailers));
			toApp.end();
		});
		incoming.once("close", () => {
			if (!incoming.complete) toApp.destroy();
		});
		// An app that has answered may not care for the rest.
		toApp.once("close", () => {
			if (!incoming.complete && !socket.destroyed) this.dump();
		});
	}
}

export function pairs(raw: string[]): [string, string][] {
	return raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] ?? ""] as [string, string]] : []));
}
