import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { asking, client, exchange, freePort, startApp, startDoor, until } from "./doorScene";

const CLOSE = { headers: "Connection: close\r\n" };

describe("fault 53: the app is away", () => {
	it("holds whoever comes while it is closed, and passes them to the next version in their order", async () => {
		const one = await startApp((_, outgoing) => outgoing.end("one"));
		const two = await startApp((_, outgoing) => outgoing.end("two"));
		let serves = one;
		const { door, port } = await startDoor(() => serves);
		door.close();
		const held: ReturnType<typeof client>[] = [];
		for (const path of ["/1", "/2", "/3"]) {
			held.push(client(port, asking(path, { method: "POST", ...CLOSE })));
			await until(() => door.figures().held === held.length);
		}
		serves = two;
		door.open();
		await until(() => held.every(({ closed }) => closed));
		expect(held.every(({ heard }) => heard.includes("two"))).toBe(true);
		expect(two.heard).toEqual(["POST /1", "POST /2", "POST /3"]);
		expect(one.heard).toEqual([]);
		const { held: now, heldTotal, longestHeldSeconds, refusals } = door.figures();
		expect({ now, heldTotal, refusals }).toEqual({ now: 0, heldTotal: 3, refusals: {} });
		expect(longestHeldSeconds).toBeGreaterThan(0);
	});

	it("lets what is under way come to its end before it is drained, and does not wait for ever", async () => {
		let end = () => {};
		const app = await startApp((_, outgoing) => {
			end = () => outgoing.end("done");
		});
		const { door, port } = await startDoor(() => app, { limits: { drainSeconds: 1 } });
		const slow = client(port, asking("/slow", CLOSE));
		await until(() => app.heard.length === 1);
		door.close();
		let isDrained = false;
		const drained = door.drained().then(() => {
			isDrained = true;
		});
		// Held ones are not under way.
		client(port, asking("/held", CLOSE));
		await until(() => door.figures().held === 1);
		expect(isDrained).toBe(false);
		end();
		await drained;
		await until(() => slow.closed);
		expect(slow.heard).toContain("done");
		door.open();
		await until(() => app.heard.length === 2);
		await door.drained();
		expect(app.heard).toEqual(["GET /slow", "GET /held"]);
	});

	it("waits for an app that comes back, without having read the body, and sends each request once", async () => {
		const app = await startApp(async (incoming, outgoing) => {
			let body = "";
			for await (const chunk of incoming) body += chunk;
			outgoing.end(body);
		});
		const { door, port } = await startDoor(() => app);
		await app.kill();
		const body = "b".repeat(500_000);
		const asker = client(
			port,
			`${asking("/late", { method: "POST", headers: `Content-Length: 500000\r\n${CLOSE.headers}` })}${body}`,
		);
		const others = ["/a", "/b", "/c"].map((path) => client(port, asking(path, CLOSE)));
		await until(() => door.figures().held === 4);
		await sleep(300);
		await app.comeBack();
		await until(() => asker.closed && others.every(({ closed }) => closed));
		expect(asker.heard.endsWith(body)).toBe(true);
		expect(app.heard.slice().sort()).toEqual(["GET /a", "GET /b", "GET /c", "POST /late"]);
		expect(door.figures().refusals).toEqual({});
	});

	it("never sends twice what the app may have taken: new connection or one that was used before", async () => {
		const taken: string[] = [];
		const connections: (number | undefined)[] = [];
		let dies = false;
		const app = await startApp((incoming, outgoing) => {
			taken.push(`${incoming.headers["x-id"]}`);
			connections.push(incoming.socket.remotePort);
			if (dies) incoming.socket.resetAndDestroy();
			else outgoing.end("done");
		});
		const { port } = await startDoor(() => app);
		const ask = (id: string, method: string) =>
			exchange(port, asking("/", { method, headers: `X-Id: ${id}\r\n${CLOSE.headers}` }));
		dies = true;
		expect(await ask("new", "GET")).toMatch(/^HTTP\/1.1 502 /);
		dies = false;
		expect(await ask("fine", "GET")).toMatch(/^HTTP\/1.1 200 /);
		dies = true;
		expect(await ask("used", "GET")).toMatch(/^HTTP\/1.1 502 /);
		dies = false;
		expect(await ask("written", "POST")).toMatch(/^HTTP\/1.1 200 /);
		await sleep(300);
		expect(taken).toEqual(["new", "fine", "used", "written"]);
		expect(new Set(connections).size).toBe(3);
		expect(connections[2]).toBe(connections[1]);
	});

	it("gives up a connection to the app long before the app does, so that none is used that just ends", async () => {
		let closed = 0;
		const app = await startApp((_, outgoing) => outgoing.end("done"));
		app.server.keepAliveTimeout = 60_000;
		app.server.on("connection", (socket) => socket.on("close", () => closed++));
		const { port } = await startDoor(() => app);
		expect(await exchange(port, asking("/", CLOSE))).toContain("done");
		await until(() => closed === 1);
	});

	it("sends each at most once while the app dies and comes back under load", async () => {
		const taken = new Map<string, number>();
		const app = await startApp(async (incoming, outgoing) => {
			const id = `${incoming.headers["x-id"]}`;
			taken.set(id, (taken.get(id) ?? 0) + 1);
			await sleep(2);
			outgoing.end("done");
		});
		const { port } = await startDoor(() => app);
		let asked = 0;
		let stop = false;
		const answers: string[] = [];
		const worker = async () => {
			while (!stop) {
				const headers = `X-Id: ${asked++}\r\n${CLOSE.headers}`;
				answers.push((await exchange(port, asking("/", { method: "POST", headers }))).slice(9, 12));
			}
		};
		const workers = Array.from({ length: 16 }, worker);
		for (let each = 0; each < 4; each++) {
			await sleep(200);
			await app.kill();
			await sleep(100);
			await app.comeBack();
		}
		await sleep(200);
		stop = true;
		await Promise.all(workers);
		expect([...taken.values()].filter((times) => times > 1)).toEqual([]);
		expect(answers.filter((status) => status !== "200" && status !== "502")).toEqual([]);
		// A 502 is only said of what the app took.
		expect(taken.size).toBeGreaterThanOrEqual(answers.filter((status) => status === "200").length);
	});

	it("holds a bounded number: beyond it 503, and whoever leaves gives the place back", async () => {
		const app = await startApp((_, outgoing) => outgoing.end("done"));
		const { door, port } = await startDoor(() => app, { limits: { mostHeld: 2 } });
		door.close();
		const [first, second] = [client(port, asking("/1", CLOSE)), client(port, asking("/2", CLOSE))];
		await until(() => door.figures().held === 2);
		const refused = await exchange(port, asking("/3", CLOSE));
		expect(refused).toMatch(/^HTTP\/1.1 503 [\s\S]*Retry-After: \d+\r\n[\s\S]*2 requests already wait/);
		second.socket.destroy();
		await until(() => door.figures().held === 1);
		const third = client(port, asking("/4", CLOSE));
		await until(() => door.figures().held === 2);
		door.open();
		await until(() => first.closed && third.closed);
		expect(app.heard).toEqual(["GET /1", "GET /4"]);
		expect(door.figures().refusals).toEqual({ tooManyHeld: 1 });
	});

	it("holds bounded bytes, of which bodies are a part", async () => {
		const app = await startApp((_, outgoing) => outgoing.end("done"));
		const { door, port } = await startDoor(() => app, { limits: { mostHeldBytes: 200 * 1024 } });
		door.close();
		client(port, asking("/1", { method: "POST", headers: "Content-Length: 1000000000\r\n" }));
		client(port, asking("/2"));
		await until(() => door.figures().held === 2);
		const headers = "Transfer-Encoding: chunked\r\nConnection: close\r\n";
		expect(await exchange(port, `${asking("/3", { method: "POST", headers })}0\r\n\r\n`)).toMatch(/^HTTP\/1.1 503 /);
	});

	it("holds for a bounded time, closed or away, and says so where no version serves", async () => {
		const app = await startApp((_, outgoing) => outgoing.end("done"));
		let serves: typeof app | undefined = app;
		const { door, port } = await startDoor(() => serves, { limits: { longestHoldSeconds: 0.4 } });
		door.close();
		expect(await exchange(port, asking("/1", CLOSE))).toMatch(
			/^HTTP\/1.1 503 [\s\S]*Retry-After: \d+\r\n[\s\S]*did not come back/,
		);
		door.open();
		serves = { ...app, port: await freePort() };
		expect(await exchange(port, asking("/2", CLOSE))).toMatch(/^HTTP\/1.1 503 [\s\S]*did not come back/);
		serves = { ...app, host: "no-such-container.invalid" };
		expect(await exchange(port, asking("/3", CLOSE))).toMatch(/^HTTP\/1.1 503 [\s\S]*did not come back/);
		serves = undefined;
		expect(await exchange(port, asking("/4", CLOSE))).toMatch(/^HTTP\/1.1 503 [\s\S]*no version/);
		serves = app;
		await until(() => door.figures().held === 0);
		expect(await exchange(port, asking("/5", CLOSE))).toMatch(/^HTTP\/1.1 200 /);
		expect(app.heard).toEqual(["GET /5"]);
		expect(door.figures().refusals).toEqual({ heldTooLong: 3, noVersion: 1 });
	});

	it("a WebSocket is held as well, and gives its place back", async () => {
		const app = await startApp(() => {});
		app.server.on("upgrade", (_, socket) =>
			socket.end("HTTP/1.1 101 Yes\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nhello"),
		);
		const { door, port } = await startDoor(() => app);
		door.close();
		const upgrade = asking("/ws", { headers: "Connection: Upgrade\r\nUpgrade: x\r\n" });
		const leaves = client(port, upgrade);
		const stays = client(port, upgrade);
		await until(() => door.figures().held === 2);
		leaves.socket.end();
		await until(() => door.figures().held === 1);
		door.open();
		await until(() => stays.heard.endsWith("hello"));
	});
});
