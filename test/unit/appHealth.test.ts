import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { untilHealthy } from "../../components/keeper/appHealth";

/** An app that answers with these statuses, one after the other, the last one for ever; 0 is no answer. */
async function app(...statuses: number[]): Promise<{ url: string; server: Server; asked: () => number }> {
	let count = 0;
	const server = createServer((_, outgoing) => {
		const status = statuses[Math.min(count, statuses.length - 1)] ?? 0;
		count += 1;
		if (status === 0) outgoing.destroy();
		else outgoing.writeHead(status).end("well");
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => void server.close());
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`, server, asked: () => count };
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
	const begun = performance.now();
	return { result: await work(), seconds: (performance.now() - begun) / 1000 };
}

describe("an app with a health URL", () => {
	it("is healthy as soon as it answers well, whatever it said before", async () => {
		const { url, asked } = await app(0, 503, 404, 204);
		const { result, seconds } = await timed(() => untilHealthy(url, 10));
		expect([result, asked()]).toEqual([true, 4]);
		expect(seconds).toBeLessThan(2);
	});

	it("is not when it never does, or cannot be reached, in its time", async () => {
		const { url, server } = await app(500);
		const answering = await timed(() => untilHealthy(url, 0.5));
		expect(answering.result).toBe(false);
		expect(answering.seconds).toBeGreaterThan(0.4);
		server.close();
		expect(await untilHealthy("http://127.0.0.1:1/health", 0.3)).toBe(false);
	});

	it("is not when it is seen to have ended", async () => {
		const { url } = await app(503);
		const ended = new AbortController();
		setTimeout(() => ended.abort(), 200);
		const { result, seconds } = await timed(() => untilHealthy(url, 10, ended.signal));
		expect(result).toBe(false);
		expect(seconds).toBeLessThan(2);
	});
});

describe("an app without one", () => {
	it.concurrent("is healthy when it has not ended within three seconds", async () => {
		const { result, seconds } = await timed(() => untilHealthy(undefined, 10));
		expect(result).toBe(true);
		expect(seconds).toBeGreaterThanOrEqual(2.9);
	});

	it.concurrent("is not when it has, or has no three seconds", async () => {
		const ended = new AbortController();
		setTimeout(() => ended.abort(), 100);
		expect(await untilHealthy(undefined, 10, ended.signal)).toBe(false);
		expect(await untilHealthy(undefined, 0.2)).toBe(false);
	});
});
