import type { Socket } from "node:net";
import type { Budget } from "./budget";
import type { Exchange } from "./exchange";

/** Requests that a client may send behind one that is not answered yet. */
const MOST_WAITING = 8;

/** The requests on a client's connection: one after the other, as an app would take them. */
export class Pipeline {
	private readonly exchanges: Exchange[] = [];
	/** Bytes reserved for those that have not had their turn. */
	private reserved = 0;

	constructor(
		private readonly client: Socket,
		private readonly budget: Budget,
	) {
		client.once("close", () => this.free(this.reserved));
	}

	/** The one that is under way. */
	get current(): Exchange | undefined {
		return this.exchanges[0];
	}

	/** A client that sends more than can wait is cut off, as RFC 9112 (9.3.2) lets it expect. */
	add(exchange: Exchange): void {
		// What Node had read already when it was cut off.
		if (this.client.destroyed) return;
		if (this.exchanges.push(exchange) === 1) exchange.start();
		else if (this.exchanges.length - 1 > MOST_WAITING || !this.budget.reserve(exchange.bytes)) this.client.destroy();
		else this.reserved += exchange.bytes;
	}

	/** The one under way has come to its end. After the last answer on a connection, what was sent behind it is not heard. */
	next(isLast: boolean): void {
		this.exchanges.shift();
		const { current } = this;
		if (current === undefined || isLast || this.client.destroyed) return;
		this.free(current.bytes);
		current.start();
	}

	private free(bytes: number): void {
		this.reserved -= bytes;
		this.budget.free(bytes);
	}
}
