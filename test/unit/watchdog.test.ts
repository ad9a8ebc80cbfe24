import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, type TestContext } from "vitest";
import {
	BEAT_FILE,
	BEAT_SECONDS,
	deadlinesOf,
	FREEZE_SECONDS,
	STOP_WORD,
	watchdogScript,
} from "../../components/watchdog";

const LEASE = 5;
const shells = [["dash"], ["busybox", "sh"], ["bash", "--posix"]].filter(([name]) => {
	return spawnSync(name as string, ["-c", "true"]).error === undefined || name === "dash";
});

/** An app under the watchdog, and the directory that it shares with a keeper. */
function watched({ onTestFinished }: TestContext, shell: string[], words: string[]) {
	const directory = mkdtempSync(join(tmpdir(), "watchdog-"));
	const beat = (word: string) => writeFileSync(join(directory, BEAT_FILE), `${word}\n`);
	beat("first");
	const begun = performance.now();
	const [command = "", ...args] = [...shell, "-c", watchdogScript(directory, LEASE), "sh", ...words];
	const child = spawn(command, args);
	let said = "";
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
	const ended = new Promise<{ code: number | null; seconds: number; said: string }>((resolve) => {
		child.on("close", (code) => resolve({ code, seconds: (performance.now() - begun) / 1000, said }));
	});
	onTestFinished(() => {
		child.kill("SIGKILL");
		rmSync(directory, { recursive: true });
	});
	return { child, beat, ended };
}

describe.each(shells.map((shell) => [shell.join(" "), shell] as const))("under %s, the watchdog", (_name, shell) => {
	it.concurrent("kills the app when nobody vouches for it any more, within the time that the lease leaves", async (context) => {
		const { beat, ended } = watched(context, shell, ["sleep", "60"]);
		for (let count = 0; count < 3; count += 1) {
			await sleep(BEAT_SECONDS * 1000);
			beat(`beat ${count}`);
		}
		const last = performance.now();
		const { code, seconds, said } = await ended;
		const { quiet, margin } = deadlinesOf(LEASE);
		const lasted = (performance.now() - last) / 1000;
		expect(seconds).toBeGreaterThan(1.5 + quiet);
		expect(lasted).toBeLessThan(margin);
		expect(code).toBe(137);
		expect(said).toContain("no longer vouches");
	});

	it.concurrent("kills it at once when it is told to", async (context) => {
		const { beat, ended } = watched(context, shell, ["sleep", "60"]);
		beat(STOP_WORD);
		expect((await ended).seconds).toBeLessThan(deadlinesOf(LEASE).quiet);
	});

	it.concurrent("ends as the app does, whatever it is and says", async (context) => {
		const { ended } = watched(context, shell, ["sh", "-c", 'echo "out $1"; exit 7', "sh", "a b"]);
		expect(await ended).toMatchObject({ code: 7, said: "out a b\n" });
	});

	it.concurrent("passes SIGTERM on, and waits for what the app does then", async (context) => {
		const script = 'trap "sleep 0.5; echo closed; exit 3" TERM; echo up; while :; do sleep 0.1; done';
		const { child, ended } = watched(context, shell, ["sh", "-c", script]);
		await new Promise((resolve) => child.stdout.once("data", resolve));
		child.kill("SIGTERM");
		expect(await ended).toMatchObject({ code: 3, said: "up\nclosed\n" });
	});
});

it.each([5, 6, 10, 30, 60, 3600])("for a lease of %d s, the app is dead before another can have it", (lease) => {
	const { quiet, margin } = deadlinesOf(lease);
	// The last beat, then the watchdog's time, one look of half a second and half a second of slack.
	expect(lease - margin + quiet + 0.5 + 0.5).toBeLessThanOrEqual(lease);
	// A beat that just came before its moment is seen to be the last one; a keeper that renews each third goes on.
	expect(lease / 3).toBeLessThan(lease - margin);
	expect(quiet).toBeGreaterThan(2 * BEAT_SECONDS);
	expect(FREEZE_SECONDS).toBeLessThan(lease - lease / 3);
});
