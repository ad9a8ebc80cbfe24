import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ask, Plain, serve } from "../../components/keeper/control";
import { Gate } from "../../components/keeper/gate";
import { listenAt } from "../../components/keeper/listening";
import { eachLine, type Litestream } from "../../components/keeper/litestream";
import { Refusal } from "../../components/keeper/refusal";
import { Supervisor } from "../../components/keeper/supervisor";
import { freePort } from "./doorScene";

let directory: string;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "holdfast-process-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function until(holds: () => boolean, seconds = 5): Promise<void> {
	const end = performance.now() + seconds * 1000;
	while (!holds()) {
		if (performance.now() > end) throw new Error(`not within ${seconds} s: ${holds}`);
		await sleep(10);
	}
}

describe("the supervisor", () => {
	/** Stands in for Litestream: a shell script, which says in a file that it runs. */
	function supervised(script: string) {
		const said: string[] = [];
		const began = join(directory, "began");
		const litestream = {
			replicate(log: (line: string) => void) {
				const child = spawn("/bin/sh", ["-c", `echo $$ >> ${began}; ${script}`], { stdio: ["ignore", "pipe", "pipe"] });
				for (const stream of [child.stdout, child.stderr]) eachLine(stream, log);
				return child;
			},
		} as Litestream;
		const starts = () => (existsSync(began) ? readFileSync(began, "utf8").trim().split("\n").map(Number) : []);
		return { supervisor: new Supervisor(litestream, (line) => said.push(line)), said, starts };
	}
	const isAlive = (pid: number) => {
		try {
			return process.kill(pid, 0);
		} catch {
			return false;
		}
	};
	const FOREVER = "while :; do sleep 0.05; done";

	it("starts a child again that dies, after a pause that grows, and says what is worth a line", async () => {
		const { supervisor, said, starts } = supervised(
			"echo 'time=2026 level=INFO msg=sync'; echo 'time=2026 level=ERROR msg=bad' >&2; exit 3",
		);
		const start = performance.now();
		supervisor.start();
		await until(() => starts().length === 2);
		expect(performance.now() - start).toBeGreaterThan(450);
		expect(supervisor.restarts).toBeGreaterThanOrEqual(1);
		await supervisor.stop(1);
		const count = starts().length;
		await sleep(700);
		expect(starts()).toHaveLength(count);
		expect(said.filter((line) => !line.startsWith("Litestream"))).toContain("litestream: level=ERROR msg=bad");
		expect(said.join()).not.toContain("INFO");
		expect(said).toContain("Litestream ended (exit code 3); starting it again in 500 ms");
	});

	it("lets a child end by itself when it is told to stop, and tells whether it did well", async () => {
		for (const [code, well] of [
			[0, true],
			[1, false],
		] as const) {
			const { supervisor, starts } = supervised(
				`trap 'sleep 0.1; echo done > ${directory}/done; exit ${code}' TERM; ${FOREVER}`,
			);
			supervisor.start();
			await until(() => starts().length > 0);
			await sleep(100);
			expect(await supervisor.stop(5)).toBe(well);
			expect(existsSync(join(directory, "done"))).toBe(true);
			expect(supervisor.restarts).toBe(0);
			rmSync(join(directory, "began"));
			rmSync(join(directory, "done"));
		}
	});

	it("kills a child that does not end in time", async () => {
		const { supervisor, starts } = supervised(`trap '' TERM; ${FOREVER}`);
		supervisor.start();
		await until(() => starts().length > 0);
		await sleep(100);
		expect(await supervisor.stop(0.2)).toBe(false);
		expect(starts().filter(isAlive)).toEqual([]);
	});

	it("never runs two children, also when it is stopped and started in the pause before a restart", async () => {
		const { supervisor, starts } = supervised(`[ $(wc -l < ${directory}/began) -gt 1 ] || exit 1; ${FOREVER}`);
		supervisor.start();
		await until(() => supervisor.restarts === 1);
		await supervisor.stop(1);
		supervisor.start();
		await until(() => starts().length === 2);
		await sleep(900);
		expect(starts().filter(isAlive)).toHaveLength(1);
		await supervisor.stop(5);
		expect(starts().filter(isAlive)).toEqual([]);
	});

	it("has nothing to stop before it was started, and survives a program that is not there", async () => {
		const missing = { replicate: () => spawn("/no/such/litestream") } as unknown as Litestream;
		const said: string[] = [];
		const supervisor = new Supervisor(missing, (line) => said.push(line));
		expect(await supervisor.stop(1)).toBe(true);
		supervisor.start();
		await until(() => said.length > 0);
		expect(said[0]).toContain("ENOENT");
		const start = performance.now();
		await supervisor.stop(1);
		expect(performance.now() - start).toBeLessThan(400);
	});
});

describe("the gate", () => {
	it("knows who waits and who was let in", () => {
		const open = join(directory, "open");
		const gate = new Gate(open);
		expect([gate.isAsked, gate.isOpen]).toEqual([false, false]);
		writeFileSync(join(directory, "ask"), "");
		expect([gate.isAsked, gate.isOpen]).toEqual([true, false]);
		gate.admit();
		expect([gate.isAsked, gate.isOpen, existsSync(join(directory, "ask"))]).toEqual([false, true, false]);
		gate.admit();
		expect(gate.isOpen).toBe(true);
	});

	it("is nothing where there is none", () => {
		const gate = new Gate(undefined);
		gate.admit();
		expect([gate.isAsked, gate.isOpen]).toEqual([false, false]);
	});
});

describe("where the keeper listens", () => {
	const nobody = () => new Promise<never>((_, reject) => reject(new Error("not reached")));

	it("a socket that cannot be made is a refusal that names it, the user and the fix; nothing else stays open", async () => {
		const port = await freePort();
		const path = join(directory, "missing", "keeper.sock");
		const places = [
			{ at: port, open: () => serve({}, { port }) },
			{ at: path, open: () => serve({}, { path }) },
			{ at: 1, open: nobody },
		];
		const refusal = await listenAt(places).catch((error: Refusal) => error);
		expect(refusal).toMatchObject({ code: "cannot-listen", remedy: expect.stringContaining("HOLDFAST_CONTROL") });
		expect(`${refusal}`).toContain(`user ${process.getuid?.()}, cannot make its control socket ${path}: `);
		// A server that stays would keep the process, and the platform would wait for it.
		const again = await listenAt([{ at: port, open: () => serve({}, { port }) }]);
		await expect(listenAt([{ at: port, open: () => serve({}, { port }) }])).rejects.toMatchObject({
			code: "cannot-listen",
			found: expect.stringContaining(`cannot listen on port ${port}: `),
		});
		for (const close of again) close();
	});
});

describe("the control socket", () => {
	const path = () => join(directory, "keeper.sock");

	it("answers as JSON, takes a body, and passes refusals and errors on", async () => {
		const close = await serve(
			{
				"GET /status": () => ({ healthy: true }),
				"POST /snapshot": (body) => ({ got: JSON.parse(body) }),
				"POST /refused": () => {
					throw new Refusal("restore-target", "it is taken", "choose another");
				},
				"GET /broken": async () => {
					throw new Error("no route");
				},
			},
			{ path: path() },
		);
		try {
			expect(await ask(path(), "GET", "/status")).toEqual({ healthy: true });
			expect(await ask(path(), "GET", "/status?verbose")).toEqual({ healthy: true });
			expect(await ask(path(), "POST", "/snapshot", { name: "é" })).toEqual({ got: { name: "é" } });
			await expect(ask(path(), "POST", "/refused")).rejects.toMatchObject({
				code: "restore-target",
				found: "it is taken",
				remedy: "choose another",
			});
			await expect(ask(path(), "GET", "/broken")).rejects.toThrow("no route");
			await expect(ask(path(), "POST", "/snapshot", { name: "x".repeat(1_100_000) })).rejects.toThrow();
			await expect(ask(path(), "POST", "/status")).rejects.toThrow("no POST /status here");
			await expect(ask(path(), "GET", "/nothing")).rejects.toThrow("no GET /nothing here");
		} finally {
			close();
		}
	});

	it("is answered by nobody where no keeper runs, or one died", async () => {
		expect(await ask(path(), "GET", "/status")).toBeUndefined();
		// A process that is killed leaves its socket behind.
		const script = `require("node:net").createServer().listen(${JSON.stringify(path())}, () => process.kill(process.pid, "SIGKILL"))`;
		await new Promise((resolve) => spawn(process.execPath, ["-e", script]).on("close", resolve));
		expect(existsSync(path())).toBe(true);
		expect(await ask(path(), "GET", "/status")).toBeUndefined();
	});

	it("fails where the other side hangs up", async () => {
		const rude = createServer((socket) => socket.destroy()).listen(path());
		await until(() => existsSync(path()));
		await expect(ask(path(), "GET", "/status")).rejects.toThrow();
		rude.close();
	});

	it("serves plain text with a status over TCP, and is free again once it is closed", async () => {
		const port = await new Promise<number>((resolve) => {
			const probe = createServer().listen(0, "127.0.0.1", () => {
				const { port: free } = probe.address() as { port: number };
				probe.close(() => resolve(free));
			});
		});
		const close = await serve({ "GET /health": () => new Plain("bad: stale\n", 503) }, { port });
		const answer = await fetch(`http://127.0.0.1:${port}/health`);
		expect([answer.status, await answer.text(), answer.headers.get("content-type")]).toEqual([
			503,
			"bad: stale\n",
			"text/plain; charset=utf-8",
		]);
		expect((await fetch(`http://127.0.0.1:${port}/`, { method: "POST" })).status).toBe(404);
		await expect(serve({}, { port })).rejects.toMatchObject({ code: "EADDRINUSE" });
		close();
		const refused = await new Promise((resolve) => {
			connect(port, "127.0.0.1")
				.on("error", () => resolve(true))
				.on("connect", () => resolve(false));
		});
		expect(refused).toBe(true);
	});
});
