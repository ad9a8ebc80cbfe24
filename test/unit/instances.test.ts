import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { Instances } from "../../components/keeper/deploy/instances";
import { Made } from "./mocks";
import { ShellHost, until } from "./shellContainer";

beforeAll(() => new Made().start());

const FOREVER = "while :; do sleep 0.05; done";
const politely = ["/bin/sh", "-c", `trap 'exit 0' TERM; echo ready; ${FOREVER}`];
const stubborn = ["/bin/sh", "-c", `trap '' TERM; echo ready; ${FOREVER}`];

async function running(host: ShellHost, id: string, words: string[]) {
	const app = await (await host.container(id, words)).asking();
	app.instance.admit();
	await until(() => app.stdout.includes("ready"));
	return app;
}

describe("the containers of the app", () => {
	it("are none where there is no gate", async () => {
		const nowhere = new Instances(undefined);
		expect([nowhere.asking(), await nowhere.mayRun()]).toEqual([[], false]);
		expect(new Instances("/no/such/directory/open").asking()).toEqual([]);
	});

	it("may run from when they were let in until they ask again", async () => {
		const host = new ShellHost();
		const app = await (await host.container("one", politely)).asking();
		const other = await (await host.container("two", politely)).asking();
		expect(
			host.instances
				.asking()
				.map(({ id }) => id)
				.sort(),
		).toEqual(["one", "two"]);
		expect(await host.instances.mayRun()).toBe(false);
		app.instance.admit();
		await until(() => app.stdout === "ready\n");
		expect([await app.instance.mayRun(), await other.instance.mayRun()]).toEqual([true, false]);
		expect(await host.instances.mayRun()).toBe(true);
		expect(host.instances.asking().map(({ id }) => id)).toEqual(["two"]);
		app.restarts = true;
		process.kill(app.pid, "SIGKILL");
		await until(() => app.instance.isAsking);
		expect(await host.instances.mayRun()).toBe(false);
	});

	it("are forgotten when they are gone, and not before", async () => {
		const host = new ShellHost();
		const runs = await running(host, "runs", politely);
		await (await host.container("waits", politely)).asking();
		const gone = await running(host, "gone", politely);
		gone.remove();
		await gone.ended();
		// The plain gate's own files are not containers.
		writeFileSync(join(host.gate, "open"), "");
		await host.instances.tidy();
		expect(readdirSync(host.gate).sort()).toEqual(["open", "runs", "waits"]);
		expect(await runs.instance.mayRun()).toBe(true);
	});

	it("do not ask with half a word", () => {
		const host = new ShellHost();
		mkdirSync(join(host.gate, "one"));
		writeFileSync(join(host.gate, "one", "ask.new"), '{"kind"');
		expect(host.instances.get("one").version).toBeUndefined();
		expect(host.instances.asking()).toEqual([]);
	});
});

describe("a stop", () => {
	it("is polite, and over when nothing of it runs; then it waits again", async () => {
		const host = new ShellHost();
		const app = await running(host, "one", politely);
		app.restarts = true;
		await app.instance.stop(5);
		expect([app.ends, await app.instance.mayRun()]).toEqual([1, false]);
		await until(() => app.instance.isAsking);
		await app.instance.stop(5);
		expect(app.ends).toBe(1);
	});

	it("is by force where politeness does not help", async () => {
		const host = new ShellHost();
		const app = await running(host, "one", stubborn);
		app.restarts = true;
		const begun = performance.now();
		await app.instance.stop(0.5);
		expect(performance.now() - begun).toBeGreaterThan(450);
		expect([app.ends, await app.instance.mayRun()]).toEqual([1, false]);
	});

	it("is over where the container was removed meanwhile", async () => {
		const host = new ShellHost();
		const app = await running(host, "one", politely);
		await app.instance.stop(5);
		expect([app.ends, app.instance.isAsking, await app.instance.mayRun()]).toEqual([1, false, false]);
	});

	it("is heard by the process, however often it was looked at before", async () => {
		const host = new ShellHost();
		const words = ["/bin/sh", "-c", `trap 'echo heard' TERM; echo ready; ${FOREVER}`];
		const app = await running(host, "one", words);
		for (let count = 1; count <= 60; count += 1) {
			expect(await app.instance.mayRun()).toBe(true);
			expect(await app.instance.signal("TERM")).toBe(true);
			await until(() => app.stdout.split("heard").length > count);
		}
	});

	it("waits for an app that signals its whole process group and then finishes what it does", async () => {
		const host = new ShellHost();
		const drains = `trap 'trap "" TERM; kill 0; sleep 1.5; exit 0' TERM; echo ready; ${FOREVER}`;
		const app = await running(host, "one", ["/bin/sh", "-c", drains]);
		const begun = performance.now();
		app.restarts = true;
		await app.instance.stop(10);
		expect(performance.now() - begun).toBeGreaterThan(1400);
	});

	it("takes back that a container was let in which has not gone through yet", async () => {
		const host = new ShellHost();
		const app = await (await host.container("one", politely)).asking();
		process.kill(app.pid, "SIGSTOP");
		app.instance.admit();
		await app.instance.stop(2);
		expect([app.instance.isAsking, await app.instance.mayRun()]).toEqual([true, false]);
		process.kill(app.pid, "SIGCONT");
		await sleep(400);
		expect(app.stdout).toBe("");
		app.instance.admit();
		await until(() => app.stdout === "ready\n");
	});

	it("waits for requests that are finished in the grace", async () => {
		const host = new ShellHost();
		const app = await running(host, "one", [
			"/bin/sh",
			"-c",
			`trap 'sleep 0.5; echo finished; exit 0' TERM; echo ready; ${FOREVER}`,
		]);
		app.restarts = true;
		await app.instance.stop(5);
		expect(app.stdout).toBe("ready\nfinished\n");
	});

	it("ends a migration that a keeper before this one began, with all that it has started", async () => {
		const host = new ShellHost();
		const beats = join(host.directory, "beats");
		// The child goes on when its shell is told to end, as a program in a script does.
		const migration = ["/bin/sh", "-c", `( trap '' TERM; while :; do echo >> ${beats}; sleep 0.05; done ) & wait`];
		const app = await (await host.container("one", politely, { migration })).asking();
		app.restarts = true;
		// What a keeper leaves that dies in the middle of it; the next one knows only what lies in the gate.
		const file = (name: string) => join(host.gate, "one", name);
		execFileSync("mkfifo", [file("signal")]);
		for (const name of ["working", "migrate"]) writeFileSync(file(name), "");
		await until(() => existsSync(beats));
		expect(await host.instances.mayRun()).toBe(true);
		await host.instances.get("one").stop(1);
		const then = readFileSync(beats, "utf8").length;
		await sleep(300);
		expect(readFileSync(beats, "utf8").length).toBe(then);
		await until(() => host.instances.get("one").isAsking);
		expect(await host.instances.mayRun()).toBe(false);
	});
});

describe("work that a container was told to do", () => {
	it("has no exit code where the container ended and began anew", async () => {
		const host = new ShellHost();
		const app = await (await host.container("one", politely, { migration: ["/bin/sh", "-c", FOREVER] })).asking();
		app.restarts = true;
		const migrated = app.instance.migrate();
		await sleep(300);
		expect(await app.instance.mayRun()).toBe(true);
		process.kill(app.pid, "SIGKILL");
		expect(await migrated).toBeUndefined();
		await until(() => app.instance.isAsking);
		expect(await app.instance.mayRun()).toBe(false);
	});

	it("has none where the container was removed", async () => {
		const host = new ShellHost();
		const app = await (await host.container("one", politely, { migration: ["/bin/sh", "-c", FOREVER] })).asking();
		const migrated = app.instance.migrate();
		await sleep(300);
		app.remove();
		expect(await migrated).toBeUndefined();
	});

	it("is begun once for each order, and what an order before it said is not taken for its answer", async () => {
		const host = new ShellHost();
		const count = join(host.directory, "count");
		const migration = ["/bin/sh", "-c", `echo >> ${count}; exit $(wc -l < ${count})`];
		const app = await (await host.container("one", politely, { migration })).asking();
		expect([await app.instance.migrate(), await app.instance.migrate()]).toEqual([1, 2]);
		rmSync(count);
		expect(await app.instance.migrate()).toBe(1);
	});
});
