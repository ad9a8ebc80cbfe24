import { describe, expect, it } from "vitest";
import { client, exchange, startApp, startDoor, until } from "./doorScene";

/** The one that must never be heard of by the app. */
const HIDDEN = "GET /hidden HTTP/1.1\r\nHost: app.example\r\n\r\n";
const post = (headers: string, body: string, version = "1.1") =>
	`POST /shown HTTP/${version}\r\nHost: app.example\r\n${headers}\r\n${body}`;

const alone = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;

/** An app that keeps the requests that it has heard to their end. */
async function startReader() {
	const whole: string[] = [];
	const app = await startApp((incoming, outgoing) => {
		let body = "";
		incoming.on("data", (chunk) => {
			body += chunk;
		});
		incoming.on("end", () => {
			whole.push(`${incoming.url} ${body}`);
			outgoing.end("from the app");
		});
	});
	app.server.maxHeadersCount = 0;
	return { ...app, whole };
}

/** Requests that two readers could understand differently. */
const ATTEMPTS: [string, string][] = [
	[
		"a length and chunks",
		post(`Content-Length: ${HIDDEN.length + 5}\r\nTransfer-Encoding: chunked\r\n`, `0\r\n\r\n${HIDDEN}`),
	],
	["chunks and a length", post(`Transfer-Encoding: chunked\r\nContent-Length: 5\r\n`, `0\r\n\r\n${HIDDEN}`)],
	["two lengths", post(`Content-Length: 0\r\nContent-Length: ${HIDDEN.length}\r\n`, HIDDEN)],
	["the same length twice", post("Content-Length: 2\r\nContent-Length: 2\r\n", "ab")],
	["two lengths in one", post("Content-Length: 2, 2\r\n", "ab")],
	["a length with a sign", post("Content-Length: +2\r\n", "ab")],
	["a negative length", post("Content-Length: -1\r\n", HIDDEN)],
	["a hexadecimal length", post("Content-Length: 0x2\r\n", "ab")],
	["a length too large for a number", post("Content-Length: 18446744073709551618\r\n", "ab")],
	["a space before the colon", post(`Content-Length : ${HIDDEN.length}\r\n`, HIDDEN)],
	["a coding with a space before the colon", post("Transfer-Encoding : chunked\r\n", `0\r\n\r\n${HIDDEN}`)],
	["a header over two lines", post("X-A: 1\r\n Content-Length: 5\r\n", HIDDEN)],
	["a coding over two lines", post("Transfer-Encoding:\r\n chunked\r\n", `0\r\n\r\n${HIDDEN}`)],
	["an unknown coding", post("Transfer-Encoding: xchunked\r\n", `0\r\n\r\n${HIDDEN}`)],
	["a coding before chunked", post("Transfer-Encoding: gzip, chunked\r\n", `0\r\n\r\n${HIDDEN}`)],
	["a coding after chunked", post("Transfer-Encoding: chunked, identity\r\n", `0\r\n\r\n${HIDDEN}`)],
	["chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", `0\r\n\r\n${HIDDEN}`)],
	["a coding behind a control character", post("Transfer-Encoding: \x0bchunked\r\n", `0\r\n\r\n${HIDDEN}`)],
	["chunks from HTTP/1.0 alone", post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "1.0")],
	["chunks from HTTP/1.0", post("Transfer-Encoding: chunked\r\n", `0\r\n\r\n${HIDDEN}`, "1.0")],
	["a chunk's length that is none", post("Transfer-Encoding: chunked\r\n", `zz\r\n${HIDDEN}`)],
	["a chunk's length with a sign", post("Transfer-Encoding: chunked\r\n", `+2\r\nab\r\n0\r\n\r\n${HIDDEN}`)],
	[
		"a chunk's length that overflows",
		post("Transfer-Encoding: chunked\r\n", `10000000000000002\r\nab\r\n0\r\n\r\n${HIDDEN}`),
	],
	["a bare line feed after a chunk's length", post("Transfer-Encoding: chunked\r\n", `2\nab\r\n0\r\n\r\n${HIDDEN}`)],
	["a bare line feed in a chunk's extension", post("Transfer-Encoding: chunked\r\n", `2;a\nab\r\n0\r\n\r\n${HIDDEN}`)],
	["bare line feeds between headers", `POST /shown HTTP/1.1\nHost: app.example\nContent-Length: 2\n\nab`],
	["a bare line feed between two headers", post("X-A: 1\nContent-Length: 2\r\n", "ab")],
	["a bare carriage return in a header", post("X-A: 1\rContent-Length: 2\r\n", "ab")],
	["a NUL in a header", post("X-A: 1\0\r\nContent-Length: 2\r\n", "ab")],
	["a header without a name", post(": 1\r\n", "")],
	["a header without a colon", post("X-A\r\n", "")],
	["two hosts", post("Host: other.example\r\nContent-Length: 2\r\n", "ab")],
	["no host", "GET /shown HTTP/1.1\r\n\r\n"],
	["a space in the path", "GET /shown /hidden HTTP/1.1\r\nHost: a\r\n\r\n"],
	["another version", "GET /shown HTTP/9.1\r\nHost: a\r\n\r\n"],
	["HTTP/2 without being asked", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
	[
		"an empty coding behind chunked",
		post("Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n", `0\r\n\r\n${HIDDEN}`),
	],
	["no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
	["a head beyond its limit", post(`X-A: ${"a".repeat(17_000)}\r\n`, "")],
];

describe("fault 54: what could be taken for another request", () => {
	it.each(ATTEMPTS)("%s", async (_, says) => {
		const app = await startReader();
		const { port } = await startDoor(() => app);
		// With a connection to the app that is open already, a request is there at once.
		await exchange(port, alone("/before"));
		const asker = client(port, says);
		await until(() => asker.heard.includes("\r\n\r\n"));
		expect(asker.heard).toMatch(/^HTTP\/1.1 (400|431|501) /);
		// The door is up, and what comes after is alone.
		await exchange(port, alone("/after"));
		expect(app.heard).toEqual(["GET /before", "GET /after"]);
	});

	it.each([
		["at once", [`2\r\nabc\r\n0\r\n\r\n${HIDDEN}`]],
		["later", ["2\r\nab\r\n", `2\r\nabc\r\n0\r\n\r\n${HIDDEN}`]],
	])(
		"chunks that are wrong %s, when the app may have heard of the request: for it they break off",
		async (_, parts) => {
			const app = await startReader();
			const { port } = await startDoor(() => app);
			await exchange(port, alone("/before"));
			const asker = client(port, post("Transfer-Encoding: chunked\r\n", ""));
			for (const [at, part] of parts.entries()) {
				if (at > 0) await until(() => app.heard.includes("POST /shown"));
				asker.socket.write(part);
			}
			await until(() => asker.closed);
			expect(asker.heard).toMatch(/^HTTP\/1.1 400 /);
			await exchange(port, alone("/after"));
			expect(app.heard).not.toContain("GET /hidden");
			expect(app.whole).toEqual(["/before ", "/after "]);
		},
	);

	it.each([
		["a length that Connection would take away", "Connection: content-length\r\nContent-Length: 2\r\n", "ab"],
		["three thousand headers before the length", `${"a:b\r\n".repeat(3000)}Content-Length: 2\r\n`, "ab"],
		["a chunk's extension and a trailer", "Transfer-Encoding: chunked\r\n", "2;a=b\r\nab\r\n0\r\nX-T: 1\r\n\r\n"],
		["chunked in capitals", "Transfer-Encoding: Chunked\r\n", "2\r\nab\r\n0\r\n\r\n"],
	])("%s does no harm: the app gets exactly what was meant", async (_, headers, body) => {
		for (const method of ["POST", "GET", "DELETE"]) {
			const app = await startReader();
			const { port } = await startDoor(() => app);
			const asker = client(port, post(headers, `${body}${HIDDEN}`).replace("POST", method));
			await until(() => (asker.heard.match(/from the app/g)?.length ?? 0) === 2);
			expect(app.heard).toEqual([`${method} /shown`, "GET /hidden"]);
			expect(app.whole).toEqual(["/shown ab", "/hidden "]);
		}
	});

	it("an upgrade with a body: Node 20 cannot read it, from Node 24 it is passed on as any other", async () => {
		const app = await startReader();
		const { port } = await startDoor(() => app);
		const headers = `Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: ${HIDDEN.length}\r\n`;
		const asker = client(port, post(headers, HIDDEN));
		await until(() => asker.heard.includes("\r\n\r\n"));
		expect(asker.heard).toMatch(/^HTTP\/1.1 (200|400) /);
		expect(app.whole).toEqual(asker.heard.startsWith("HTTP/1.1 200 ") ? [`/shown ${HIDDEN}`] : []);
		expect(app.heard).not.toContain("GET /hidden");
	});
});
