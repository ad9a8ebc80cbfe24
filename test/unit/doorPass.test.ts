import { createHash } from "node:crypto";
import { request } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { asking, client, closeLater, exchange, startApp, startDoor, until } from "./doorScene";

const CLOSE = { headers: "Connection: close\r\n" };

describe("fault 55: what passes the door is as without it", () => {
	it("the head of a request and of its answer, without what is meant for one connection only", async () => {
		let raw: string[] = [];
		const app = await startApp((incoming, outgoing) => {
			raw = incoming.rawHeaders;
			outgoing.writeHead(201, "Made It", ["Set-Cookie", "a=1", "x-Case", "caf\xe9", "SET-COOKIE", "b=2"].concat(OWN));
			outgoing.end("yes");
		});
		const OWN = ["Connection", "x-hop", "X-Hop", "1", "Keep-Alive", "timeout=9", "Holdfast-Transaction", "7"];
		const { port } = await startDoor(() => app);
		const headers =
			"X-B: 1\r\nx-a: caf\xe9\r\nX-B: 2\r\nConnection: close, X-Secret, Host\r\nX-Secret: 1\r\nKeep-Alive: 5\r\nTE: gzip\r\n" +
			"X-Forwarded-For: 6.6.6.6\r\nX_Forwarded_For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\nForwarded: for=6.6.6.6\r\n";
		const heard = await exchange(port, asking("/a?b=%20", { headers }));
		expect(raw.filter((_, at) => !/^(connection)$/i.test(raw[at & ~1] ?? ""))).toEqual(
			["Host", "app.example", "X-B", "1", "x-a", "caf\xe9", "X-B", "2", "X-Forwarded-For", "127.0.0.1"].concat([
				"X-Forwarded-Proto",
				"http",
				"X-Forwarded-Host",
				"app.example",
			]),
		);
		const [head = "", ...body] = heard.split("\r\n\r\n");
		expect(head.split("\r\n").filter((line) => !/^(date|connection|transfer-encoding)/i.test(line))).toEqual([
			"HTTP/1.1 201 Made It",
			"Set-Cookie: a=1",
			"x-Case: caf\xe9",
			"SET-COOKIE: b=2",
		]);
		expect(body).toEqual(["3\r\nyes\r\n0", ""]);
	});

	it("behind a proxy, what that says of the client", async () => {
		const app = await startApp(({ headers }, outgoing) =>
			outgoing.end(`${headers["x-forwarded-for"]} ${headers["x-forwarded-proto"]} ${headers["x-forwarded-host"]}`),
		);
		const { port } = await startDoor(() => app, { behindProxy: true });
		const headers =
			"Connection: close\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: a.b\r\n";
		expect(await exchange(port, asking("/", { headers }))).toContain("9.9.9.9 https a.b");
	});

	it("HEAD, 204, 304, a POST without a body, OPTIONS *, and a client of HTTP/1.0", async () => {
		let length: string | undefined;
		const app = await startApp((incoming, outgoing) => {
			length = incoming.headers["content-length"];
			if (incoming.url === "/204") outgoing.writeHead(204).end();
			else if (incoming.url === "/304") outgoing.writeHead(304, { "Content-Length": 9 }).end();
			else if (incoming.method === "HEAD") outgoing.writeHead(200, { "Content-Length": 1234 }).end();
			else {
				outgoing.write("so ");
				setTimeout(() => outgoing.end(`${incoming.method} ${incoming.headers.host}`), 20);
			}
		});
		const { port } = await startDoor(() => app);
		expect(await exchange(port, asking("/", { method: "HEAD", ...CLOSE }))).toMatch(
			/Content-Length: 1234\r\n[\s\S]*\r\n\r\n$/,
		);
		expect(await exchange(port, asking("/204", CLOSE))).toMatch(/^HTTP\/1.1 204 No Content\r\n[\s\S]*\r\n\r\n$/);
		expect(await exchange(port, asking("/304", CLOSE))).toMatch(
			/^HTTP\/1.1 304[\s\S]*Content-Length: 9\r\n[\s\S]*\r\n\r\n$/,
		);
		expect(await exchange(port, asking("/", { method: "POST", ...CLOSE }))).toContain("so ");
		expect(length).toBe("0");
		expect(await exchange(port, asking("*", { method: "OPTIONS", ...CLOSE }))).toContain("OPTIONS app.example");
		// It gets no chunks, and the end of the connection is the end of the answer.
		const old = await exchange(port, "GET / HTTP/1.0\r\n\r\n");
		expect(old).toMatch(new RegExp(`\r\n\r\nso GET 127.0.0.1:${port}$`));
		expect(old).not.toMatch(/chunked/i);
	});

	it("many requests on one connection, also sent without waiting, one after the other", async () => {
		let atOnce = 0;
		let most = 0;
		const app = await startApp(async (incoming, outgoing) => {
			most = Math.max(most, ++atOnce);
			await sleep(30);
			atOnce--;
			outgoing.end(incoming.url);
		});
		const { port } = await startDoor(() => app);
		const asker = client(port, [1, 2, 3, 4, 5].map((each) => asking(`/${each}`)).join(""));
		await until(() => asker.heard.includes("/5"));
		asker.socket.write(asking("/6", CLOSE));
		await until(() => asker.closed);
		expect(asker.heard.match(/^\/\d/gm)).toEqual(["/1", "/2", "/3", "/4", "/5", "/6"]);
		expect(app.heard).toEqual([1, 2, 3, 4, 5, 6].map((each) => `GET /${each}`));
		expect(most).toBe(1);
	});

	it("chunks up and down as they come, with their trailers", async () => {
		const app = await startApp((incoming, outgoing) => {
			outgoing.writeHead(200, { Trailer: "X-Sum" });
			incoming.on("data", (chunk) => outgoing.write(`<${chunk}>`));
			incoming.on("end", () => {
				outgoing.addTrailers({ "X-Sum": incoming.trailers["x-in"] ?? "none" });
				outgoing.end();
			});
		});
		const { port } = await startDoor(() => app);
		const speaker = client(
			port,
			asking("/", { method: "POST", headers: "Transfer-Encoding: chunked\r\nTrailer: X-In\r\n" }),
		);
		for (const word of ["one", "two"]) {
			speaker.socket.write(`3\r\n${word}\r\n`);
			// The answer to it comes before the rest is said.
			await until(() => speaker.heard.includes(`<${word}>`));
		}
		speaker.socket.write("0\r\nX-In: 42\r\n\r\n");
		await until(() => speaker.heard.endsWith("0\r\nX-Sum: 42\r\n\r\n"));
	});

	it("each server-sent event at once, and its head before the first", async () => {
		let say: (event: string) => void = () => {};
		const app = await startApp((_, outgoing) => {
			outgoing.writeHead(200, { "Content-Type": "text/event-stream" }).flushHeaders();
			say = (event) => outgoing.write(`data: ${event}\n\n`);
		});
		const { door, port } = await startDoor(() => app);
		const listener = client(port, asking("/events"));
		await until(() => listener.heard.includes("text/event-stream"));
		for (const event of ["one", "two"]) {
			say(event);
			await until(() => listener.heard.includes(`data: ${event}\n\n`));
		}
		// Nobody waits for its end.
		await door.drained();
	});

	it("Expect: 100-continue: the app says whether to go on", async () => {
		const app = await startApp((incoming, outgoing) => {
			let length = 0;
			incoming.on("data", (chunk) => {
				length += chunk.length;
			});
			incoming.on("end", () => outgoing.end(`got ${length}`));
		});
		app.server.on("checkContinue", (incoming, outgoing) => {
			if (incoming.url === "/no") outgoing.writeHead(417).end();
			else {
				outgoing.writeContinue();
				app.server.emit("request", incoming, outgoing);
			}
		});
		const { port } = await startDoor(() => app);
		const headers = "Expect: 100-continue\r\nContent-Length: 5\r\n";
		const asker = client(port, asking("/yes", { method: "PUT", headers }));
		await until(() => asker.heard === "HTTP/1.1 100 Continue\r\n\r\n");
		asker.socket.write("12345");
		await until(() => asker.heard.includes("got 5"));
		// What comes next on such a connection could be the body or not: it ends.
		expect(await exchange(port, asking("/no", { method: "PUT", headers }))).toMatch(
			/^HTTP\/1.1 417[\s\S]*Connection: close/,
		);
	});

	it("a WebSocket both ways, also what was said too early; and an app that does not agree", async () => {
		const app = await startApp((incoming, outgoing) => outgoing.writeHead(401).end(`no ${incoming.headers.upgrade}`));
		app.server.on("upgrade", (incoming, socket: Socket, head) => {
			const accept = createHash("sha1").update(
				`${incoming.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`,
			);
			socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
			socket.write(`Sec-WebSocket-Accept: ${accept.digest("base64")}\r\n\r\nwelcome${head}`);
			socket.on("data", (data) => socket.write(`<${data}>`));
			socket.on("error", () => {});
		});
		const { door, port } = await startDoor(() => app);
		const key = "dGhlIHNhbXBsZSBub25jZQ==";
		const headers = `Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: ${key}\r\n`;
		const asker = client(port, `${asking("/chat", { headers })}early`);
		await until(() => asker.heard.includes("welcome") && asker.heard.includes("early"));
		expect(asker.heard).toMatch(
			/^HTTP\/1.1 101 Switching Protocols\r\n[\s\S]*Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/,
		);
		asker.socket.write("x".repeat(300_000));
		await until(() => (asker.heard.match(/x/g)?.length ?? 0) >= 300_000);
		await door.drained();
		app.server.removeAllListeners("upgrade");
		expect(await exchange(port, asking("/chat", { headers }))).toMatch(/^HTTP\/1.1 401 [\s\S]*no websocket/);
	});

	it("an answer before the request is all said; what the client says still is not in the way", async () => {
		const app = await startApp((incoming, outgoing) => {
			outgoing.writeHead(413, { Connection: "close" }).end("too much");
			incoming.resume();
		});
		const { port } = await startDoor(() => app);
		const sender = request({ host: "127.0.0.1", port, method: "POST", headers: { "Content-Length": 1e9 } });
		closeLater(() => sender.destroy());
		sender.on("error", () => {});
		sender.write("x".repeat(100_000));
		let status = 0;
		sender.on("response", (answer) => {
			status = answer.statusCode ?? 0;
			answer.resume();
		});
		await until(() => status === 413);
	});

	it("an answer that breaks off is not whole for the client either", async () => {
		const app = await startApp((incoming, outgoing) => {
			outgoing.writeHead(200, incoming.url === "/length" ? { "Content-Length": 99 } : {});
			outgoing.write("half");
			setTimeout(() => outgoing.destroy(), 50);
		});
		const { port } = await startDoor(() => app);
		expect(await exchange(port, asking("/length"))).toMatch(/Content-Length: 99\r\n[\s\S]*half$/);
		const chunked = await exchange(port, asking("/chunked"));
		expect(chunked).toMatch(/half\r\n$/);
		// Here only a reset tells.
		const old = client(port, "GET / HTTP/1.0\r\n\r\n");
		let code: string | undefined;
		old.socket.on("error", (error: NodeJS.ErrnoException) => {
			code = error.code;
		});
		await until(() => old.closed);
		expect(code).toBe("ECONNRESET");
	});

	it("a client that leaves takes its request along", async () => {
		let left = 0;
		const app = await startApp((incoming, outgoing) => {
			outgoing.on("close", () => left++);
			if (incoming.url === "/begun") outgoing.write("half");
		});
		const { door, port } = await startDoor(() => app);
		const waits = client(port, asking("/waits"));
		const begun = client(port, asking("/begun"));
		const uploads = client(port, asking("/uploads", { method: "POST", headers: "Content-Length: 9\r\n" }));
		await until(() => app.heard.length === 3 && begun.heard.includes("half"));
		for (const { socket } of [waits, begun, uploads]) socket.destroy();
		await until(() => left === 3);
		await door.drained();
	});
});
