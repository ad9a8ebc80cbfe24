import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { healthProbe } from "../../components/docker/container";
import { isWritable } from "../../components/docker/host/look";
import { contentHash } from "../../components/docker/image";
import { which } from "../../tools/setup/command";

const directory = mkdtempSync(join(tmpdir(), "holdfast-unit-"));
let server: Server;
beforeAll(async () => {
	server = createServer((request, response) => {
		if (request.url !== "/silent") response.writeHead(request.url === "/ok" ? 200 : 503).end();
	}).listen(0, "127.0.0.1");
	await new Promise((resolve) => server.once("listening", resolve));
});
afterAll(() => {
	server.closeAllConnections();
	server.close();
	rmSync(directory, { recursive: true, force: true });
});

/** Runs the probe in a shell that finds only one HTTP client. */
function probe(client: string, path: string): Promise<{ passed: boolean; said: string }> {
	const programs = join(directory, client);
	mkdirSync(programs, { recursive: true });
	const found =
		client === "python3"
			? execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim()
			: which(client);
	if (found !== undefined && !existsSync(join(programs, client))) symlinkSync(found, join(programs, client));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
	// Patient on a busy machine, but not where the answer never comes.
	const seconds = path === "/silent" ? 1 : 8;
	return new Promise((resolve) => {
		execFile(
			"/bin/sh",
			["-c", healthProbe(url, seconds)],
			{ env: { ...process.env, PATH: programs } },
			(error, stdout) => {
				resolve({ passed: error === null, said: stdout });
			},
		);
	});
}

describe("the health probe", () => {
	// Which of them a machine has, differs; node runs this test.
	it.concurrent.each(["curl", "wget", "python3", "node"].filter((client) => which(client) !== undefined))(
		"with %s passes when the app is well, fails when it is not, and does not wait for ever",
		async (client) => {
			expect((await probe(client, "/ok")).passed).toBe(true);
			expect((await probe(client, "/ill")).passed).toBe(false);
			expect((await probe(client, "/silent")).passed).toBe(false);
		},
	);

	it("says so where the image has no client", async () => {
		expect(await probe("no-such-client", "/ok")).toEqual({
			passed: false,
			said: expect.stringContaining("set health to false"),
		});
	});
});

describe("isWritable", () => {
	it("goes by owner, group and others, and has no exception for a root without capabilities", () => {
		const owned = { uid: 1000, gid: 100, mode: 0o750 };
		expect(isWritable(owned, 1000, 1, "directory")).toBe(true);
		expect(isWritable(owned, 2, 100, "directory")).toBe(false);
		expect(isWritable({ ...owned, mode: 0o770 }, 2, 100, "directory")).toBe(true);
		expect(isWritable({ ...owned, mode: 0o777 }, 2, 2, "directory")).toBe(true);
		expect(isWritable(owned, 0, 0, "directory")).toBe(false);
		expect(isWritable({ ...owned, mode: 0o640 }, 1000, 1, "file")).toBe(true);
		expect(isWritable({ ...owned, mode: 0o640 }, 1000, 1, "directory")).toBe(false);
	});
});

describe("contentHash", () => {
	const context = join(directory, "context");
	const hash = (args = {}) => contentHash(context, "Dockerfile", args);
	const write = (file: string, content: string) => writeFileSync(join(context, file), content);

	it("changes with what docker build would see, and with nothing else", () => {
		mkdirSync(join(context, "ignored"), { recursive: true });
		write("Dockerfile", "FROM scratch");
		write(".dockerignore", "ignored\n*.log");
		write("a", "1");
		const before = hash();
		write("ignored/x", "1");
		write("y.log", "1");
		expect(hash()).toBe(before);
		write("a", "2");
		expect(hash()).not.toBe(before);
		write("a", "1");
		expect(hash()).toBe(before);
		expect(hash({ VERSION: "2" })).not.toBe(before);
		write("b", "");
		expect(hash()).not.toBe(before);
	});

	it("follows an exception into an ignored directory", () => {
		write(".dockerignore", "ignored\n!ignored/kept");
		const before = hash();
		write("ignored/kept", "1");
		expect(hash()).not.toBe(before);
	});
});
