import { readFileSync, rmSync } from "node:fs";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Instance } from "../../components/keeper/deploy/instance";
import { type Deployed, RecordFile } from "../../components/keeper/deploy/record";
import { DeployScene } from "./deployScene";
import { until, VERSION } from "./shellContainer";

vi.mock("../../components/keeper/inspect", () => ({ inspect: vi.fn(), inspectWhenAsked: vi.fn() }));
vi.mock("../../components/keeper/restore", () => ({ restoreInPlace: vi.fn() }));
vi.mock("../../components/keeper/appHealth", () => ({ untilHealthy: vi.fn() }));

let scene: DeployScene;
beforeEach(() => {
	scene = new DeployScene();
});

describe("a deploy", () => {
	it("goes in an order that never leaves the data without a way back", async () => {
		await scene.served();
		const { outcome, lines } = await scene.deploy("two");
		expect(outcome).toMatchObject({ ok: true, instance: "two" });
		expect(scene.events).toEqual([
			// While the old version serves: can the store be reached at all?
			"prove",
			"close",
			"drained",
			"stop one",
			"prove",
			"snapshot",
			"copy",
			"migrate two",
			"admit two",
			"health two",
			"open",
		]);
		expect(scene.serving(scene.two)).toEqual([true, "two", undefined]);
		expect(scene.record.value.previous).toMatchObject({
			instance: "one",
			snapshot: expect.stringMatching(/^image-notes-one-20[\dT-]+Z$/),
			schema: "schema of before",
		});
		expect(readFileSync(scene.database, "utf8")).toBe("migrated by two");
		expect(scene.copies).toEqual([]);
		expect(lines.map((line) => line.replace(/^ *[\d.]+ s {2}/, ""))).toEqual([
			"the old version (notes:one) has stopped",
			expect.stringContaining("its last write is in the replica, as snapshot image-notes-one-"),
			"the migration is done",
			"it serves",
			expect.stringMatching(
				/^the door was closed for \d+\.\d\d s: requests [\d.]+, stop [\d.]+, copy [\d.]+, migration [\d.]+, start [\d.]+$/,
			),
		]);
	});

	it("has the way back in the record before the data is touched", async () => {
		await scene.served();
		scene.two.migration = () => {
			const { switching, current } = new RecordFile(scene.directory).value;
			expect(current?.instance).toBe("one");
			expect(switching).toMatchObject({ attempt: "attempt two", to: { instance: "two" } });
			expect(readFileSync(switching?.before?.copy ?? "", "utf8")).toBe("written by one");
			return 0;
		};
		expect((await scene.deploy("two")).outcome?.ok).toBe(true);
	});

	it("migrates only once both the replica and the copy have the last write, whichever takes longer", async () => {
		await scene.served();
		scene.copyTakes = 100;
		expect((await scene.deploy("two")).outcome).toMatchObject({ ok: true });
		expect(scene.events.filter((event) => /^(snapshot|copy|migrate two)$/.test(event))).toEqual([
			"snapshot",
			"copy",
			"migrate two",
		]);
		expect(scene.waiting).toBe(0);
	});

	it("of the first version, or without data, needs no way back", async () => {
		rmSync(scene.database);
		expect((await scene.deploy("one")).outcome).toMatchObject({ ok: true });
		expect(scene.events).toEqual(["close", "drained", "migrate one", "admit one", "health one", "open"]);
		expect(scene.record.value.previous).toBeUndefined();
	});

	it("runs no migration where there is none, and keeps the data of an older version as it is where that is wanted", async () => {
		await scene.served();
		scene.two.version = { ...VERSION, migrates: true, healthPath: "/", backTo: { data: "keep" } };
		await scene.deploy("two");
		expect(scene.events).not.toContain("migrate two");
		expect(readFileSync(scene.database, "utf8")).toBe("written by one");
		scene.events.splice(0);
		scene.one.version = { ...VERSION, migrates: false, healthPath: "/" };
		await scene.deploy("one", "again");
		expect(scene.events).not.toContain("migrate one");
	});

	it("back to a snapshot brings its data, with the replication at rest", async () => {
		await scene.served();
		scene.two.version = { ...VERSION, healthPath: "/", backTo: { snapshot: "newest" } };
		expect((await scene.deploy("two")).outcome?.ok).toBe(true);
		expect(scene.events.slice(scene.events.indexOf("copy"))).toEqual([
			"copy",
			"rest",
			"restore",
			"go on",
			"admit two",
			"health two",
			"open",
		]);
		expect(readFileSync(scene.database, "utf8")).toBe("of the snapshot");
	});

	it("of what serves already is done", async () => {
		await scene.served();
		expect((await scene.deploy("one", "another")).outcome?.ok).toBe(true);
		expect(scene.events).toEqual([]);
	});

	it("runs once for each attempt, however often it is asked after, also by the keeper that comes next", async () => {
		await scene.served();
		await scene.deploy("two");
		const { length } = scene.events;
		expect(scene.deploys.follow("attempt two", "two").outcome?.ok).toBe(true);
		scene.deploys = scene.keeper();
		expect(scene.deploys.follow("attempt two", "two").outcome?.ok).toBe(true);
		expect(scene.events).toHaveLength(length);
	});

	it("waits for another one's end", async () => {
		await scene.served();
		scene.two.version = undefined;
		scene.deploys.follow("first", "two");
		expect(() => scene.deploys.follow("second", "two")).toThrow("deploy-running");
		scene.two.version = { ...VERSION, healthPath: "/" };
		await until(() => scene.deploys.follow("first", "two").outcome !== undefined);
	});
});

describe("the version that waits to be let in again", () => {
	it("is the one that serves, after a crash, and none while a deploy is under way", async () => {
		await scene.served();
		expect(scene.deploys.waiting).toBeUndefined();
		scene.one.runs = false;
		scene.one.isAsking = true;
		expect(scene.deploys.waiting).toBe(scene.one);
		scene.record.update({ switching: { attempt: "a", to: { instance: "two", version: VERSION, since: "" } } });
		expect(scene.deploys.waiting).toBeUndefined();
	});

	it("is let in again only where no deploy has begun since it was looked at", async () => {
		await scene.served();
		scene.one.isAsking = true;
		scene.events.splice(0);
		scene.record.update({ switching: { attempt: "other", to: { ...(scene.record.value.current as Deployed) } } });
		await scene.deploys.admitAgain(scene.one as unknown as Instance);
		expect(scene.events).toEqual([]);
		scene.record.update({ switching: undefined });
		await scene.deploys.admitAgain(scene.one as unknown as Instance);
		expect(scene.events.at(-1)).toBe("admit one");
	});

	it("is none before the first deploy", () => {
		expect(scene.deploys.waiting).toBeUndefined();
	});
});
