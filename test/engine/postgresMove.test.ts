import { expect, it } from "vitest";
import type { Status } from "../../components/keeper/status";
import { type Acknowledged, Load, lost } from "../../tools/prove/load";
import { SAMPLE_APP } from "../../tools/prove/sampleApp";
import { dockerOutput, succeeds, TestStack } from "./testStack";

/** Rows that the data begins with. */
const NOTES = 100_000;

it("an app under write load moves to Postgres and back: every row is proven, and no acknowledged write is lost", async () => {
	const stack = (await TestStack.make()).configure({}, { postgres: { memoryMiB: 128 } });
	await succeeds(stack.up());
	await dockerOutput(
		"exec",
		await stack.app(),
		"python3",
		"-c",
		`import sqlite3
connection = sqlite3.connect("/app/data/notes.db", isolation_level=None, timeout=30)
connection.execute("BEGIN")
connection.executemany("INSERT INTO notes (id, text, created_at) VALUES (?, ?, '2026-01-01 00:00:00')", ((n, f"note {n}") for n in range(1, ${NOTES} + 1)))
connection.execute("COMMIT")`,
	);
	const written: Acknowledged[] = [];
	/** Deploys while others write, and returns what it said and how long the door was closed. */
	const underLoad = async (rest: Record<string, unknown>, app: Record<string, unknown> = {}) => {
		const load = new Load(stack.url, { writers: 4, prefix: JSON.stringify(rest) });
		const { code, output } = await stack.change(app, rest).finally(() => load.stop());
		if (code !== 0) throw new Error(output);
		written.push(...load.acknowledged);
		// On a machine that is busy with other things, a pause can be longer than a client waits; no other failure is allowed.
		expect([...load.reasons].filter((reason) => !reason.startsWith("TimeoutError"))).toEqual([]);
		expect(load.acknowledged.length).toBeGreaterThan(50);
		const pause = Number(/the door was closed for ([\d.]+) s/.exec(await stack.saidBy("deploy"))?.[1]);
		console.log(`${JSON.stringify(rest)}: ${load.acknowledged.length} writes, the door was closed for ${pause} s`);
		return { output, pause };
	};
	const status = async () =>
		JSON.parse(await succeeds(stack.tool("command", "status", "--json", "--stack", stack.name))) as Status;

	// All but the switch, while SQLite serves.
	const rehearsed = await underLoad({}, { build: { context: SAMPLE_APP, args: { VERSION: "2" } } });
	expect(rehearsed.output).toContain("the move to Postgres was rehearsed");
	expect((await status()).move).toMatchObject({ serves: "sqlite", states: { rehearsed: expect.any(String) } });

	const { output } = await underLoad({ database: "postgres" });
	expect(output).toContain("the move to Postgres was rehearsed");
	const moved = await status();
	expect(moved.move).toMatchObject({
		serves: "postgres",
		states: { copied: expect.any(String), verified: expect.any(String), switched: expect.any(String) },
	});
	expect(moved.move?.report?.rows).toBeGreaterThan(NOTES);
	expect(moved.healthy).toBe(true);
	expect(await lost(stack.url, written)).toEqual([]);

	// A keeper that is started again lets the app in where its data is.
	const [keeper, app] = [`${stack.container}-keeper`, await stack.app()];
	await dockerOutput("restart", "--time=20", keeper, app);
	expect(await lost(stack.url, written)).toEqual([]);

	// Without a word on them, the rows that were written since block the way back.
	const blocked = await stack.change({}, { database: "sqlite" });
	expect(blocked.output).toMatch(/rows were written or changed in Postgres since the switch \(notes \d+/);
	expect(blocked.code).not.toBe(0);

	await underLoad({ database: "sqlite", postgres: { memoryMiB: 128, return: "copy" } });
	expect((await status()).move).toMatchObject({ serves: "sqlite", states: { returned: expect.any(String) } });
	expect(await lost(stack.url, written)).toEqual([]);
	expect(await succeeds(stack.up())).toContain("No change.");
}, 600_000);
