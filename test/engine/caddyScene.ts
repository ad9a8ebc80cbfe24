import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request as plainly } from "node:http";
import { type RequestOptions, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { onTestFinished } from "vitest";
import { CADDY_IMAGE } from "../../components/docker/caddy";
import { docker, dockerOutput } from "./testStack";

/** What came back, and how the server had shown who it is. */
export interface Answer {
	status: number;
	headers: Record<string, string | string[] | undefined>;
	body: string;
	issuer: string;
	serial?: string;
}

interface Ask extends RequestOptions {
	/** Where the name leads to. @default "127.0.0.1" */
	at?: string;
	/** What is sent as the request's body. */
	send?: string;
	/** Ends once the body so far is this, however much is still to come. */
	until?: string;
}

/** Asks for a URL at an address, as if the DNS led there. */
export function ask(url: string, { at = "127.0.0.1", send, until, ...options }: Ask = {}): Promise<Answer> {
	const isTls = url.startsWith("https:");
	return new Promise((resolve, reject) => {
		const sent = (isTls ? request : plainly)(requestOptions(url, at, options));
		sent.once("error", reject);
		sent.once("response", (response) => {
			let body = "";
			const certificate = isTls ? (response.socket as TLSSocket).getPeerCertificate() : undefined;
			const done = () => {
				const { statusCode: status = 0, headers } = response;
				resolve({ status, headers, body, issuer: `${certificate?.issuer.CN}`, serial: certificate?.serialNumber });
				sent.destroy();
			};
			response.on("data", (chunk) => {
				body += chunk;
				if (body === until) done();
			});
			response.once("end", done);
			response.once("error", reject);
		});
		sent.end(send);
	});
}

/** What comes back for a text over a connection that the app has taken over, as for WebSockets. */
export function echoed(url: string, text: string, { at = "127.0.0.1", ...options }: Ask): Promise<string> {
	const headers = { connection: "upgrade", upgrade: "websocket" };
	return new Promise((resolve, reject) => {
		const sent = request(requestOptions(url, at, { ...options, headers }));
		sent.once("error", reject);
		sent.once("response", ({ statusCode }) => reject(new Error(`the app was not reached: ${statusCode}`)));
		sent.once("upgrade", (_response, socket) => {
			socket.once("error", reject);
			socket.once("data", (answer) => {
				resolve(`${answer}`);
				socket.destroy();
			});
			socket.write(text);
		});
		sent.end();
	});
}

function requestOptions(url: string, at: string, { headers, ...options }: RequestOptions): RequestOptions {
	const { hostname, host, port, pathname, search } = new URL(url);
	return {
		...options,
		host: at,
		port,
		path: `${pathname}${search}`,
		servername: hostname,
		agent: false,
		headers: { host, ...(headers as Record<string, string>) },
		signal: AbortSignal.timeout(40_000),
	};
}

/** Asks again and again until there is an answer. */
export async function answered(ask: () => Promise<Answer>): Promise<Answer> {
	const end = performance.now() + 60_000;
	for (;;) {
		try {
			return await ask();
		} catch (error) {
			if (performance.now() > end) throw error;
			await sleep(300);
		}
	}
}

/** The root certificate of the authority inside a Caddy, once it is there. */
export async function rootOf(container: string): Promise<Buffer> {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-root-"));
	const copy = join(directory, "root.crt");
	try {
		for (let tries = 0; tries < 100; tries += 1) {
			const from = `${container}:/certificates/caddy/pki/authorities/local/root.crt`;
			if ((await docker.run(["cp", from, copy])).code === 0) return readFileSync(copy);
			await sleep(200);
		}
		throw new Error(`${container} makes no authority:\n${(await docker.run(["logs", container])).errors}`);
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}

/** A network of containers that goes when the test is finished, however it ended. */
export class CaddyScene {
	private constructor(
		readonly prefix: string,
		/** The Docker host's own address on the network, where nobody else publishes a port. */
		readonly gateway: string,
	) {}

	static async make(): Promise<CaddyScene> {
		const prefix = `holdfast-t${randomBytes(4).toString("hex")}-caddy`;
		onTestFinished(async () => {
			const ids = (await dockerOutput("ps", "--all", "--quiet", "--filter", `name=^${prefix}-`)).split("\n");
			for (const id of ids.filter(Boolean)) await docker.run(["rm", "--force", id]);
			for (const volume of ["ca", "certificates"]) await docker.run(["volume", "rm", "--force", `${prefix}-${volume}`]);
			await docker.run(["network", "rm", prefix]);
		}, 60_000);
		await dockerOutput("network", "create", prefix);
		return new CaddyScene(
			prefix,
			await dockerOutput("network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", prefix),
		);
	}

	/** Starts a container of which the others know `name`. Returns its whole name. */
	async run(name: string, image: string, options: string[], words: string[] = []): Promise<string> {
		const called = `${this.prefix}-${name}`;
		const network = ["--network", this.prefix, "--network-alias", name];
		await dockerOutput("run", "--detach", "--name", called, ...network, ...options, image, ...words);
		return called;
	}

	/** A Caddy, closed as the component's is, with `volume` for what it keeps. */
	caddy(name: string, volume: string, config: string, options: string[]): Promise<string> {
		return this.run(name, CADDY_IMAGE, [
			...["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true", "--tmpfs", "/tmp"],
			...["--volume", `${this.prefix}-${volume}:/certificates`, "--env", `HOLDFAST_CADDYFILE=${config}`],
			...options,
		]);
	}
}
