import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fillCache } from "../../tools/setup/cache";
import { command } from "../../tools/setup/command";
import { downloadEngine } from "../../tools/setup/download";
import { isAtLeast } from "../../tools/setup/engine";
import { withLock } from "../../tools/setup/lock.mjs";
import { runSteps, StepFailed } from "../../tools/setup/steps";

const VERSION = "9.9.9";
const ARCHIVE = `pulumi-v${VERSION}-${process.platform}-${process.arch}.tar.gz`;
let directory: string;
let server: Server;

beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "holdfast-setup-"));
	process.env.HOLDFAST_CACHE = join(directory, "cache");
});
afterEach(async () => {
	delete process.env.HOLDFAST_CACHE;
	rmSync(directory, { recursive: true, force: true });
	server?.closeAllConnections();
	await new Promise((resolve) => (server?.listening ? server.close(resolve) : resolve(undefined)));
});

/** A release site on this machine. */
async function site(listener: RequestListener): Promise<string> {
	server = createServer(listener).listen(0, "127.0.0.1");
	await new Promise((resolve) => server.once("listening", resolve));
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An archive as the vendor's: one directory with the programs. */
async function release(): Promise<Buffer> {
	const inner = join(directory, "release", "pulumi");
	mkdirSync(inner, { recursive: true });
	writeFileSync(join(inner, "pulumi"), `#!/bin/sh\necho v${VERSION}\n`, { mode: 0o755 });
	writeFileSync(join(inner, "padding"), Buffer.alloc(200_000, "x"));
	await command("tar", ["-czf", join(directory, "release.tar.gz"), "-C", join(directory, "release"), "pulumi"]);
	return readFileSync(join(directory, "release.tar.gz"));
}

const sumOf = (content: Buffer) => createHash("sha256").update(content).digest("hex");

describe("the download of the engine", () => {
	const into = () => {
		const target = join(directory, "target");
		mkdirSync(target, { recursive: true });
		return target;
	};

	it("unpacks a release whose checksum is the vendor's", async () => {
		const archive = await release();
		const url = await site((request, response) => {
			if (request.url === `/v${VERSION}/pulumi-${VERSION}-checksums.txt`)
				response.end(`${sumOf(archive)}  ${ARCHIVE}\n`);
			else if (request.url === `/v${VERSION}/${ARCHIVE}`) response.end(archive);
			else response.writeHead(404).end();
		});
		await downloadEngine(VERSION, into(), { site: url });
		expect((await command(join(directory, "target", "pulumi"), ["version"])).output).toBe(`v${VERSION}\n`);
	});

	it("refuses a release with another checksum, before it is unpacked", async () => {
		const archive = await release();
		const url = await site((request, response) => {
			response.end(request.url?.endsWith(".txt") ? `${"0".repeat(64)}  ${ARCHIVE}\n` : archive);
		});
		await expect(downloadEngine(VERSION, into(), { site: url })).rejects.toThrow(
			/wrong checksum .* says 000000000000…/,
		);
		expect(existsSync(join(directory, "target", "pulumi"))).toBe(false);
	});

	it("refuses a release that the vendor's checksums do not name", async () => {
		const url = await site((_request, response) => response.end(`${"0".repeat(64)}  another.tar.gz\n`));
		await expect(downloadEngine(VERSION, into(), { site: url })).rejects.toThrow("do not name");
	});

	it("says when it was interrupted, by a cut or by silence", async () => {
		const archive = await release();
		const cut = (end: (socket: Socket) => void): RequestListener => {
			return (request, response) => {
				if (request.url?.endsWith(".txt")) return response.end(`${sumOf(archive)}  ${ARCHIVE}\n`);
				response.writeHead(200, { "content-length": archive.length });
				return response.write(archive.subarray(0, 100), () => end(request.socket));
			};
		};
		const cutting = await site(cut((socket) => socket.destroy()));
		await expect(downloadEngine(VERSION, into(), { site: cutting })).rejects.toThrow("was interrupted");
		server.closeAllConnections();
		server.close();
		const silent = await site(cut(() => {}));
		await expect(downloadEngine(VERSION, into(), { site: silent, patience: 300 })).rejects.toThrow("was interrupted");
	});

	it("says when the site is out of reach, does not answer, or has no such release", async () => {
		const gone = await site(() => {});
		await expect(downloadEngine(VERSION, into(), { site: gone, patience: 200 })).rejects.toThrow("is out of reach");
		server.closeAllConnections();
		server.close();
		await expect(downloadEngine(VERSION, into(), { site: gone })).rejects.toThrow("is out of reach");
		const empty = await site((_request, response) => response.writeHead(404).end());
		await expect(downloadEngine(VERSION, into(), { site: empty })).rejects.toThrow("answers 404");
	});

	it("compares versions as numbers", () => {
		expect([isAtLeast("3.200.0", "3.200.0"), isAtLeast("3.1000.0", "3.200.0"), isAtLeast("3.99.0", "3.200.0")]).toEqual(
			[true, true, false],
		);
	});
});

describe("the cache", () => {
	const isWhole = (made: string) => existsSync(join(made, "b"));

	it("has a thing whole or not at all", async () => {
		const broken = fillCache("thing", isWhole, async (staging) => {
			writeFileSync(join(staging, "a"), "");
			throw new Error("cut short");
		});
		await expect(broken).rejects.toThrow("cut short");
		await expect(fillCache("thing", isWhole, async (staging) => writeFileSync(join(staging, "a"), ""))).rejects.toThrow(
			"lacks a part",
		);
		expect(readdirSync(process.env.HOLDFAST_CACHE ?? "")).toEqual([]);
	});

	it("makes a thing anew that has lost a part", async () => {
		mkdirSync(join(process.env.HOLDFAST_CACHE ?? "", "thing"), { recursive: true });
		const target = await fillCache("thing", isWhole, async (staging) => writeFileSync(join(staging, "b"), "new"));
		expect(readFileSync(join(target, "b"), "utf8")).toBe("new");
	});

	it("is filled once by set-ups that run at the same time in different processes", async () => {
		const script = join(directory, "fill.ts");
		const cache = join(__dirname, "..", "..", "tools", "setup", "cache");
		writeFileSync(
			script,
			`import { fillCache } from ${JSON.stringify(cache)};
			import { appendFileSync, existsSync, writeFileSync } from "node:fs";
			import { setTimeout as sleep } from "node:timers/promises";
			void fillCache("thing", (d) => existsSync(d + "/part2"), async (d) => {
				appendFileSync(${JSON.stringify(join(directory, "log"))}, "filled\\n");
				writeFileSync(d + "/part1", ""); await sleep(300); writeFileSync(d + "/part2", "");
			});`,
		);
		const ended = await Promise.all([1, 2, 3].map(() => command(process.execPath, ["--import", "tsx", script])));
		expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
		expect(readFileSync(join(directory, "log"), "utf8")).toBe("filled\n");
		expect(readdirSync(process.env.HOLDFAST_CACHE ?? "")).toEqual(["thing"]);
	});

	it("is not held up by a set-up that was killed", async () => {
		const lock = join(directory, "lock");
		mkdirSync(lock);
		const { output } = await command(process.execPath, ["-p", "process.pid"]);
		writeFileSync(join(lock, "pid"), output.trim());
		expect(await withLock(lock, async () => "done")).toBe("done");
	});
});

describe("the steps of the set-up", () => {
	const run = async (...steps: Parameters<typeof runSteps>[0]) => {
		const lines: string[] = [];
		return {
			held: await runSteps(steps, (line) => lines.push(line)),
			lines: lines.map((line) => line.replace(/[\d.]+ s\)/, "N s)")),
		};
	};

	it("says nothing where nothing is missing, and makes nothing", async () => {
		const make = () => Promise.reject(new Error("must not run"));
		expect(await run({ title: "engine", present: async () => "here", make })).toEqual({ held: true, lines: [] });
	});

	it("shows what it does, and the time", async () => {
		let there: string | undefined;
		const step = {
			title: "engine",
			present: async () => there,
			make: async (say: (doing: string) => void) => {
				say("building");
				there = "here";
				return "built";
			},
		};
		expect((await run(step)).lines).toEqual(["… engine: building", "✓ engine: built (N s)", "✓ set-up done (N s)"]);
	});

	it("says in one line why a step failed and in one what to do, and goes no further", async () => {
		const absent = async () => undefined;
		const failing = {
			title: "engine",
			present: absent,
			make: () => Promise.reject(new StepFailed("no compiler\nmore", "Install Go.")),
		};
		const never = { title: "plugin", present: absent, make: () => Promise.reject(new Error("must not run")) };
		expect(await run(failing, never)).toEqual({ held: false, lines: ["✗ engine: no compiler (N s)", "  Install Go."] });
	});

	it("does not believe a step that leaves nothing behind", async () => {
		const { held, lines } = await run({ title: "engine", present: async () => undefined, make: async () => "built" });
		expect(held).toBe(false);
		expect(lines[0]).toContain("still missing");
	});
});
