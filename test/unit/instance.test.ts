import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { Made } from "./mocks";
import { SHELLS, ShellHost, until, VERSION } from "./shellContainer";

beforeAll(() => new Made().start());

/** Writes what it was given to a file, one argument a line. */
const SHOW = ["/bin/sh", "-c", 'printf "%s\\n" "$@" > "$0"; echo done'];

describe.each(SHELLS)("a container that waits for the keeper, in %s", (shell) => {
	it("says what it is, waits, and then is its command with exactly the arguments it was given", async () => {
		const host = new ShellHost();
		const output = join(host.directory, "arguments");
		const words = ["a b", "", 'say "hi"', "it's", "$HOME `id` \\n", "*", "é\ttab", "-n"];
		const app = await (await host.container("one", [...SHOW, output, ...words], { shell })).asking();
		expect(app.instance.version).toEqual(VERSION);
		expect(host.instances.asking().map(({ id }) => id)).toEqual(["one"]);
		await sleep(300);
		expect([existsSync(output), app.code]).toEqual([false, undefined]);
		app.instance.admit();
		await app.ended();
		expect([app.code, app.stdout, app.stderr]).toEqual([0, "done\n", ""]);
		expect(readFileSync(output, "utf8")).toBe(`${words.join("\n")}\n`);
	});

	it("becomes the command itself, which gets the signals and gives the exit code", async () => {
		const host = new ShellHost();
		const words = ["/bin/sh", "-c", "trap 'exit 7' TERM; echo ready $$; while :; do sleep 0.05; done"];
		const app = await (await host.container("one", words, { shell })).asking();
		app.instance.admit();
		await until(() => app.stdout.includes("ready"));
		expect(app.stdout).toBe(`ready ${app.pid}\n`);
		process.kill(app.pid, "SIGTERM");
		await app.ended();
		expect(app.code).toBe(7);
	});

	it("hears from the keeper which signal to send to its command", async () => {
		const host = new ShellHost();
		const words = ["/bin/sh", "-c", "trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done"];
		const app = await (await host.container("one", words, { shell })).asking();
		app.instance.admit();
		await until(() => app.stdout === "ready\n");
		expect(await app.instance.signal("TERM")).toBe(true);
		await app.ended();
		expect(app.code).toBe(7);
		expect(await app.instance.signal("TERM")).toBe(false);
	});

	it("asks anew at each start, and is not let in by what let the one before in", async () => {
		const host = new ShellHost();
		const output = join(host.directory, "out");
		const app = await host.container("one", [...SHOW, output, "x"], { shell });
		for (let round = 1; round <= 3; round += 1) {
			await app.asking();
			await sleep(250);
			expect([existsSync(output), app.instance.isAsking, await app.instance.mayRun()]).toEqual([false, true, false]);
			app.instance.admit();
			expect(app.instance.isAsking).toBe(false);
			await app.ended();
			expect([app.code, existsSync(output)]).toEqual([0, true]);
			rmSync(output);
		}
	});

	it("runs its migration with the secrets, gives its exit code, and goes on waiting", async () => {
		const host = new ShellHost();
		const secret = `it's "$HOME" \\ é`;
		const output = join(host.directory, "migrated with");
		const migration = [
			"/bin/sh",
			"-c",
			'printf "%s\\n" "$KEY" "$@" > "$0"; echo migrating; exit 9',
			output,
			"a 'b'",
			"",
		];
		const app = await host.container("one", [...SHOW, join(host.directory, "app"), "x"], {
			shell,
			migration,
			secrets: { KEY: secret },
		});
		await app.asking();
		expect(await app.instance.migrate()).toBe(9);
		expect(readFileSync(output, "utf8")).toBe(`${secret}\na 'b'\n\n`);
		await expect.poll(() => app.stdout).toBe("migrating\n");
		expect([app.instance.isAsking, await app.instance.mayRun()]).toEqual([true, false]);
		expect(await app.instance.migrate()).toBe(9);
		app.instance.admit();
		await app.ended();
		expect(app.stdout).toBe("migrating\nmigrating\ndone\n");
	});

	it("rehearses: runs its app, and ends with what it is told to say", async () => {
		const host = new ShellHost();
		const words = [
			"/bin/sh",
			"-c",
			"trap 'exit 5' TERM; echo ready \"$1\"; while :; do sleep 0.05; done",
			"sh",
			"a  b",
		];
		const app = await (await host.container("one", words, { shell, version: { kind: "rehearsal" } })).asking();
		const run = app.instance.tryApp();
		await until(() => app.stdout === "ready a  b\n");
		expect([await app.instance.mayRun(), app.instance.isFinished]).toEqual([true, false]);
		await app.instance.signal("TERM");
		expect(await run).toBe(5);
		app.instance.finish(3, ["holdfast: one", "holdfast: it's two"]);
		expect(app.instance.isFinished).toBe(true);
		await app.ended();
		expect([app.code, app.stdout]).toEqual([3, "ready a  b\nholdfast: one\nholdfast: it's two\n"]);
	});

	it("gets its secrets once it is let in, and only where it has a command of its own", async () => {
		const host = new ShellHost();
		const secret = `it's "$HOME" \\ é`;
		const output = join(host.directory, "out");
		const words = ["/bin/sh", "-c", 'printf %s "$KEY" > "$0"', output];
		for (const exportSecrets of [true, false]) {
			const app = await host.container("one", words, { shell, secrets: { KEY: secret }, exportSecrets });
			await app.asking();
			app.instance.admit();
			await app.ended();
			expect(readFileSync(output, "utf8")).toBe(exportSecrets ? secret : "");
		}
	});
});

describe("a container that waits for the keeper", () => {
	it("says what it waits for, and a rehearsal gives up in the end", async () => {
		const host = new ShellHost();
		const edit = (text: string) => text.replace("-eq 300", "-eq 2").replace("-gt 2100", "-gt 4");
		const never = join(host.directory, "never");
		const app = await host.container("one", [...SHOW, never], { edit, version: { kind: "rehearsal" } });
		app.start();
		await app.ended();
		expect(app.code).toBe(75);
		expect(app.stderr).toBe("holdfast: waiting for the keeper; docker logs shop-keeper says why\n");
		expect(existsSync(never)).toBe(false);
		// The app's own container is the one that serves next, however long it takes.
		const patient = await host.container("two", [...SHOW, never], { edit });
		await patient.asking();
		await sleep(1500);
		expect(patient.code).toBeUndefined();
	});

	it("waits in a shell whose sleep knows whole seconds only", async () => {
		const host = new ShellHost();
		const programs = join(host.directory, "programs");
		mkdirSync(programs);
		writeFileSync(
			join(programs, "sleep"),
			'#!/bin/sh\ncase "$1" in *.*) exit 1;; esac\necho "$1" >> "$0.log"\nexec /bin/sleep 0.05\n',
			{ mode: 0o755 },
		);
		const edit = (text: string) => text.replace(/^read -r id/, `PATH="${programs}:$PATH"; read -r id`);
		const app = await host.container("one", [...SHOW, join(host.directory, "out")], { edit });
		app.start();
		await until(() => existsSync(join(programs, "sleep.log")));
		app.instance.admit();
		await app.ended();
		expect(app.code).toBe(0);
		expect(readFileSync(join(programs, "sleep.log"), "utf8")).toMatch(/^(1\n)+$/);
	});

	it("does not run where it cannot ask, nor where it does not know its name", async () => {
		const host = new ShellHost();
		const output = join(host.directory, "out");
		const nameless = await host.container("one", [...SHOW, output], {
			edit: (text) => text.replaceAll("/etc/hostname", "/no/such/file"),
		});
		nameless.start();
		await nameless.ended();
		expect(nameless.code).toBe(75);
		const app = await host.container("two", [...SHOW, output]);
		rmSync(host.gate, { recursive: true });
		writeFileSync(host.gate, "");
		app.start();
		await app.ended();
		expect(app.code).toBe(75);
		expect(existsSync(output)).toBe(false);
	});
});
