import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { answering } from "../../tools/prove/load";
import { MigrationScene, NOTES, REHEARSES, TAGS } from "./migrationScene";
import { dockerOutput, succeeds } from "./testStack";

/** SQLite changes a table by making it anew: dropping the old one takes along what points at its rows. */
const CASCADE = 'with op.batch_alter_table("notes") as table:\n    table.alter_column("text", nullable=True)';
const HALF = "op.execute(\"UPDATE notes SET text = 'half' WHERE id % 2 = 0\")\nop.get_bind().connection.commit()";

it("faults 19 and 20: a rehearsal that finds anything wrong blocks the deploy, and the old version answers throughout", async () => {
	const scene = await MigrationScene.make();
	const before = await scene.fingerprint();
	const blocked = async (said: string | RegExp, deploy?: object) => {
		const { result, answers, asked } = await scene.during(() => scene.stack.up());
		expect(result.output).toMatch(said);
		expect(result.output).toContain("the version of before serves");
		expect(result.code).not.toBe(0);
		expect([...answers], `${deploy}`).toEqual(["1"]);
		expect(asked).toBeGreaterThan(20);
		expect(await scene.fingerprint()).toBe(before);
	};
	scene.next({ migration: CASCADE });
	await blocked(new RegExp(`the table tags has lost ${TAGS} rows: ${TAGS} before, 0 after`));
	scene.next({ migration: `${HALF}\nos.kill(os.getpid(), signal.SIGKILL)` });
	await blocked("the migration failed on a copy of the data: exit code 137");
	scene.next({ migration: 'op.drop_table("tags")' });
	await blocked(`the table tags is gone, with ${TAGS} rows`);
	scene.next({ program: 'sys.exit("this version does not start")' });
	await blocked(
		/the new version does not become healthy on a copy of the data: it ended with exit code [\s\S]*this version does not start/,
	);

	// Named in the configuration, the loss is meant.
	scene.next({ migration: 'op.drop_table("tags")' }, { mayLose: ["tags"] });
	const { code, output } = await scene.stack.up();
	expect(output).toContain(`- table tags, ${TAGS} rows`);
	expect(code).toBe(0);
	expect(await scene.rows("notes")).toBe(NOTES);
});

it("fault 19: a new version that fails on the real data leaves the data and the version of before", async () => {
	const scene = await MigrationScene.make();
	const before = await scene.fingerprint();
	const back = async (said: string | RegExp, during: () => Promise<void> = async () => {}) => {
		const [result] = await Promise.all([scene.stack.up(), during()]);
		expect(result.output).toMatch(said);
		expect(result.code).not.toBe(0);
		expect(await scene.health()).toBe("1");
		expect(await scene.fingerprint()).toBe(before);
	};
	scene.next({ migration: `${HALF}\nif not ${REHEARSES}:\n    os.kill(os.getpid(), signal.SIGKILL)` });
	await back("the migration failed with exit code 137");
	scene.next({ migration: HALF, program: `if not ${REHEARSES}:\n    sys.exit("not on the real data")` });
	await back(/the new version does not become healthy: it ended by itself[\s\S]*not on the real data/);

	// The keeper dies in the middle: the next one finds what was begun.
	scene.next({ migration: `${HALF}\nif not ${REHEARSES}:\n    time.sleep(8)` });
	const snapshots = async () => (await scene.keeperLog()).match(/as snapshot image-/g)?.length ?? 0;
	const taken = await snapshots();
	await back("the keeper was stopped in the middle of it", async () => {
		for (const end = Date.now() + 120_000; (await snapshots()) === taken && Date.now() < end; ) await sleep(100);
		await sleep(1000);
		await dockerOutput("kill", "--signal=KILL", `${scene.stack.container}-keeper`);
		await dockerOutput("start", `${scene.stack.container}-keeper`);
	});

	// Mended, it can be run again.
	scene.next({ migration: HALF });
	expect(await scene.stack.up()).toMatchObject({ code: 0, output: expect.stringContaining("the migration took") });
	expect(await scene.rows("notes WHERE text = 'half'")).toBe(NOTES / 2);
});

it("faults 21 and 22: a rollback after a migration is a choice between two costs; older data is migrated again", async () => {
	const scene = await MigrationScene.make();
	const { stack } = scene;
	const rollback = (...options: string[]) => stack.tool("rollback", ...options, "--stack", stack.name);
	expect(await rollback()).toMatchObject({ code: 1, output: expect.stringContaining("knows of no version before") });

	// Without a migration there is no choice to make.
	expect(await scene.next({}).stack.up()).toMatchObject({ code: 0 });
	const plain = await rollback();
	expect(plain.output).toContain("serves again");
	expect([plain.code, await scene.health()]).toEqual([0, "1"]);

	scene.next({ migration: 'op.add_column("notes", sa.Column("stars", sa.Integer, server_default="0"))' });
	expect(await stack.up()).toMatchObject({ code: 0, output: expect.stringContaining("+stars") });
	await scene.python(
		"connection.executemany(\"INSERT INTO notes (text, created_at) VALUES (?, '2026')\", [(str(n),) for n in range(7)])",
	);
	await scene.python("connection.execute(\"UPDATE tags SET name = 'changed' WHERE id <= 3\")");
	const refused = await rollback();
	expect(refused.output).toContain(
		"it leaves out 11 rows (alembic_version 1, notes 7, tags 3) written or changed since; 4 rows (alembic_version 1, tags 3) deleted or changed since are as they were",
	);
	expect([refused.code, await scene.health()]).toEqual([1, "3"]);

	const kept = await rollback("--keep-data");
	expect([kept.code, await scene.health(), await scene.rows("notes")]).toEqual([0, "1", NOTES + 7]);

	expect(await stack.up()).toMatchObject({ code: 0 });
	await scene.python('connection.execute("DELETE FROM notes WHERE id > 10")');
	const gone = await rollback("--to-snapshot");
	expect(gone.output).toContain("serves again");
	expect([gone.code, await scene.health(), await scene.rows("notes")]).toEqual([0, "1", NOTES + 7]);

	// A version under which older data is put is brought to its schema before it starts.
	await succeeds(stack.tool("command", "snapshot", "before-stars", "--stack", stack.name));
	scene.next({ onTop: true, migration: 'op.add_column("tags", sa.Column("stars", sa.Integer, server_default="0"))' });
	await succeeds(stack.up());
	const app = await stack.app();
	await dockerOutput("stop", app);
	await succeeds(stack.tool("restore", "--to", "before-stars", "--in-place", "--stack", stack.name));
	await dockerOutput("start", app);
	expect(await answering(stack.url)).toBe("4");
	expect(await scene.rows("tags WHERE stars = 0")).toBe(TAGS);
});
