import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { withDefaults } from "../../components/app";
import { GATE_PATH, imageProcess, processOf } from "../../components/docker/waiting";
import { Gate } from "../../components/keeper/gate";
import { FakeDockerCli, IMAGE_PROCESS } from "./dockerCliFake";
import { failuresOf, Made, resolved } from "./mocks";

vi.mock("../../components/docker/cli", () => vi.importActual("./dockerCliFake"));

let directory: string;
let gate: string;
const started: ChildProcess[] = [];
beforeAll(() => new Made().start());
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "holdfast-waiting-"));
	gate = join(directory, "gate");
	mkdirSync(gate);
	FakeDockerCli.image = IMAGE_PROCESS;
});
afterEach(() => {
	for (const child of started.splice(0)) child.kill("SIGKILL");
	rmSync(directory, { recursive: true, force: true });
});

const app = (secrets: Record<string, string> = {}) =>
	withDefaults({ image: "a", port: 1, data: { mountPath: "/d", databaseFile: "x" }, secrets });

/** The script that a container behind the gate runs, with its paths in the temporary directory. */
function script(exportSecrets = false, secrets = {}): string[] {
	const { entrypoints } = processOf(app(secrets), [], { keeper: "shop-keeper", exportSecrets });
	return (entrypoints as string[]).map((word) =>
		word.replaceAll(GATE_PATH, gate).replaceAll("/run/secrets", join(directory, "secrets")),
	);
}

/** Writes what it was given to a file, one argument a line. */
const SHOW = ["/bin/sh", "-c", 'printf "%s\\n" "$@" > "$0"; echo done'];

function start(words: string[], edit = (text: string) => text, options: { secrets?: Record<string, string> } = {}) {
	const [shell = "", ...rest] = script(options.secrets !== undefined, options.secrets).map(edit);
	const child = spawn(shell, [...rest, ...words], { stdio: ["ignore", "pipe", "pipe"] });
	started.push(child);
	const found = { code: undefined as number | null | undefined, stdout: "", stderr: "" };
	child.stdout.on("data", (chunk) => {
		found.stdout += chunk;
	});
	child.stderr.on("data", (chunk) => {
		found.stderr += chunk;
	});
	child.on("close", (code) => {
		found.code = code;
	});
	return found;
}
async function until(holds: () => boolean, seconds = 5): Promise<void> {
	const end = performance.now() + seconds * 1000;
	while (!holds()) {
		if (performance.now() > end) throw new Error(`not within ${seconds} s: ${holds}`);
		await sleep(10);
	}
}
const asks = () => existsSync(join(gate, "ask"));

describe("a container behind the gate", () => {
	it("asks, waits to be let in, and then is its command with exactly the arguments it was given", async () => {
		const output = join(directory, "arguments");
		const words = ["a b", "", 'say "hi"', "it's", "$HOME `id` \\n", "*", "é\ttab", "-n"];
		const app = start([...SHOW, output, ...words]);
		await until(asks);
		await sleep(300);
		expect([existsSync(output), app.code]).toEqual([false, undefined]);
		new Gate(join(gate, "open")).admit();
		await until(() => app.code !== undefined);
		expect(app).toEqual({ code: 0, stdout: "done\n", stderr: "" });
		expect(readFileSync(output, "utf8")).toBe(`${words.join("\n")}\n`);
	});

	it("becomes the command itself, which gets the signals and gives the exit code", async () => {
		const app = start(["/bin/sh", "-c", "trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done"]);
		await until(asks);
		new Gate(join(gate, "open")).admit();
		await until(() => app.stdout === "ready\n");
		started.at(-1)?.kill("SIGTERM");
		await until(() => app.code !== undefined);
		expect(app.code).toBe(7);
	});

	it("asks anew at each start, and is not let in by what let the one before in", async () => {
		const keeper = new Gate(join(gate, "open"));
		keeper.admit();
		for (let round = 1; round <= 3; round += 1) {
			const output = join(directory, `round-${round}`);
			const app = start([...SHOW, output, "x"]);
			await until(asks);
			expect(existsSync(join(gate, "open"))).toBe(false);
			await sleep(250);
			expect([existsSync(output), keeper.isAsked, keeper.isOpen]).toEqual([false, true, false]);
			keeper.admit();
			expect([keeper.isAsked, keeper.isOpen]).toEqual([false, true]);
			await until(() => app.code !== undefined);
			expect([app.code, existsSync(output)]).toEqual([0, true]);
		}
	});

	it("says what it waits for, and gives up in the end, so that its restart begins anew", async () => {
		const sooner = (text: string) => text.replace("-eq 50", "-eq 2").replace("-gt 6000", "-gt 4");
		const app = start([...SHOW, join(directory, "never")], sooner);
		await until(() => app.code !== undefined);
		expect(app.code).toBe(75);
		expect(app.stderr).toBe("holdfast: waiting for the keeper to check the data; docker logs shop-keeper says why\n");
		expect(existsSync(join(directory, "never"))).toBe(false);
	});

	it("waits in a shell whose sleep knows whole seconds only", async () => {
		const programs = join(directory, "programs");
		mkdirSync(programs);
		writeFileSync(
			join(programs, "sleep"),
			'#!/bin/sh\ncase "$1" in *.*) exit 1;; esac\necho "$1" >> "$0.log"\nexec /bin/sleep 0.05\n',
			{ mode: 0o755 },
		);
		const app = start([...SHOW, join(directory, "out")], (text) =>
			text.replace(/^rm -f/, `PATH="${programs}:$PATH"; rm -f`),
		);
		await until(() => existsSync(join(programs, "sleep.log")));
		new Gate(join(gate, "open")).admit();
		await until(() => app.code !== undefined);
		expect(app.code).toBe(0);
		expect(readFileSync(join(programs, "sleep.log"), "utf8")).toMatch(/^(1\n)+$/);
	});

	it("does not run where it cannot ask", async () => {
		rmSync(gate, { recursive: true });
		const app = start([...SHOW, join(directory, "out")]);
		await until(() => app.code !== undefined);
		expect(app.code).not.toBe(0);
		expect(existsSync(join(directory, "out"))).toBe(false);
	});

	it("gets its secrets once it is let in, whatever characters they have", async () => {
		mkdirSync(join(directory, "secrets"));
		const secret = `it's "$HOME" \\ é`;
		writeFileSync(join(directory, "secrets", "KEY"), secret);
		const output = join(directory, "out");
		const app = start(["/bin/sh", "-c", 'printf %s "$KEY" > "$0"', output], undefined, { secrets: { KEY: "x" } });
		await until(asks);
		new Gate(join(gate, "open")).admit();
		await until(() => app.code !== undefined);
		expect(readFileSync(output, "utf8")).toBe(secret);
	});
});

describe("a container without a gate and without secrets", () => {
	it("runs its words directly, without a shell", async () => {
		const { entrypoints, command } = processOf(app(), ["gunicorn", "app", "-b"], { exportSecrets: true });
		expect(await resolved(pulumi.output(entrypoints))).toEqual(["gunicorn"]);
		expect(await resolved(pulumi.output(command))).toEqual(["app", "-b"]);
	});
});

describe("what an image runs by itself", () => {
	const of = (image = "sha256:a") => imageProcess(pulumi.output(image), undefined);

	it("is its entry point and then its command, either of which may be missing", async () => {
		expect(await resolved(of())).toEqual(["/entry.sh", "--fast", "serve", "all of it"]);
		FakeDockerCli.image = { Entrypoint: null, Cmd: null };
		expect(await resolved(of())).toEqual([]);
	});

	it("cannot be known of an image that is gone", async () => {
		FakeDockerCli.image = undefined;
		expect(await failuresOf(() => of())).toContain("the image sha256:a is gone from the Docker host: run npm run up");
	});
});
