import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";

/** Answers a command with something that can be written as JSON, or throws. */
export type Handler = (body: string, request: IncomingMessage) => Promise<unknown> | unknown;

/** An HTTP server that knows some routes, such as `GET /status`, each with its content. */
export function serve(
	routes: Record<string, Handler>,
	where: { port: number } | { path: string },
): Promise<() => void> {
	const server = createServer((incoming, outgoing) => {
		void respond(routes, incoming, outgoing);
	});
	// A client that says nothing must not hold a connection for ever.
	server.requestTimeout = 30_000;
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(where, () => resolve(() => void server.close()));
	});
}

/** An answer that is no JSON, or has another status or more headers. */
export class Plain {
	constructor(
		readonly text: string,
		readonly status = 200,
		readonly type = "text/plain; charset=utf-8",
		readonly headers: Record<string, string> = {},
	) {}
}

async function respond(
	routes: Record<string, Handler>,
	incoming: IncomingMessage,
	outgoing: ServerResponse,
): Promise<void> {
	const path = incoming.url?.split("?")[0];
	const handler = routes[`${incoming.method} ${path}`];
	let answer: Plain;
	try {
		if (handler === undefined) answer = new Plain(`no ${incoming.method} ${path} here\n`, 404);
		else {
			const given = await handler(await bodyOf(incoming), incoming);
			answer =
				given instanceof Plain
					? given
					: new Plain(`${JSON.stringify(given, undefined, "\t")}\n`, 200, "application/json");
		}
	} catch (error) {
		const { message, code, found, remedy } = error as Error & Record<string, unknown>;
		answer = new Plain(JSON.stringify({ message, code, found, remedy }), 500, "application/json");
	}
	outgoing.writeHead(answer.status, { "content-type": answer.type, ...answer.headers });
	outgoing.end(answer.text);
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
	let body = "";
	for await (const chunk of incoming.setEncoding("utf8")) {
		body += chunk;
		if (body.length > 1_000_000) throw new Error("the request is too long");
	}
	return body;
}

/** Asks a running keeper on its control socket; undefined when none runs. A failure there is an error here. */
export function ask(socketPath: string, method: string, path: string, body?: unknown): Promise<unknown> {
	if (!existsSync(socketPath)) return Promise.resolve(undefined);
	return new Promise((resolve, reject) => {
		const sent = request({ socketPath, method, path, timeout: 60_000 }, (response) => {
			let answer = "";
			response.setEncoding("utf8").on("data", (chunk) => {
				answer += chunk;
			});
			response.on("end", () => {
				try {
					const parsed = JSON.parse(answer) as unknown;
					if (response.statusCode === 200) resolve(parsed);
					else reject(Object.assign(new Error("the keeper refused"), parsed));
				} catch {
					reject(new Error(`the keeper answered ${answer.trim() || "nothing"}`));
				}
			});
			response.on("error", reject);
		});
		sent.on("timeout", () => sent.destroy(new Error("the keeper gives no answer")));
		sent.on("error", (error: NodeJS.ErrnoException) => {
			// A socket that is left over from a keeper that died.
			if (error.code === "ECONNREFUSED") resolve(undefined);
			else reject(error);
		});
		sent.end(body === undefined ? undefined : JSON.stringify(body));
	});
}
