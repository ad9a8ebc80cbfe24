import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { Instances } from "../../components/keeper/deploy/instances";
import { Made } from "./mocks";
import { FOREVER, politely, running, ShellHost, until } from "./shellContainer";

beforeAll(() => new Made().start());

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
		await host.instances.tidy("gone");
		expect(readdirSync(host.gate)).toContain("gone");
		await host.instances.tidy("runs");
		expect(readdirSync(host.gate).sort()).toEqual(["open", "runs", "waits"]);
		expect(await runs.instance.mayRun()).toBe(true);
	});

	it("are not forgotten where Docker starts one again meanwhile: it would wait for ever", async () => {
		// Somewhere between its first words and its question: how long that takes differs.
		const begun = Array.from({ length: 8 }, async (_, index) => {
			const host = new ShellHost();
			const app = await running(host, "one", politely);
			process.kill(app.pid, "SIGKILL");
			await app.ended();
			const tidied = host.instances.tidy(index === 0 ? "one" : "");
			await sleep(50 * index);
			app.start().restarts = true;
			await tidied;
			await until(() => app.instance.isAsking);
			await host.instances.tidy("");
			expect(app.instance.isAsking).toBe(true);
			expect(readdirSync(host.gate)).toEqual(["one"]);
		});
		await Promise.all(begun);
	});

	it("begin anew where what they asked was removed", async () => {
		const host = new ShellHost();
		const app = await (await host.container("one", politely)).asking();
		rmSync(join(host.gate, "one"), { recursive: true });
		await app.ended();
		expect(app.code).toBe(75);
	});

	it("do not ask with half a word", () => {
		const host = new ShellHost();
		mkdirSync(join(host.gate, "one"));
		writeFileSync(join(host.gate, "one", "ask.new"), '{"kind"');
		expect(host.instances.get("one").version).toBeUndefined();
		expect(host.instances.asking()).toEqual([]);
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
