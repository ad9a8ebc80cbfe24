import { createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { startDoorProcess } from "./doorProcess";
import { asking, client, closeLater, exchange, freePort, startApp, startDoor, until } from "./doorScene";

const CLOSE = { headers: "Connection: close\r\n" };
const CONNECT = "CONNECT a.example:80 HTTP/1.1\r\nHost: a.example\r\n\r\n";

/** An app that answers each request with the bytes that its path names. */
async function startRaw(): Promise<number> {
	const port = await freePort();
	const take = (socket: Socket) => {
		closeLater(() => socket.destroy());
		socket.on("data", (said) => {
			const [, path = ""] = `${said}`.split(" ");
			socket.write(decodeURIComponent(path.slice(1)), "latin1");
		});
		// A door that died is seen by its clients.
		socket.on("error", () => socket.destroy());
	};
	const server = createServer(take);
	closeLater(() => void server.close());
	await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
	return port;
}

const FINE = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine";
const saying = (answer: string, options = {}) => asking(`/${encodeURIComponent(answer)}`, { ...CLOSE, ...options });

describe("fault 54: nothing that a client or the app says ends the door", () => {
	it.each([
		["a status that is none", "HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n"],
		["a text with a control character", "HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n"],
		["another protocol, unasked", "HTTP/1.1 101 Yes\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"],
	])("the app says %s: 502 for that request alone", async (_, answer) => {
		const { port } = await startDoorProcess(await startRaw());
		const other = client(port, saying("", { method: "POST" }));
		expect(await exchange(port, saying(answer))).toMatch(/^HTTP\/1.1 502 Bad Gateway\r\n[\s\S]*\r\n\r\nthe app/);
		expect(other.closed).toBe(false);
		expect(await exchange(port, saying(FINE))).toMatch(/^HTTP\/1.1 200 OK\r\n[\s\S]*fine$/);
	});

	it("CONNECT, and a reset at once", async () => {
		const { port } = await startDoorProcess(await startRaw());
		for (let each = 0; each < 20; each++) {
			const asker = client(port, CONNECT);
			asker.socket.once("data", () => asker.socket.resetAndDestroy());
			await until(() => asker.closed);
			expect(asker.heard).toMatch(/^HTTP\/1.1 405 /);
		}
		// Reset before it is heard, for some of them.
		const askers = Array.from({ length: 20 }, () => client(port));
		for (const { socket } of askers) {
			socket.once("connect", () => socket.write(CONNECT, () => socket.resetAndDestroy()));
		}
		await until(() => askers.every(({ closed }) => closed));
		expect(await exchange(port, saying(FINE))).toContain("fine");
	});

	it("CONNECT of a client that keeps its side open: its place is given back", async () => {
		const app = await startApp((_, outgoing) => outgoing.end("fine"));
		const { port } = await startDoor(() => app, { limits: { mostConnections: 1 } });
		const open = client(port, CONNECT, { allowHalfOpen: true });
		await until(() => open.ended);
		expect(open.heard).toMatch(/^HTTP\/1.1 405 /);
		// As long as it has the only place, nobody else is heard.
		let heard = "";
		for (const end = performance.now() + 3000; heard === "" && performance.now() < end; await sleep(20)) {
			heard = await exchange(port, asking("/", CLOSE));
		}
		expect(open.socket.destroyed).toBe(false);
		expect(heard).toContain("fine");
	});

	it.each([
		["CONNECT", CONNECT],
		["another protocol", asking("/", { headers: "Connection: Upgrade\r\nUpgrade: x\r\n" })],
	])("%s behind a request that is not answered yet: the connection ends, and the request with it", async (_, says) => {
		let cut = 0;
		const app = await startApp((incoming, outgoing) => {
			if (incoming.url === "/fine") outgoing.end("fine");
			else incoming.socket.once("close", () => cut++);
		});
		const { port } = await startDoorProcess(app.port);
		expect(await exchange(port, asking("/slow") + says)).toBe("");
		await until(() => cut === app.heard.length);
		expect(await exchange(port, asking("/fine", CLOSE))).toContain("fine");
		expect(app.heard.filter((each) => each !== "GET /slow")).toEqual(["GET /fine"]);
	});
});
