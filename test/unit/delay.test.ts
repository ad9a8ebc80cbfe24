import { createHash, randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { startDelay } from "../../tools/servers/delay";

const hash = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");

/** A server that answers with what it is sent. */
async function echo(): Promise<string> {
	const server: Server = createServer((request, response) => void request.pipe(response));
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function far(roundTrip: number): Promise<string> {
	const delay = await startDelay(await echo(), roundTrip);
	onTestFinished(() => delay.stop());
	return delay.endpoint;
}

it("a delay passes every byte in order, both ways at once", async () => {
	const endpoint = await far(4);
	const bodies = Array.from({ length: 4 }, () => randomBytes(3_000_000));
	const answers = await Promise.all(
		bodies.map(async (body) => {
			const answer = await fetch(endpoint, { method: "POST", body });
			return hash(new Uint8Array(await answer.arrayBuffer()));
		}),
	);
	expect(answers).toEqual(bodies.map(hash));
});

it("a delay makes an answer one round trip late, not one for each chunk", async () => {
	const roundTrip = 300;
	const endpoint = await far(roundTrip);
	const took = async (bytes: number) => {
		const start = performance.now();
		await (await fetch(endpoint, { method: "POST", body: randomBytes(bytes) })).arrayBuffer();
		return performance.now() - start;
	};
	// Timers count in whole milliseconds.
	expect(await took(10)).toBeGreaterThan(roundTrip - 3);
	// Some 30 chunks.
	expect(await took(2_000_000)).toBeLessThan(10 * roundTrip);
});

it("a delay that is stopped takes no connection any more, and cuts those that it has", async () => {
	const delay = await startDelay(await echo(), 2);
	const waiting = fetch(delay.endpoint, { method: "POST", body: new ReadableStream(), duplex: "half" } as RequestInit);
	await fetch(delay.endpoint);
	const cut = expect(waiting).rejects.toThrow();
	await delay.stop();
	await cut;
	await expect(fetch(delay.endpoint)).rejects.toThrow();
});
