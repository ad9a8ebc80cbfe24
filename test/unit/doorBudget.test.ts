import { describe, expect, it } from "vitest";
import type { Covered } from "../../components/keeper/acknowledgement";
import { heldBytes } from "../../components/keeper/door/limits";
import { startDoorProcess } from "./doorProcess";
import { type App, asking, client, exchange, startApp, startDoor, until } from "./doorScene";

const CLOSE = { headers: "Connection: close\r\n" };
const MIB = 2 ** 20;

/** An app that answers its path, those below /slow once it is told to. */
async function startSlow(): Promise<App & { answer: () => void }> {
	const waiting: (() => void)[] = [];
	const app = await startApp((incoming, outgoing) => {
		const end = () => void outgoing.end(`<${incoming.url}>`);
		if (incoming.url?.startsWith("/slow")) waiting.push(end);
		else end();
	});
	const answer = () => {
		for (const end of waiting.splice(0)) end();
	};
	return { ...app, answer };
}

describe("fault 54: requests behind one that is not answered yet", () => {
	it("a few have their turn, more end the connection", async () => {
		const app = await startSlow();
		const { port } = await startDoor(() => app);
		const behind = Array.from({ length: 8 }, (_, at) => `/${at}`);
		const few = client(port, asking("/slow") + behind.map((path) => asking(path)).join(""));
		await until(() => app.heard.length === 1);
		app.answer();
		await until(() => few.heard.includes("</7>"));
		expect(few.heard.match(/<.*>/g)).toEqual(["/slow", ...behind].map((path) => `<${path}>`));
		const before = app.heard.length;
		expect(await exchange(port, asking("/slow/more") + asking("/").repeat(9))).toBe("");
		expect(app.heard.slice(before)).not.toContain("GET /");
	});

	it("what they take of memory is that of all that waits, and they give it back", async () => {
		const app = await startSlow();
		const { door, port } = await startDoor(() => app, { limits: { mostHeldBytes: 3 * heldBytes(0) } });
		const pair = (path: string) => asking("/slow") + asking(path);
		const clients = ["/1", "/2", "/3"].map((path) => client(port, pair(path)));
		await until(() => app.heard.length === 3);
		// The fourth has no room, whether it is sent behind another or held.
		expect(await exchange(port, pair("/4"))).toBe("");
		door.close();
		expect(await exchange(port, asking("/held", CLOSE))).toMatch(/^HTTP\/1.1 503 /);
		door.open();
		// One by its turn, one by leaving.
		app.answer();
		await until(() => clients.every(({ heard }) => /<\/\d>/.test(heard)));
		const leaves = client(port, pair("/5"));
		await until(() => app.heard.at(-1) === "GET /slow");
		leaves.socket.resetAndDestroy();
		await door.drained();
		for (const path of ["/6", "/7"]) {
			door.close();
			const held = Array.from({ length: 3 }, () => client(port, asking(path, CLOSE)));
			await until(() => door.figures().held === 3);
			door.open();
			await until(() => held.every(({ closed }) => closed));
		}
		expect(app.heard.filter((each) => each !== "GET /slow").sort()).toEqual(
			["1", "2", "3", "6", "6", "6", "7", "7", "7"].map((each) => `GET /${each}`),
		);
		expect(door.figures().refusals).toEqual({ tooManyHeld: 1 });
	});

	it.each([8, 63])("200 clients that send %d of the largest", { timeout: 60_000 }, async (behind) => {
		const app = await startSlow();
		const { port, tell, megabytes } = await startDoorProcess(app.port, { mostHeldBytes: 8 * MIB });
		await exchange(port, asking("/", CLOSE));
		const before = await megabytes();
		const headers = `X-A: ${"a".repeat(14_000)}\r\n`;
		const says = asking("/slow", { headers }) + asking("/", { headers }).repeat(behind);
		const clients = Array.from({ length: 200 }, () => client(port, says));
		const stay = behind > 8 ? 0 : Math.floor((8 * MIB) / heldBytes(0) / behind);
		await until(() => clients.filter(({ closed }) => !closed).length <= stay, 30);
		const { bytes, figures } = await tell("memory");
		console.log(`200 clients with ${behind} requests behind another: ${(bytes / MIB - before).toFixed(0)} MB more`);
		expect(bytes / MIB - before).toBeLessThan(100);
		expect(figures.requests).toBeGreaterThan(200);
	});
});

describe("fault 54: answers that wait for the store", () => {
	it.each([5, 70_000])("of %d bytes: as many as there is room for, and they give it back", async (length) => {
		const asked: ((covered: Covered) => void)[] = [];
		const acknowledgement = {
			outage: () => undefined,
			mark: () => 1,
			covered: () => new Promise<Covered>((answer) => asked.push(answer)),
		};
		const app = await startApp((_, outgoing) => outgoing.end("a".repeat(length)));
		const limits = { mostHeldBytes: 2 * heldBytes(length) };
		const { door, port } = await startDoor(() => app, { acknowledgement, limits });
		const ask = () => client(port, asking("/", { method: "POST", ...CLOSE }));
		const [first, leaves] = [ask(), ask()];
		await until(() => asked.length === 2);
		const third = ask();
		await until(() => third.closed);
		expect(third.heard).toMatch(
			/^HTTP\/1.1 503 [\s\S]*Retry-After: \d+\r\n[\s\S]*too many answers already wait for it\n$/,
		);
		// What waits for a client that has left is there until the store answers.
		leaves.socket.destroy();
		const later: ReturnType<typeof ask>[] = [];
		for (let asker = first; later.length < 4; asker = ask()) {
			later.push(asker);
			await until(() => {
				for (const answer of asked.splice(0)) answer({});
				return asker.closed;
			});
		}
		for (const { heard } of later) expect(heard).toMatch(/^HTTP\/1.1 200 [\s\S]*\r\n\r\na+$/);
		expect(door.figures().refusals).toEqual({ notCovered: 1 });
	});
});
