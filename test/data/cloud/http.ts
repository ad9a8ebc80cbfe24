import { Agent, request } from "node:http";

/** An answer that came as a whole. */
export interface Reply {
	status: number;
	body: string;
	headers: Record<string, string | string[] | undefined>;
}

export interface Asked {
	method?: string;
	body?: string;
	/** Milliseconds until it is given up. */
	patience?: number;
}

/** A connection for each request: none is sent twice because an old one was found closed. */
const agent = new Agent({ keepAlive: false });

/** Sends a request once. @throws where no answer came, or one that is not whole. */
export function send(
	host: string,
	port: number,
	path: string,
	{ method = "GET", body = "", patience = 90_000 }: Asked = {},
): Promise<Reply> {
	return new Promise((resolve, reject) => {
		const headers = { host: "app.test", "content-length": `${Buffer.byteLength(body)}` };
		const sent = request({ host, port, path, method, headers, agent, timeout: patience }, (answer) => {
			const chunks: Buffer[] = [];
			answer.on("data", (chunk: Buffer) => chunks.push(chunk));
			answer.on("error", reject);
			answer.on("close", () => {
				if (!answer.complete) reject(new Error("the answer was cut off"));
			});
			answer.on("end", () => {
				const { statusCode = 0 } = answer;
				resolve({ status: statusCode, body: `${Buffer.concat(chunks)}`, headers: answer.headers });
			});
		});
		sent.on("timeout", () => sent.destroy(new Error(`no answer within ${patience} ms`)));
		sent.on("error", reject);
		sent.end(body);
	});
}

/** The status of a probe; undefined where nothing answered in time. */
export async function probe(host: string, port: number, path: string, seconds: number): Promise<number | undefined> {
	return send(host, port, path, { patience: seconds * 1000 }).then(
		({ status }) => status,
		() => undefined,
	);
}
