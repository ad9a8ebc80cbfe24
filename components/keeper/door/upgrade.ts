import { type ClientRequest, type IncomingMessage, ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Exchange } from "./exchange";
import { join } from "./join";

/** A client that asks for another protocol, such as WebSocket, on a connection that Node no longer reads for it. */
export class Splice {
	readonly outgoing: ServerResponse;

	constructor(
		incoming: IncomingMessage,
		private readonly socket: Socket,
		private readonly early: Buffer,
	) {
		// For where the app does not agree, or the door refuses.
		this.outgoing = new ServerResponse(incoming);
		this.outgoing.shouldKeepAlive = false;
		this.outgoing.assignSocket(socket);
		this.outgoing.on("finish", () => socket.destroySoon());
		socket.on("drain", this.drained).on("end", this.leave);
	}

	/** What Node does for connections that it reads. */
	private readonly drained = () => this.outgoing.emit("drain");
	private readonly leave = () => this.socket.destroy();

	/** From where the app agrees, each side hears what the other says. */
	prepare(toApp: ClientRequest, exchange: Exchange): void {
		toApp.on("upgrade", (answer: IncomingMessage, app: Socket, head: Buffer) => {
			const { socket } = this;
			this.outgoing.detachSocket(socket);
			socket.off("drain", this.drained).off("end", this.leave);
			socket.setTimeout(0).setNoDelay(true);
			app.setTimeout(0);
			app.setNoDelay(true);
			exchange.joined();
			const status = answer.statusCode ?? 101;
			let text = `HTTP/1.1 ${status} ${answer.statusMessage || STATUS_CODES[status]}\r\n`;
			// As it is, Connection and Upgrade included: they are part of the agreement.
			for (let at = 0; at < answer.rawHeaders.length; at += 2) {
				text += `${answer.rawHeaders[at]}: ${answer.rawHeaders[at + 1]}\r\n`;
			}
			socket.write(`${text}\r\n`, "latin1");
			if (head.length > 0) app.unshift(head);
			if (this.early.length > 0) socket.unshift(this.early);
			join(socket, app);
		});
	}
}
