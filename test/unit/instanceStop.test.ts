import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { Made } from "./mocks";
import { FOREVER, politely, running, SHELLS, ShellHost, until } from "./shellContainer";

beforeAll(() => new Made().start());

const stubborn = ["/bin/sh", "-c", `trap '' TERM; echo ready; ${FOREVER}`];

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

	it("is over as soon as nothing of it runs, before Docker has started it again", async () => {
		const host = new ShellHost();
		const app = await running(host, "one", politely);
		let woken = 0;
		await app.instance.stop(30, () => {
			woken += 1;
		});
		expect([app.ends, app.instance.isAsking]).toEqual([1, false]);
		expect(woken).toBeGreaterThan(0);
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

	it("waits for an app that kills all that it has not started itself and then finishes what it does", async () => {
		for (const shell of SHELLS) {
			const host = new ShellHost();
			const kills = `trap 'read -r pid < ${join(host.gate, "one", "hearing")}; kill -9 $pid; sleep 1; echo done; exit 0' TERM`;
			const app = await running(host, "one", ["/bin/sh", "-c", `${kills}; echo ready; ${FOREVER}`], { shell });
			await app.instance.stop(10);
			expect([shell, app.stdout]).toEqual([shell, "ready\ndone\n"]);
		}
	});

	it("does not take a migration for ended where nobody listens in it any more", async () => {
		const host = new ShellHost();
		const app = await (await host.container("one", politely, { migration: ["/bin/sh", "-c", FOREVER] })).asking();
		const migrated = app.instance.migrate();
		const hearing = join(host.gate, "one", "hearing");
		await until(() => existsSync(hearing) && readFileSync(hearing, "utf8").trim() !== "");
		process.kill(Number(readFileSync(hearing, "utf8")), "SIGKILL");
		await sleep(100);
		expect(await app.instance.mayRun()).toBe(true);
		app.remove();
		expect(await migrated).toBeUndefined();
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
