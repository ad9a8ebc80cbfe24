import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { healthOf, untilHealthy } from "../../components/keeper/appHealth";

let server: Server;
let status: number | undefined;
let asked: number;
let url: string;
beforeAll(async () => {
	server = createServer((_request, response) => {
		asked += 1;
		if (status !== undefined) response.writeHead(status, { location: "/login" }).end("words");
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`;
});
beforeEach(() => {
	status = 200;
	asked = 0;
});
afterAll(() => {
	server.closeAllConnections();
	server.close();
});

describe("the health of an app", () => {
	it.each([200, 204, 302, 399])("is good at status %d", async (good) => {
		status = good;
		expect(await healthOf(url)).toBeUndefined();
	});

	it.each([400, 404, 500, 503])("is bad at status %d, and says so", async (bad) => {
		status = bad;
		expect(await healthOf(url)).toBe(`${url} answers ${bad}`);
	});

	it("is bad where nobody listens", async () => {
		expect(await healthOf("http://127.0.0.1:1/health")).toMatch(/^http:\/\/127.0.0.1:1\/health: .*ECONNREFUSED/);
	});

	it("is waited for", async () => {
		status = 503;
		setTimeout(() => {
			status = 200;
		}, 350);
		const begun = performance.now();
		expect(await untilHealthy(url, 5)).toBeUndefined();
		expect(performance.now() - begun).toBeGreaterThan(340);
		expect(asked).toBeGreaterThan(2);
	});

	it("is waited for no longer than it may take, and the last answer is the reason", async () => {
		status = 500;
		const begun = performance.now();
		expect(await untilHealthy(url, 0.5)).toBe(`${url} answers 500`);
		expect(performance.now() - begun).toBeLessThan(2000);
	});

	it("is not waited for where the app has ended, even in the middle of a question", async () => {
		status = undefined;
		const ended = new AbortController();
		setTimeout(() => ended.abort(), 200);
		const begun = performance.now();
		expect(await untilHealthy(url, 30, ended.signal)).toBe("it ended by itself");
		expect(performance.now() - begun).toBeLessThan(3000);
		await sleep(200);
		expect(asked).toBe(1);
	});

	it("that cannot be asked is good once it has stayed up for three seconds", async () => {
		const begun = performance.now();
		expect(await untilHealthy(undefined, 60)).toBeUndefined();
		expect(performance.now() - begun).toBeGreaterThan(2900);
	});

	it("that cannot be asked is bad where it has ended", async () => {
		const ended = new AbortController();
		setTimeout(() => ended.abort(), 100);
		expect(await untilHealthy(undefined, 60, ended.signal)).toBe("it ended by itself");
	});
});
