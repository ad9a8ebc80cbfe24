import { existsSync, readFileSync, rmSync } from "node:fs";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Instance } from "../../components/keeper/deploy/instance";
import type { Version } from "../../components/keeper/deploy/version";
import { Refusal } from "../../components/keeper/refusal";
import { DeployScene } from "./deployScene";
import { VERSION } from "./shellContainer";

vi.mock("../../components/keeper/inspect", () => ({ inspect: vi.fn(), inspectWhenAsked: vi.fn() }));
vi.mock("../../components/keeper/restore", () => ({ restoreInPlace: vi.fn() }));
vi.mock("../../components/keeper/appHealth", () => ({ untilHealthy: vi.fn() }));

let scene: DeployScene;
beforeEach(() => {
	scene = new DeployScene();
});

const version = (more: Partial<Version>): Version => ({ ...VERSION, healthPath: "/health", ...more });
const onPostgres = (more: Partial<Version> = {}) =>
	version({ database: "postgres", move: { rehearse: true }, ...more });
const onSqlite = (move: Partial<Version["move"]> = {}) =>
	version({ database: "sqlite", move: { rehearse: true, ...move } });
const WRITTEN = [{ table: "notes", onlyPostgres: 4, onlySqlite: 1 }];

/** One serves on SQLite, and two moves to Postgres. */
async function moved(): Promise<void> {
	await scene.served();
	scene.two.version = onPostgres({ imageName: "notes:two" });
	expect((await scene.deploy("two")).outcome).toMatchObject({ ok: true });
	scene.events.splice(0);
}

describe("a deploy that moves to Postgres", () => {
	it("makes the tables while the old version serves, and lets the new one in when all rows are proven", async () => {
		await scene.served();
		scene.two.version = onPostgres({ move: { rehearse: true, replace: { "notes.text": "NULL" } } });
		const { outcome, lines } = await scene.deploy("two");
		expect(outcome).toMatchObject({ ok: true });
		expect(scene.events).toEqual([
			"prove",
			"prepare known",
			"migrate two on postgres",
			"baseline",
			"copy",
			'copy "written by one" to Postgres{"notes.text":"NULL"}',
			"close",
			"drained",
			"stop one",
			"prove",
			"snapshot",
			'copy "changes since written by one" to Postgres{"notes.text":"NULL"}',
			// A host that is lost from here on must not come back with SQLite.
			"manifest postgres",
			"let in",
			"admit two on postgres",
			"health two",
			// The dumps of before have nothing of these rows.
			"ask for a dump",
			"open",
		]);
		const { current, previous, moving } = scene.record.value;
		expect([current?.instance, current?.database, previous?.instance, previous?.database]).toEqual([
			"two",
			"postgres",
			"one",
			undefined,
		]);
		expect(previous?.snapshot).toMatch(/^image-notes-one-/);
		expect(moving).toEqual({
			copied: expect.stringMatching(/^20/),
			verified: moving?.copied,
			switched: expect.stringMatching(/^20/),
			replace: { "notes.text": "NULL" },
			report: {
				key: "postgres/2026-11-22T12-00-00-000Z.json",
				rows: 3,
				tables: 1,
				seconds: 3,
				direction: "to-postgres",
			},
		});
		expect(JSON.parse(scene.store.objects.get(moving?.report?.key ?? "")?.content ?? "")).toMatchObject({
			verified: true,
		});
		const said = lines.join("\n");
		expect(said).toContain("1 table with 3 rows are in Postgres, and every row is the same on both sides");
		expect(said).toContain("notes: due: text as date");
		expect(said).toContain("notes.text: 2 values replaced, as you said");
		expect(said).toContain("only on one side, and left alone: old (SQLite)");
		expect(lines.at(-1)).toMatch(/the door was closed for \d/);
		// The file is as it was.
		expect(readFileSync(scene.database, "utf8")).toBe("written by one");
		expect(scene.copies).toEqual([]);
	});

	it("of an app that never had data begins there, and copies nothing", async () => {
		rmSync(scene.database);
		scene.one.version = onPostgres();
		expect((await scene.deploy("one")).outcome).toMatchObject({ ok: true });
		expect(scene.events.join()).not.toContain("copy");
		expect(scene.events.slice(0, 3)).toEqual(["prepare unknown", "migrate one on postgres", "baseline"]);
		expect(scene.record.value.current?.database).toBe("postgres");
		expect(scene.record.value.moving?.switched).toBeDefined();
		expect(scene.record.value.moving?.copied).toBeUndefined();
	});

	it.each<[string, () => void, string, boolean]>([
		["a server that does not answer", () => (scene.unreachable = "ECONNREFUSED"), "Postgres does not answer", false],
		["a migration that fails", () => (scene.two.migration = 3), "failed on Postgres with exit code 3", false],
		["a migration whose container ends", () => (scene.two.migration = undefined), "ended during its migration", false],
		[
			"settled before it was made",
			() => (scene.two.version = onPostgres({ move: { rehearse: false, settled: true } })),
			"the move has not been made",
			false,
		],
		[
			"a snapshot to go back to",
			() => (scene.two.version = onPostgres({ backTo: { snapshot: "x" } })),
			"a snapshot is one of SQLite",
			false,
		],
		[
			"a value",
			() => (scene.moveFails = new Refusal("restore-target", "notes.text 7 is NUL", "replace")),
			"NUL",
			false,
		],
		["a copy of the data", () => (scene.copyFails = new Error("no room")), "no room", false],
		["a value that came since", () => (scene.restFails = new Error("notes.text 8 is NUL")), "8 is NUL", true],
		["an app that is ill", () => (scene.ill.two = "it answers 500"), "it answers 500", true],
	])("and fails by %s leaves SQLite serving", async (_what, goesWrong, reason, wasClosed) => {
		await scene.served();
		scene.two.version = onPostgres();
		goesWrong();
		const { outcome, lines } = await scene.deploy("two");
		expect(outcome).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
		expect(scene.serving(scene.one)).toEqual([true, "one", undefined]);
		expect(scene.record.value.current?.database).toBeUndefined();
		expect(readFileSync(scene.database, "utf8")).toBe("written by one");
		expect(scene.events.includes("close")).toBe(wasClosed);
		expect(scene.manifest?.moved).toBeUndefined();
		expect(scene.copies).toEqual([]);
		if (!wasClosed) return;
		expect(scene.events).toContain("admit one");
		expect(scene.events.at(-1)).toBe("set aside");
		expect(lines.join("\n")).toContain("what it wrote to Postgres is in the database notes_set_aside_x");
	});
});

it("serves on Postgres, and sets nothing aside there, where a state of the move cannot be written down", async () => {
	await scene.served();
	scene.two.version = onPostgres();
	const update = scene.record.update.bind(scene.record);
	vi.spyOn(scene.record, "update").mockImplementation((changes) => {
		if (changes.moving?.switched !== undefined) throw new Error("no space left on the disk");
		update(changes);
	});
	const { outcome, lines } = await scene.deploy("two");
	expect(scene.events).not.toContain("set aside");
	expect(scene.events).toContain("ask for a dump");
	expect(outcome).toMatchObject({ ok: true });
	expect(lines.join("\n")).toContain("warning: the state of the move could not be written down: no space left");
	expect(scene.serving(scene.two)).toEqual([true, "two", undefined]);
	expect(scene.manifest?.moved).toBeDefined();
});

describe("a deploy on Postgres", () => {
	it("dumps, migrates, and leaves SQLite alone", async () => {
		await moved();
		scene.one.version = onPostgres();
		expect((await scene.deploy("one", "next")).outcome).toMatchObject({ ok: true });
		expect(scene.events).toEqual([
			"close",
			"drained",
			"stop two",
			"let in",
			"dump",
			"migrate one on postgres",
			"admit one on postgres",
			"health one",
			"open",
		]);
		expect(scene.record.value.previous?.snapshot).toBeUndefined();
		expect(readFileSync(scene.database, "utf8")).toBe("written by one");
	});

	it.each<[string, () => void]>([
		["a dump", () => (scene.dumpFails = new Error("no room"))],
		["a migration", () => (scene.one.migration = 1)],
		["an app that is ill", () => (scene.ill.one = "ill")],
	])("that fails by %s has the old version serve again, on Postgres", async (what, goesWrong) => {
		await moved();
		scene.one.version = onPostgres();
		goesWrong();
		const { outcome, lines } = await scene.deploy("one", "next");
		expect(outcome?.ok).toBe(false);
		expect(scene.events).toContain("admit two on postgres");
		expect(scene.events.includes("migrate one on postgres")).toBe(what !== "a dump");
		expect(scene.serving(scene.two)).toEqual([true, "two", undefined]);
		const named = "the dump of before is postgres/dumps/2026-11-22T13-00-00Z.dump";
		expect(lines.join("\n").includes(named)).toBe(what !== "a dump");
	});

	it("is refused while the old version serves where Postgres is not the one that has the data", async () => {
		await moved();
		scene.one.version = onPostgres();
		scene.lost = new Refusal("data-gone", "it has no table", "bring it back");
		expect((await scene.deploy("one", "next")).outcome?.reason).toContain("it has no table");
		expect(scene.events).toEqual([]);
		expect(scene.serving(scene.two)).toEqual([true, "two", undefined]);
	});

	it("settles the move, and then no setting leads back", async () => {
		await moved();
		scene.one.version = onPostgres({ move: { rehearse: false, settled: true } });
		await scene.deploy("one", "next");
		expect(scene.record.value.moving).toMatchObject({ switched: expect.anything(), settled: expect.anything() });
		scene.two.version = onSqlite({ return: "copy" });
		expect((await scene.deploy("two", "back")).outcome?.reason).toContain("no setting leads back");
	});

	it("lets the version that serves in again on Postgres, whatever the file is", async () => {
		await moved();
		scene.two.isAsking = true;
		await scene.deploys.admitAgain(scene.two as unknown as Instance);
		expect(scene.events).toEqual(["admit two on postgres"]);
	});
});

describe("a deploy that goes back to SQLite", () => {
	it("goes on with the file as it is where nothing was written since", async () => {
		await moved();
		scene.one.version = onSqlite();
		expect((await scene.deploy("one", "back")).outcome).toMatchObject({ ok: true });
		expect(scene.events).toEqual([
			"prove",
			"compare",
			"close",
			"drained",
			"stop two",
			"prove",
			"snapshot",
			"copy",
			"migrate one",
			"compare",
			"admit one",
			"health one",
			"manifest sqlite",
			"open",
		]);
		expect(scene.record.value).toMatchObject({ current: { database: "sqlite" } });
		expect(scene.record.value.moving?.returned).toMatch(/^20/);
	});

	it("is refused, with the numbers, where rows were written since and nothing is said of them", async () => {
		await moved();
		scene.one.version = onSqlite();
		scene.differences = [WRITTEN];
		const { outcome } = await scene.deploy("one", "back");
		expect(outcome?.reason).toContain("written or changed in Postgres since the switch (notes 4)");
		expect(outcome?.reason).toContain("return: copy");
		expect(scene.events).toEqual(["prove", "compare"]);
		// Also where they came between the look and the stop.
		scene.differences = [[], WRITTEN];
		expect((await scene.deploy("one", "again")).outcome?.ok).toBe(false);
		expect(scene.serving(scene.two)).toEqual([true, "two", undefined]);
		expect(scene.events).toContain("admit two on postgres");
		expect(readFileSync(scene.database, "utf8")).toBe("written by one");
	});

	it.each(["copy", "leave"] as const)("with return: %s does so", async (what) => {
		await moved();
		scene.one.version = onSqlite({ return: what });
		scene.differences = [WRITTEN];
		const { outcome, lines } = await scene.deploy("one", "back");
		expect(outcome).toMatchObject({ ok: true });
		expect(scene.events.includes("copy to SQLite")).toBe(what === "copy");
		expect(lines.join("\n")).toContain(
			what === "copy" ? "1 table with 3 rows are in SQLite" : "the rows written since stay in Postgres",
		);
		expect(scene.manifest?.moved).toBeUndefined();
		// The next move begins anew.
		scene.events.splice(0);
		scene.two.version = onPostgres();
		await scene.deploy("two", "once more");
		expect(scene.events).toContain("prepare known");
		expect(scene.record.value.moving?.returned).toBeUndefined();
	});

	it("needs no server to leave the rows there", async () => {
		await moved();
		scene.unreachable = "ECONNREFUSED";
		scene.one.version = onSqlite();
		expect((await scene.deploy("one", "back")).outcome?.reason).toContain("Postgres does not answer");
		scene.one.version = onSqlite({ return: "leave" });
		expect((await scene.deploy("one", "again")).outcome).toMatchObject({ ok: true });
	});

	it("that fails goes on with Postgres, and the file is as it was", async () => {
		await moved();
		scene.one.version = onSqlite({ return: "copy" });
		scene.differences = [WRITTEN];
		scene.moveFails = new Error("a row does not fit");
		expect((await scene.deploy("one", "back")).outcome?.reason).toContain("a row does not fit");
		expect(scene.serving(scene.two)).toEqual([true, "two", undefined]);
		expect(scene.events).toContain("admit two on postgres");
		expect(scene.manifest?.moved).toBeDefined();
		expect(readFileSync(scene.database, "utf8")).toBe("written by one");
		expect(existsSync(scene.database)).toBe(true);
	});
});
