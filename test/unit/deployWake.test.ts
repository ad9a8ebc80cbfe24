import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { Laps } from "../../components/keeper/deploy/laps";
import { waker } from "../../components/keeper/deploy/wake";

it("a server that is told to stop is connected to now and then, and left alone after that", async () => {
	let connections = 0;
	const server = createServer((socket) => {
		connections += 1;
		socket.on("error", () => {}).resume();
	}).listen(0, "127.0.0.1");
	onTestFinished(() => void server.close());
	await once(server, "listening");
	const wake = waker("127.0.0.1", (server.address() as AddressInfo).port);
	wake();
	wake();
	await sleep(40);
	expect(connections).toBe(1);
	for (const end = performance.now() + 2000; performance.now() < end; await sleep(5)) wake();
	expect(connections).toBe(50);
});

it("nobody there is no error", async () => {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, "close");
	waker("127.0.0.1", port)();
	waker("no-such-host.invalid", port)();
	await sleep(100);
});

it("a time is told with its parts", async () => {
	const laps = new Laps();
	await sleep(30);
	laps.lap("stop");
	laps.lap("start");
	expect(`${laps}`).toMatch(/^\d+\.\d\d s: stop \d+\.\d\d, start \d+\.\d\d$/);
});
