import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Covered } from "../acknowledgement";
import { type Exchange, pairs } from "./exchange";
import { answerHeaders } from "./headers";
import { heldBytes } from "./limits";
import type { Passage } from "./passage";

/** Bytes up to which an answer is taken whole before it is passed on, where it has to wait for the store. */
const SHORT = 64 * 2 ** 10;

/** An answer of the app on its way to the client. With an acknowledgement, neither its first nor its last byte goes early. */
export class Answer {
	private readonly came = performance.now();
	private readonly length: number | undefined;
	private received = 0;
	/** What ends an answer of known length, held until the writes that it tells of are in the store. */
	private last: Buffer | undefined;
	private storeWait = 0;

	constructor(
		private readonly passage: Passage,
		private readonly exchange: Exchange,
		private readonly answer: IncomingMessage,
		private readonly mark: number | undefined,
		/** Milliseconds that the door took before. */
		private readonly before: number,
	) {
		const length = answer.headers["content-length"];
		this.length = length === undefined ? undefined : Number(length);
	}

	begin(): void {
		this.answer.on("error", (error) => {
			this.exchange.refuse("appFailed", `the app broke off its answer: ${error.message}`);
		});
		if (this.mark === undefined || this.length === undefined || this.length > SHORT) {
			this.onceCovered(this.length ?? Number.POSITIVE_INFINITY, (covered) => this.pass(covered));
			return;
		}
		// Asked about once: between its first byte and its last others commit, and it would wait for them as well.
		const body: Buffer[] = [];
		this.answer.on("data", (chunk: Buffer) => body.push(chunk));
		const { length } = this;
		this.answer.on("end", () => this.onceCovered(length, (covered) => this.passWhole(covered, Buffer.concat(body))));
	}

	/** The client must not take for whole what is not. */
	cut(): void {
		const { outgoing } = this.exchange;
		const socket = outgoing.socket as Socket | null;
		if (socket === null || outgoing.writableFinished) return;
		// Where the end of the connection is the end of the answer, only a reset tells.
		if (!outgoing.chunkedEncoding && this.length === undefined) socket.resetAndDestroy();
		else {
			outgoing.flushHeaders();
			socket.destroySoon();
		}
	}

	/**
	 * Without a promise where nothing is to be waited for.
	 *
	 * @param bodyBytes that there may be of its body meanwhile
	 */
	private onceCovered(bodyBytes: number, then: (covered: Covered) => void): void {
		const { acknowledgement, budget } = this.passage;
		if (acknowledgement === undefined || this.mark === undefined) {
			this.goOn(then, {});
			return;
		}
		const since = performance.now();
		const unknown = (error: Error): Covered => ({
			refused: `whether it is in the store is not known: ${error.message}`,
		});
		let covered: Covered | Promise<Covered>;
		try {
			covered = acknowledgement.covered(this.mark);
		} catch (error) {
			covered = unknown(error as Error);
		}
		if (!(covered instanceof Promise)) {
			this.goOn(then, covered);
			return;
		}
		const result = covered.catch(unknown);
		const bytes = heldBytes(bodyBytes);
		if (!budget.reserve(bytes)) {
			this.exchange.refuse(
				"notCovered",
				"whether it is in the store is not known: too many answers already wait for it",
			);
			return;
		}
		void result.then((covered) => {
			budget.free(bytes);
			this.storeWait += performance.now() - since;
			this.passage.counts.storeWait.add(performance.now() - since);
			this.goOn(then, covered);
		});
	}

	private goOn(then: (covered: Covered) => void, covered: Covered): void {
		// Meanwhile the client may have left, or have been answered by the door itself.
		if (this.exchange.isOver || this.exchange.isRefused) return;
		try {
			then(covered);
		} catch (error) {
			// Node reads more from an app than it lets anybody say.
			this.exchange.refuse("appFailed", `the app's answer cannot be passed on: ${(error as Error).message}`);
		}
	}

	private pass(covered: Covered): void {
		const { answer, exchange } = this;
		if ("refused" in covered) {
			exchange.refuse("notCovered", covered.refused);
			return;
		}
		const { outgoing } = exchange;
		this.head(covered.transaction);
		if (answer.headers["content-type"]?.startsWith("text/event-stream")) exchange.setCounted(false);
		answer.on("data", (chunk: Buffer) => this.take(chunk));
		answer.on("end", () => this.onceCovered(this.last?.length ?? 0, (end) => this.end(end)));
		// Together with the body where that is there, but never later than now.
		setImmediate(flush, outgoing);
	}

	private passWhole(covered: Covered, body: Buffer): void {
		if ("refused" in covered) {
			this.exchange.refuse("notCovered", covered.refused);
			return;
		}
		this.head(covered.transaction);
		this.exchange.outgoing.end(body);
	}

	private head(transaction: number | undefined): void {
		const { answer, exchange, passage } = this;
		const { outgoing, incoming } = exchange;
		const status = answer.statusCode as number;
		const hasBody = incoming.method !== "HEAD" && status !== 204 && status !== 304;
		const isChunked = hasBody && incoming.httpVersionMinor > 0 && "transfer-encoding" in answer.headers;
		outgoing.sendDate = false;
		// Said beforehand, so that no client sends its next request on a connection that is about to close.
		if (passage.isCrowded) outgoing.shouldKeepAlive = false;
		outgoing.writeHead(status, answer.statusMessage, answerHeaders(answer.rawHeaders, isChunked, transaction));
		passage.counts.added.add(this.before + performance.now() - this.came - this.storeWait);
	}

	private take(chunk: Buffer): void {
		this.received += chunk.length;
		if (this.mark !== undefined && this.received === this.length) {
			this.last = chunk;
			return;
		}
		const { outgoing, incoming } = this.exchange;
		if (outgoing.write(chunk)) return;
		this.answer.pause();
		const { socket } = incoming;
		socket.setTimeout(this.passage.limits.stalledSeconds * 1000);
		outgoing.once("drain", () => {
			socket.setTimeout(0);
			this.answer.resume();
		});
	}

	private end(covered: Covered): void {
		const { outgoing } = this.exchange;
		if ("refused" in covered) {
			this.exchange.refuse("notCovered", covered.refused);
			return;
		}
		if (this.answer.rawTrailers.length > 0 && outgoing.chunkedEncoding) {
			outgoing.addTrailers(pairs(this.answer.rawTrailers));
		}
		outgoing.end(this.last);
	}
}

function flush(outgoing: Exchange["outgoing"]): void {
	if (!outgoing.writableEnded && !outgoing.destroyed) outgoing.flushHeaders();
}
