import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { RecordFile } from "../../components/keeper/deploy/record";
import { Refusal } from "../../components/keeper/refusal";
import { DeployScene } from "./deployScene";
import { until } from "./shellContainer";

vi.mock("../../components/keeper/inspect", () => ({ inspect: vi.fn(), inspectWhenAsked: vi.fn() }));
vi.mock("../../components/keeper/restore", () => ({ restoreInPlace: vi.fn() }));
vi.mock("../../components/keeper/appHealth", () => ({ untilHealthy: vi.fn() }));

let scene: DeployScene;
beforeEach(() => {
	scene = new DeployScene();
});

describe("a deploy that fails", () => {
	/** All is as it was: the old version serves, on its data. */
	function isAsBefore(): void {
		expect(scene.serving(scene.one)).toEqual([true, "one", undefined]);
		expect(scene.two.runs).toBe(false);
		expect(readFileSync(scene.database, "utf8")).toBe("written by one");
		expect(scene.copies).toEqual([]);
		expect(scene.waiting).toBe(0);
		// Whatever happened, nobody waits at the door for ever.
		expect(scene.events.filter((event) => event === "open")).toHaveLength(
			scene.events.filter((event) => event === "close").length,
		);
		expect(scene.events.filter((event) => event === "go on")).toHaveLength(
			scene.events.filter((event) => event === "rest").length,
		);
	}

	it.each<[string, () => void, string, boolean]>([
		[
			"by a migration that fails",
			() => {
				scene.two.migration = 3;
			},
			"the migration failed with exit code 3",
			true,
		],
		[
			"by a migration whose container ends",
			() => {
				scene.two.migration = undefined;
			},
			"ended during its migration",
			true,
		],
		[
			"by an app that is not healthy",
			() => {
				scene.ill.two = "it answers 500";
			},
			"does not become healthy: it answers 500",
			true,
		],
		[
			"by a last write that does not arrive",
			() => {
				scene.proofs = [true, false];
				scene.copyTakes = 100;
			},
			"not all of the data is in s3://bucket/notes",
			false,
		],
		[
			"by a snapshot that cannot be made",
			() => {
				scene.snapshotFails = new Error("no room in the store");
			},
			"no room in the store",
			false,
		],
		[
			"by a copy that cannot be made",
			() => {
				scene.copyFails = new Error("no room on the disk");
			},
			"no room on the disk",
			false,
		],
	])("%s brings the old version back, on the data of before", async (_why, goesWrong, reason, wasTouched) => {
		await scene.served();
		goesWrong();
		const { outcome, lines } = await scene.deploy("two");
		expect(outcome).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
		expect(lines.at(-1)).toContain(`failed: `);
		expect(lines.at(-3)).toContain("the old version serves again");
		expect(lines.at(-2)).toContain("the door was closed for ");
		isAsBefore();
		expect(scene.events.indexOf("admit one")).toBeGreaterThan(scene.events.indexOf("stop one"));
		const aside = readdirSync(scene.directory).filter((name) => name.endsWith("-failed-deploy"));
		expect(aside).toHaveLength(wasTouched ? 1 : 0);
		if (wasTouched)
			expect(readFileSync(join(scene.directory, aside[0] ?? "", "notes.db"), "utf8")).toBe("migrated by two");
		// And the next one is possible.
		scene.two.migration = 0;
		scene.ill = {};
		scene.snapshotFails = undefined;
		scene.copyFails = undefined;
		expect((await scene.deploy("two", "again")).outcome).toMatchObject({ ok: true });
		expect(scene.serving(scene.two)).toEqual([true, "two", undefined]);
	});

	it("stops the new version before its data is set aside, and lets the old one in after", async () => {
		await scene.served();
		scene.ill.two = "it is ill";
		await scene.deploy("two");
		expect(scene.events.slice(scene.events.indexOf("migrate two"))).toEqual([
			"migrate two",
			"admit two",
			"health two",
			"rest",
			"stop two",
			"go on",
			"admit one",
			"health one",
			"open",
			"prove",
		]);
		isAsBefore();
	});

	it("does not begin with nothing where there was data", async () => {
		await scene.served();
		rmSync(scene.database);
		scene.manifest = { transaction: 12 };
		const { outcome } = await scene.deploy("two");
		expect(outcome).toMatchObject({ ok: false, reason: expect.stringContaining("its data is known to exist") });
		expect(scene.events).toEqual([]);
	});

	it("without the store touches nothing: the old version serves on", async () => {
		await scene.served();
		scene.proofs = [false];
		const { outcome } = await scene.deploy("two");
		expect(outcome?.reason).toContain("there would be no way back. What to do: npm run status");
		expect(scene.events).toEqual(["prove"]);
		isAsBefore();
	});

	it("for what the keeper refuses anyway touches nothing", async () => {
		await scene.served();
		scene.refusal = new Refusal("replica-of-another-app", "it is another's", "choose another");
		expect((await scene.deploy("two")).outcome?.reason).toBe("it is another's. What to do: choose another");
		expect(scene.events).toEqual([]);
		isAsBefore();
	});

	it("because the old version does not stop leaves it running", async () => {
		await scene.served();
		scene.one.stopFails = 1;
		expect((await scene.deploy("two")).outcome?.reason).toContain("the app's container one does not stop");
		isAsBefore();
		expect(scene.events).not.toContain("migrate two");
	});

	it("goes back in the end also where the new version does not stop at once", async () => {
		await scene.served();
		scene.ill.two = "it is ill";
		scene.two.stopFails = 1;
		scene.deploys.follow("a", "two");
		await until(() => scene.deploys.follow("a", "two").lines.some((line) => line.includes("cannot go back yet")));
		expect([scene.one.runs, existsSync(join(scene.directory, ".holdfast-before-deploy.db"))]).toEqual([false, true]);
		expect(new RecordFile(scene.directory).value.switching).toBeDefined();
		await until(() => scene.deploys.follow("a", "two").outcome !== undefined);
		isAsBefore();
	});

	it("of the first version leaves none serving", async () => {
		scene.ill.one = "it is ill";
		expect((await scene.deploy("one")).outcome).toMatchObject({ ok: false });
		expect([scene.one.runs, scene.record.value.current, scene.record.value.switching]).toEqual([
			false,
			undefined,
			undefined,
		]);
		expect(readFileSync(scene.database, "utf8")).toBe("before");
	});

	it("before there was any data has none that must get into the replica again", async () => {
		rmSync(scene.database);
		scene.ill.one = "it is ill";
		expect((await scene.deploy("one")).outcome).toMatchObject({ ok: false });
		expect(scene.events.at(-1)).toBe("open");
	});

	it("says so where the old version is ill as well", async () => {
		await scene.served();
		scene.ill = { one: "it answers 503", two: "it answers 500" };
		const { lines } = await scene.deploy("two");
		expect(lines.join("\n")).toContain("the old version was started again, but it answers 503");
	});
});
