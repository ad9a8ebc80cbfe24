import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { heldBytes } from "../../components/keeper/door/limits";
import { MANY } from "../../tools/faults/many";
import { startDoorProcess } from "./doorProcess";
import { asking, client, closeLater, exchange, startApp, startDoor, until } from "./doorScene";

const CLOSE = { headers: "Connection: close\r\n" };
const MIB = 2 ** 20;
/** Bytes of a huge body, and megabytes that the door may take more meanwhile. */
const HUGE = 200 * MIB;
const MORE = 60;

describe("fault 54: the door stays up, within its memory", () => {
	it("a huge upload to an app that reads slowly at first", { timeout: 60_000 }, async () => {
		const app = await startApp(async (incoming, outgoing) => {
			await sleep(500);
			let length = 0;
			for await (const chunk of incoming) length += chunk.length;
			outgoing.end(`${length}`);
		});
		const { port, megabytes } = await startDoorProcess(app.port);
		await exchange(port, asking("/", CLOSE));
		const before = await megabytes();
		const sender = request({ host: "127.0.0.1", port, method: "POST", headers: { "Content-Length": HUGE } });
		closeLater(() => sender.destroy());
		let answer = "";
		sender.on("response", (incoming) => incoming.on("data", (chunk) => (answer += chunk)));
		const chunk = Buffer.alloc(MIB);
		let most = 0;
		for (let sent = 0; sent < HUGE; sent += MIB) {
			if (!sender.write(chunk)) await new Promise((resolve) => sender.once("drain", resolve));
			if (sent % (20 * MIB) === 0) most = Math.max(most, await megabytes());
		}
		sender.end();
		await until(() => answer === `${HUGE}`, 30);
		expect(Math.max(most, await megabytes()) - before).toBeLessThan(MORE);
	});

	it("a huge download by a client that does not read at first", { timeout: 60_000 }, async () => {
		let written = 0;
		const chunk = Buffer.alloc(MIB);
		const app = await startApp(async (_, outgoing) => {
			for (; written < HUGE; written += MIB) {
				if (!outgoing.write(chunk)) await new Promise((resolve) => outgoing.once("drain", resolve));
			}
			outgoing.end();
		});
		const { port, megabytes } = await startDoorProcess(app.port);
		const before = await megabytes();
		const reader = connect({ host: "127.0.0.1", port });
		closeLater(() => reader.destroy());
		reader.write(asking("/", CLOSE));
		await until(() => written > 0);
		await sleep(1000);
		// Until the client reads, the app has to wait.
		expect(written).toBeLessThan(HUGE / 2);
		expect((await megabytes()) - before).toBeLessThan(MORE);
		let length = 0;
		reader.on("data", (data) => {
			length += data.length;
		});
		await until(() => length > HUGE, 30);
		expect((await megabytes()) - before).toBeLessThan(MORE);
	});

	it("a thousand held uploads", { timeout: 60_000 }, async () => {
		const app = await startApp((incoming, outgoing) => {
			incoming.resume().on("end", () => outgoing.end("done"));
		});
		const limits = { mostHeldBytes: 20 * MIB };
		const { port, tell, megabytes } = await startDoorProcess(app.port, limits);
		await tell("close");
		const before = await megabytes();
		const body = "b".repeat(MIB / 2);
		const headers = `Content-Length: ${body.length}\r\n${CLOSE.headers}`;
		const says = asking("/", { method: "POST", headers }) + body;
		const uploads = Array.from({ length: 1000 }, () => client(port, says));
		const refused = () => uploads.filter(({ heard }) => heard.startsWith("HTTP/1.1 503 ")).length;
		const room = Math.floor(limits.mostHeldBytes / heldBytes(body.length));
		await until(() => refused() === 1000 - room, 30);
		const { bytes, figures } = await tell("memory");
		expect(figures.held).toBe(room);
		// What is not held is read and thrown away, which takes some as well.
		expect(bytes / MIB - before).toBeLessThan(100);
		for (const { socket } of uploads) socket.destroy();
		await tell("open");
		expect(await exchange(port, asking("/", CLOSE))).toContain("done");
	});

	it("a flood of requests on one connection, whose answers are not read", async () => {
		const app = await startApp((_, outgoing) => outgoing.end("x".repeat(10_000)));
		const { port, megabytes } = await startDoorProcess(app.port);
		await exchange(port, asking("/", CLOSE));
		const before = await megabytes();
		const flood = connect({ host: "127.0.0.1", port });
		closeLater(() => flood.destroy());
		let isClosed = false;
		flood
			.on("error", () => {})
			.on("close", () => {
				isClosed = true;
			});
		flood.write(asking("/flood").repeat(100_000));
		await until(() => isClosed);
		expect((await megabytes()) - before).toBeLessThan(MORE);
		expect(app.heard.length).toBeLessThan(1000);
		expect(await exchange(port, asking("/", CLOSE))).toMatch(/^HTTP\/1.1 200 /);
	});

	it("clients that say nothing, a head slowly, or only a part of a body; and those that take no answer", async () => {
		const app = await startApp((incoming, outgoing) => {
			if (incoming.url === "/answer") outgoing.end(Buffer.alloc(40 * MIB));
			incoming.resume();
		});
		const { port } = await startDoor(() => app, { limits: { headSeconds: 0.5, stalledSeconds: 0.5 } });
		const silent = client(port);
		const slow = client(port, "GET / HTTP/1.1\r\nHost: a\r\n");
		const dripping = setInterval(() => slow.socket.write("X-A: 1\r\n"), 100);
		closeLater(() => clearInterval(dripping));
		const part = client(port, `${asking("/part", { method: "POST", headers: "Content-Length: 9\r\n" })}abc`);
		const deaf: Socket = connect({ host: "127.0.0.1", port });
		closeLater(() => deaf.destroy());
		deaf.write(asking("/answer"));
		let cut = 0;
		app.server.on("connection", (socket) => socket.on("close", () => cut++));
		await until(() => silent.closed && slow.closed && part.closed);
		clearInterval(dripping);
		expect(slow.heard).toMatch(/^HTTP\/1.1 408 /);
		await until(() => cut >= 2);
	});

	it("what takes long but goes on is not cut", async () => {
		const app = await startApp(async (incoming, outgoing) => {
			for await (const chunk of incoming) outgoing.write(chunk);
			// A while in which nobody says anything.
			await sleep(1400);
			outgoing.end("end");
		});
		const { port } = await startDoor(() => app, { limits: { headSeconds: 0.6, stalledSeconds: 0.8 } });
		const slow = client(port, asking("/", { method: "POST", headers: `Content-Length: 8\r\n${CLOSE.headers}` }));
		for (let each = 0; each < 8; each++) {
			await sleep(200);
			slow.socket.write("s");
		}
		await until(() => slow.closed);
		expect(slow.heard).toMatch(/end\r\n0\r\n\r\n$/);
	});

	it("a body beyond its limit, said before or found out", async () => {
		let whole = 0;
		const app = await startApp((incoming, outgoing) => {
			incoming.resume().on("end", () => {
				whole++;
				outgoing.end("done");
			});
		});
		const { port } = await startDoor(() => app, { limits: { mostBodyBytes: 10 } });
		const says = (headers: string, body: string) =>
			asking("/", { method: "POST", headers: headers + CLOSE.headers }) + body;
		expect(await exchange(port, says("Content-Length: 11\r\n", "a".repeat(11)))).toMatch(/^HTTP\/1.1 413 /);
		const chunks = "6\r\naaaaaa\r\n".repeat(2);
		expect(await exchange(port, says("Transfer-Encoding: chunked\r\n", `${chunks}0\r\n\r\n`))).toMatch(
			/^HTTP\/1.1 413 /,
		);
		expect(whole).toBe(0);
		expect(await exchange(port, says("Content-Length: 10\r\n", "a".repeat(10)))).toMatch(/^HTTP\/1.1 200 /);
	});

	it("more connections than it bears", async () => {
		const app = await startApp((_, outgoing) => outgoing.end("done"));
		const { door, port } = await startDoor(() => app, { limits: { mostConnections: 3 } });
		const clients = Array.from({ length: 3 }, () => client(port, asking("/")));
		await until(() => clients.every(({ heard }) => heard.includes("done")));
		const refused = client(port, asking("/"));
		await until(() => refused.closed);
		expect(refused.heard).toBe("");
		clients[0]?.socket.write(asking("/again"));
		await until(() => app.heard.includes("GET /again"));
		expect(door.figures().connectionsRefused).toBe(1);
	});

	it("more connections than it keeps between requests: an answer says that it is the last, and nothing is lost", async () => {
		const app = await startApp((_, outgoing) => outgoing.end("done"));
		const { port } = await startDoor(() => app, { limits: { mostKept: 2 } });
		const kept = [client(port, asking("/one")), client(port, asking("/two"))];
		await until(() => kept.every(({ heard }) => heard.includes("done")));
		const last = client(port, asking("/three"));
		await until(() => last.closed);
		expect(last.heard).toMatch(/^HTTP\/1.1 200 [\s\S]*Connection: close\r\n[\s\S]*done/);
		expect(kept.map(({ heard, closed }) => [closed, /Connection: close/.test(heard)])).toEqual([
			[false, false],
			[false, false],
		]);
		kept[0]?.socket.write(asking("/four"));
		await until(() => app.heard.includes("GET /four"));
	});

	// Those of HOLDFAST_MANY need some 11,000 files (ulimit -n), here and in the door.
	it("a thousand idle connections, or ten thousand with HOLDFAST_MANY=1", { timeout: 120_000 }, async () => {
		const many = MANY ? 10_000 : 1000;
		const app = await startApp((_, outgoing) => outgoing.end("done"));
		const { port, megabytes } = await startDoorProcess(app.port);
		const before = await megabytes();
		const reached = { connect: 0, data: 0 };
		let last: Socket | undefined;
		for (let begun = 0; begun < many; begun += 100) {
			// As many as are kept have asked once, the others have said nothing.
			const sign = begun < many / 5 ? "data" : "connect";
			const expected = reached[sign] + 100;
			for (let each = 0; each < 100; each++) {
				const socket = connect({ host: "127.0.0.1", port });
				closeLater(() => socket.destroy());
				socket.once(sign, () => reached[sign]++);
				if (sign === "data") socket.write(asking("/"));
				last = socket;
			}
			// No more at a time than clients that come do.
			await until(() => reached[sign] === expected, 20);
		}
		const after = await megabytes();
		console.log(`${many} idle connections: ${before.toFixed(0)} MB before, ${after.toFixed(0)} MB with them`);
		expect(after).toBeLessThan(150);
		// And the door is up.
		last?.once("data", () => reached.data++).write(asking("/"));
		await until(() => reached.data === many / 5 + 1);
	});
});
