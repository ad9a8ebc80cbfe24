import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { Relay } from "../../components/keeper/door/relay";
import type { Target } from "../../components/keeper/door/way";
import { client } from "./doorScene";

/** A client that goes on to listen when the other side has said all. */
const halfOpen = (port: number) => client(port, "", { allowHalfOpen: true });

const closers: (() => void)[] = [];
afterEach(() => {
	for (const close of closers.splice(0)) close();
});

/** An app that answers each line with its name, and says goodbye when its client has said all. */
async function app(name: string): Promise<Target & { server: Server; clients: Set<Socket> }> {
	const clients = new Set<Socket>();
	const server = createServer({ allowHalfOpen: true }, (socket) => {
		clients.add(socket.on("error", () => {}).on("close", () => clients.delete(socket)));
		socket.on("data", (data) => socket.write(`${name}: ${data}`));
		socket.on("end", () => socket.end(`${name}: goodbye`));
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	closers.push(() => {
		server.close();
		for (const client of clients) client.destroy();
	});
	return { host: "127.0.0.1", port: (server.address() as { port: number }).port, server, clients };
}

async function opened(target: () => Target | undefined, limits?: ConstructorParameters<typeof Relay>[1]) {
	const door = new Relay(target, limits);
	const { port } = await app("only to find a free port").then(
		({ server, port: free }) => new Promise<Target>((resolve) => server.close(() => resolve({ host: "", port: free }))),
	);
	closers.push(await door.listen(port));
	return { door, port };
}

async function until(holds: () => boolean, seconds = 5): Promise<void> {
	for (const end = performance.now() + seconds * 1000; !holds(); await sleep(5)) {
		if (performance.now() > end) throw new Error(`not within ${seconds} s: ${holds}`);
	}
}

describe("the relay", () => {
	it("passes on to the version that serves, both ways, and each half until its own end", async () => {
		const one = await app("one");
		const { port } = await opened(() => one);
		const silent = halfOpen(port);
		const speaker = halfOpen(port);
		speaker.socket.write("hello");
		await until(() => speaker.heard === "one: hello");
		// It has said all, and still hears the answer to it.
		speaker.socket.end();
		await until(() => speaker.heard === "one: helloone: goodbye" && speaker.closed);
		expect(silent.closed).toBe(false);
		// A large answer arrives whole.
		const large = halfOpen(port);
		large.socket.write("x".repeat(3_000_000));
		await until(() => large.heard.replaceAll("one: ", "").length === 3_000_000);
	});

	it("lets a client go on that its app has nothing more to say to", async () => {
		let heard = "";
		const server = createServer({ allowHalfOpen: true }, (socket) => {
			socket.end("only this").on("data", (data) => {
				heard += data;
			});
		}).listen(0, "127.0.0.1");
		await once(server, "listening");
		closers.push(() => server.close());
		const { port } = await opened(() => ({ host: "127.0.0.1", port: (server.address() as { port: number }).port }));
		const { socket, ...rest } = halfOpen(port);
		expect(rest.closed).toBe(false);
		await once(socket, "end");
		await sleep(50);
		socket.end("a last word");
		await until(() => heard === "a last word");
	});

	it("holds whoever comes while it is closed, and passes what was said meanwhile to the next version", async () => {
		const one = await app("one");
		const two = await app("two");
		let serves = one;
		const { door, port } = await opened(() => serves);
		const before = halfOpen(port);
		before.socket.write("a");
		await until(() => before.heard === "one: a");
		door.close();
		const held = [halfOpen(port), halfOpen(port)];
		for (const { socket } of held) socket.write("b");
		await sleep(200);
		expect(held.map(({ heard, closed }) => [heard, closed])).toEqual([
			["", false],
			["", false],
		]);
		// What is under way goes on to its own end.
		before.socket.write("c");
		await until(() => before.heard === "one: aone: c");
		serves = two;
		door.open();
		await until(() => held.every(({ heard }) => heard === "two: b"));
		const after = halfOpen(port);
		after.socket.write("d");
		await until(() => after.heard === "two: d");
	});

	it("holds a bounded number, each for a bounded time", async () => {
		const one = await app("one");
		const { door, port } = await opened(() => one, { mostWaiting: 2, longestWait: 600 });
		door.close();
		const held = [halfOpen(port), halfOpen(port)];
		await sleep(100);
		const third = halfOpen(port);
		await until(() => third.ended);
		expect(held.map(({ ended }) => ended)).toEqual([false, false]);
		await until(() => held.every(({ ended }) => ended), 2);
		expect(one.clients.size).toBe(0);
		door.open();
		const next = halfOpen(port);
		next.socket.write("x");
		await until(() => next.heard === "one: x");
	});

	it("waits for an app that comes back, and loses nothing of what was said meanwhile", async () => {
		const one = await app("one");
		await new Promise((resolve) => one.server.close(resolve));
		const { port } = await opened(() => one);
		const early = halfOpen(port);
		early.socket.write("x");
		await sleep(300);
		expect([early.heard, early.ended, early.closed]).toEqual(["", false, false]);
		one.server.listen(one.port, "127.0.0.1");
		await until(() => early.heard === "one: x");
	});

	it("hangs up where no version serves, or the one that does is gone", async () => {
		let serves: Target | undefined;
		const { port } = await opened(() => serves, { longestReturn: 200 });
		const nobody = halfOpen(port);
		await until(() => nobody.ended);
		serves = { host: "127.0.0.1", port: 1 };
		const refused = halfOpen(port);
		await until(() => refused.ended);
		serves = { host: "no-such-container.invalid", port: 1 };
		const unknown = halfOpen(port);
		await until(() => unknown.ended);
		const one = await app("one");
		serves = one;
		const cut = halfOpen(port);
		cut.socket.write("x");
		await until(() => cut.heard === "one: x");
		for (const each of one.clients) each.resetAndDestroy();
		await until(() => cut.ended || cut.closed);
		// And the other way round.
		const gone = halfOpen(port);
		gone.socket.write("x");
		await until(() => gone.heard === "one: x");
		gone.socket.resetAndDestroy();
		await until(() => one.clients.size === 0);
	});
});
