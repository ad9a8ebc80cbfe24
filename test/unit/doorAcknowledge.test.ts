import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Acknowledgement, Covered } from "../../components/keeper/acknowledgement";
import { type App, asking, client, closeLater, exchange, startApp, startDoor, until } from "./doorScene";

const CLOSE = { headers: "Connection: close\r\n" };

/** A store that answers when the test says so. */
function store() {
	const events: string[] = [];
	const asked: { answer: (covered: Covered) => void; fail: (error: Error) => void }[] = [];
	/** What is said at once, in this order, before it waits for the test. */
	const atOnce: Covered[] = [];
	const acknowledgement: Acknowledgement = {
		outage: () => undefined,
		mark: () => events.push("mark"),
		covered: (mark) => {
			events.push(`covered ${mark}`);
			const known = atOnce.shift();
			if (known !== undefined) return known;
			return new Promise((answer, fail) => asked.push({ answer, fail }));
		},
	};
	return { acknowledgement, events, asked, atOnce };
}

describe("the door with an acknowledgement", () => {
	it("lets no byte of an answer out before what it tells of is in the store", async () => {
		const { acknowledgement, events, asked } = store();
		const app = await startApp((_, outgoing) => {
			events.push("app");
			outgoing.setHeader("Holdfast-Transaction", "666").end("written");
		});
		const { door, port } = await startDoor(() => app, { acknowledgement });
		const asker = client(port, asking("/", { method: "POST", ...CLOSE }));
		await until(() => asked.length === 1);
		await sleep(150);
		expect(asker.heard).toBe("");
		// The mark is that of before the app heard of it.
		expect(events).toEqual(["mark", "app", "covered 1"]);
		asked[0]?.answer({ transaction: 41 });
		await until(() => asker.closed);
		expect(asker.heard).toMatch(/^HTTP\/1.1 200 [\s\S]*Holdfast-Transaction: 41\r\n[\s\S]*\r\n\r\nwritten$/);
		expect(asker.heard).not.toContain("666");
		expect(door.figures().storeWait?.p99).toBeGreaterThan(100);
		expect(door.figures().added?.p99).toBeLessThan(door.figures().storeWait?.p50 ?? 0);
	});

	it("asks once about a short answer, when it is whole: others commit all the time, and it would wait for them too", async () => {
		const { acknowledgement, asked } = store();
		const app = await startApp(async (_, outgoing) => {
			outgoing.writeHead(200, { "Content-Length": "10" }).write("12345");
			await sleep(50);
			outgoing.end("67890");
		});
		const { port } = await startDoor(() => app, { acknowledgement });
		const asker = client(port, asking("/", { method: "POST", ...CLOSE }));
		await until(() => asked.length === 1);
		await sleep(100);
		expect(asker.heard).toBe("");
		asked[0]?.answer({ transaction: 7 });
		await until(() => asker.closed);
		expect(asker.heard).toMatch(/Holdfast-Transaction: 7\r\n[\s\S]*\r\n\r\n1234567890$/);
		expect(asked).toHaveLength(1);
	});

	it("names no transaction where none is known, and does not wait where it need not", async () => {
		const { acknowledgement, asked, atOnce } = store();
		const app = await startApp((_, outgoing) => outgoing.end("read"));
		const { port } = await startDoor(() => app, { acknowledgement });
		atOnce.push({}, {});
		const heard = await exchange(port, asking("/", CLOSE));
		expect(heard).toMatch(/\r\n\r\nread$/);
		expect(heard).not.toMatch(/Holdfast-Transaction/i);
		expect(asked).toEqual([]);
	});

	it("answers 503 with the reason where it is not in the store, or that is not known", async () => {
		const { acknowledgement, asked, atOnce } = store();
		const app = await startApp((_, outgoing) => outgoing.end("written"));
		const { door, port } = await startDoor(() => app, { acknowledgement });
		atOnce.push({ refused: "the store does not answer" });
		const refused = await exchange(port, asking("/", { method: "POST", ...CLOSE }));
		expect(refused).toMatch(/^HTTP\/1.1 503 [\s\S]*Retry-After: \d+\r\n[\s\S]*\r\n\r\nthe store does not answer\n$/);
		expect(refused).not.toContain("written");
		const unknown = client(port, asking("/", { method: "POST", ...CLOSE }));
		await until(() => asked.length === 1);
		asked[0]?.fail(new Error("socket gone"));
		await until(() => unknown.closed);
		expect(unknown.heard).toMatch(/^HTTP\/1.1 503 [\s\S]*socket gone/);
		expect(door.figures().refusals).toEqual({ notCovered: 2 });
	});

	it("turns writes away unheard in an outage, and lets reads pass", async () => {
		const { acknowledgement, atOnce } = store();
		acknowledgement.outage = () => "the store is away since 12:00";
		const app = await startApp((_, outgoing) => outgoing.end("fine"));
		const { port } = await startDoor(() => app, { acknowledgement });
		for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
			expect(await exchange(port, asking("/", { method, ...CLOSE }))).toMatch(
				/^HTTP\/1.1 503 [\s\S]*Retry-After: \d+\r\n[\s\S]*the store is away since 12:00/,
			);
		}
		for (const method of ["GET", "HEAD", "OPTIONS"]) {
			atOnce.push({}, {});
			expect(await exchange(port, asking("/", { method, ...CLOSE }))).toMatch(/^HTTP\/1.1 200 /);
		}
		expect(app.heard).toEqual(["GET /", "HEAD /", "OPTIONS /"]);
	});

	it.each([
		["a long answer", { "Content-Length": "70005" }, 70_000, /\r\n\r\n1{70000}$/, /\r\n\r\n1{70000}67890$/],
		["one in chunks", {}, 5, /\r\n1{5}\r\n5\r\n67890\r\n$/, /\r\n1{5}\r\n5\r\n67890\r\n0\r\n\r\n$/],
	])(
		"holds the end of %s until what was committed meanwhile is in the store",
		async (_, headers, first, held, whole) => {
			const { acknowledgement, asked, atOnce } = store();
			const app = await startApp(async (_, outgoing) => {
				outgoing.writeHead(200, headers).write("1".repeat(first));
				await sleep(50);
				outgoing.end("67890");
			});
			const { door, port } = await startDoor(() => app, { acknowledgement });
			const ask = async () => {
				atOnce.push({ transaction: 1 });
				const asker = client(port, asking("/", { method: "POST" }));
				const before = asked.length;
				await until(() => asked.length === before + 1);
				await sleep(100);
				expect(asker.heard).toMatch(held);
				return asker;
			};
			const lucky = await ask();
			asked[0]?.answer({ transaction: 2 });
			await until(() => whole.test(lucky.heard));
			const unlucky = await ask();
			asked[1]?.answer({ refused: "the store is away" });
			await until(() => unlucky.closed);
			// What it has is not whole, and it can tell.
			expect(unlucky.heard).toMatch(held);
			expect(door.figures().refusals).toEqual({ notCovered: 1 });
		},
	);

	it("passes each server-sent event at once, and holds only the end", async () => {
		const { acknowledgement, asked, atOnce } = store();
		let say: (event: string) => void = () => {};
		let end = () => {};
		const app = await startApp((_, outgoing) => {
			outgoing.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" });
			say = (event) => outgoing.write(`data: ${event}\n\n`);
			end = () => outgoing.end();
			say("hello");
		});
		const { port } = await startDoor(() => app, { acknowledgement });
		atOnce.push({});
		const listener = client(port, asking("/"));
		await until(() => listener.heard.includes("data: hello\n\n"));
		say("again");
		await until(() => listener.heard.includes("data: again\n\n"));
		end();
		await until(() => asked.length === 1);
		expect(listener.heard).not.toMatch(/0\r\n\r\n$/);
		asked[0]?.answer({});
		await until(() => listener.heard.endsWith("\r\n0\r\n\r\n"));
	});

	it("forgets the answer of a client that has left while it waited", async () => {
		const { acknowledgement, asked } = store();
		const app = await startApp((_, outgoing) => outgoing.end("written"));
		const { door, port } = await startDoor(() => app, { acknowledgement });
		const asker = client(port, asking("/", { method: "POST" }));
		await until(() => asked.length === 1);
		asker.socket.destroy();
		await door.drained();
		asked[0]?.answer({ transaction: 1 });
		await sleep(50);
		expect(asked.length).toBe(1);
	});

	it.each([
		["a body beyond its limit", "413", (asker: Socket) => asker.write("6\r\nbbbbbb\r\n")],
		["an app that breaks off", "502", (_: Socket, app: App) => app.kill()],
	])(
		"has answered itself while an answer waited, because of %s: that answer is forgotten",
		async (_, status, happens) => {
			const { acknowledgement, asked } = store();
			const app = await startApp((_, outgoing) =>
				outgoing.writeHead(200, { "Content-Length": "70000" }).write("first"),
			);
			const { port } = await startDoor(() => app, { acknowledgement, limits: { mostBodyBytes: 10 } });
			const rejected: unknown[] = [];
			const reject = (reason: unknown) => rejected.push(reason);
			process.on("unhandledRejection", reject);
			closeLater(() => process.off("unhandledRejection", reject));
			const headers = `Transfer-Encoding: chunked\r\n${CLOSE.headers}`;
			const asker = client(port, `${asking("/", { method: "POST", headers })}6\r\naaaaaa\r\n`);
			await until(() => asked.length === 1);
			await happens(asker.socket, app);
			await until(() => asker.heard !== "");
			asked[0]?.answer({ transaction: 1 });
			await sleep(50);
			asker.socket.write("0\r\n\r\n");
			await until(() => asker.closed);
			expect(asker.heard.match(/HTTP\/1.1 \d+/g)).toEqual([`HTTP/1.1 ${status}`]);
			expect(asker.heard).not.toContain("first");
			expect(rejected).toEqual([]);
		},
	);
});
