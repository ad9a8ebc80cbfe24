import { createReadStream } from "node:fs";
import { type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { pipeline } from "node:stream/promises";
import { PATIENCE } from "./store";

/** An answer whose body has not been read yet. */
export interface Answer {
	status: number;
	headers: IncomingHttpHeaders;
	body: IncomingMessage;
}

export interface Sent {
	method?: string;
	headers?: Record<string, string | number>;
	body?: string;
	/** A file as the body. */
	file?: string;
}

/**
 * One HTTP request, by Node.js's older client: `fetch`, and the clients of the clouds' own libraries, cost 10 to 25 MB of
 * memory for as long as the keeper runs (resident memory of a bare process, measured 2026-11-22).
 *
 * @throws {Error} when nothing is heard for `patience` milliseconds, or the other side cannot be reached.
 */
export function send(
	url: URL,
	{ method = "GET", headers = {}, body, file }: Sent = {},
	patience = PATIENCE,
): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const start = url.protocol === "https:" ? secureRequest : plainRequest;
		// A connection of its own: one that is kept may be closed by the other side just when it is used again.
		const sent = start(url, { method, headers, timeout: patience, agent: false }, (response) => {
			clearTimeout(timer);
			resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response });
		});
		// The socket's own limit begins anew with each byte, and not before there is a socket.
		const late = () => sent.destroy(new Error(`no answer within ${patience / 1000} s`));
		let timer = setTimeout(late, patience);
		sent.on("timeout", () => sent.destroy(new Error(`silent for ${patience / 1000} s`)));
		sent.on("error", (error) => {
			clearTimeout(timer);
			reject(error);
		});
		if (file === undefined) return void sent.end(body);
		// However long that takes, as long as it goes on.
		sent.on("socket", () => clearTimeout(timer));
		sent.on("finish", () => {
			timer = setTimeout(late, patience);
		});
		pipeline(createReadStream(file), sent).catch(reject);
	});
}

/** The whole body as text. */
export async function textOf({ body }: Answer): Promise<string> {
	let text = "";
	for await (const chunk of body.setEncoding("utf8")) text += chunk;
	return text;
}
