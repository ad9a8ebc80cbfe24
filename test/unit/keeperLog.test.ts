import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Freshness } from "../../components/keeper/freshness";
import { type Alert, logger, refusalEntry } from "../../components/keeper/log";
import { alertsOf } from "../../components/keeper/problems";
import { Refusal } from "../../components/keeper/refusal";
import { Reporter } from "../../components/keeper/reporter";
import type { Known } from "../../components/keeper/status";

describe("the log", () => {
	const said = (format: "text" | "json", line: string) => {
		const lines: string[] = [];
		logger(format, (written) => lines.push(written))(line);
		return lines[0] ?? "";
	};

	it("is text as it is", () => {
		expect(said("text", "warning: the disk is slow")).toBe("warning: the disk is slow");
	});

	it.each([
		["replicating", "INFO"],
		["warning: the disk is slow", "WARNING"],
		["litestream: level=ERROR", "WARNING"],
		["✗ refused (in-use): it is\n  What to do: wait", "ERROR"],
	])("as JSON, one object for %j with severity %s", (line, severity) => {
		expect(JSON.parse(said("json", line))).toEqual({ severity, message: line });
	});

	it("has a refusal that ends the keeper as a problem, and that of a command as an error alone", () => {
		const refusal = new Refusal("disk-full", "no room", "make some");
		const message = "✗ refused (disk-full): no room\n  What to do: make some";
		expect(JSON.parse(refusalEntry(refusal, "shop/prod/notes", true))).toEqual({
			severity: "ERROR",
			message,
			holdfast: "problem",
			kind: "refused",
			app: "shop/prod/notes",
		});
		expect(JSON.parse(refusalEntry(refusal, "shop/prod/notes", false))).toEqual({ severity: "ERROR", message });
	});
});

describe("the reporter", () => {
	function reporter() {
		const scene = { alerts: [] as Alert[], isServing: true, now: 0, lines: [] as Record<string, string>[] };
		const made = new Reporter(
			"shop/prod/notes",
			{
				get isServing() {
					return scene.isServing;
				},
				alerts: () => scene.alerts,
			},
			(line) => scene.lines.push(JSON.parse(line)),
			() => scene.now,
		);
		const pass = (seconds: number) => {
			scene.lines.length = 0;
			for (let second = 0; second < seconds; second += 1) {
				made.look();
				scene.now += 1000;
			}
			return scene.lines;
		};
		return { scene, pass };
	}

	it("tells that all is well once a minute", () => {
		const { pass } = reporter();
		expect(pass(121)).toHaveLength(3);
		expect(pass(0)).toEqual([]);
		expect(reporter().pass(1)).toEqual([expect.objectContaining({ holdfast: "well", app: "shop/prod/notes" })]);
	});

	it("says nothing while the app is not there yet, and that all is well as soon as it serves", () => {
		const { scene, pass } = reporter();
		scene.isServing = false;
		expect(pass(61)).toEqual([]);
		scene.isServing = true;
		expect(pass(1)).toEqual([expect.objectContaining({ holdfast: "well" })]);
		scene.isServing = false;
		expect(pass(61)).toEqual([]);
	});

	it("tells of each problem when it begins, and then each minute while it lasts", () => {
		const { scene, pass } = reporter();
		scene.alerts = [
			{ kind: "drill", message: "the last drill failed" },
			{ kind: "disk", message: "nearly full" },
		];
		const begun = pass(59);
		expect(begun.map(({ kind }) => kind)).toEqual(["drill", "disk"]);
		expect(begun[0]).toEqual({
			severity: "ERROR",
			message: "the last drill failed",
			holdfast: "problem",
			kind: "drill",
			app: "shop/prod/notes",
		});
		expect(pass(60)).toHaveLength(2);
		scene.alerts = [];
		expect(pass(1)).toEqual([expect.objectContaining({ holdfast: "well" })]);
		scene.alerts = [{ kind: "drill", message: "again" }];
		expect(pass(1)).toEqual([expect.objectContaining({ kind: "drill", message: "again" })]);
	});

	it("waits with staleness: after a sleep of hours, the proof is renewed within seconds", () => {
		const { scene, pass } = reporter();
		scene.now += 3_600_000;
		scene.alerts = [{ kind: "stale", message: "last proven 3600 s ago" }];
		expect(pass(10)).toEqual([]);
		scene.alerts = [];
		pass(1);
		scene.alerts = [{ kind: "stale", message: "last proven 61 s ago" }];
		expect(pass(15)).toEqual([]);
		expect(pass(5)).toEqual([expect.objectContaining({ kind: "stale" })]);
	});
});

describe("what a person is told of", () => {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-alerts-"));
	onTestFinishedLater(directory);
	let now = 0;
	const freshness = new Freshness(() => now);
	const kinds = (known: Partial<Known>) =>
		alertsOf(
			{ state: "replicating", freshness, warnings: [], restarts: 0, epoch: 1, ...known },
			{ staleSeconds: 60, dataDirectory: directory },
		)
			.map(({ kind }) => kind)
			// The machine of the test may be full.
			.filter((kind) => kind !== "disk");

	it("is nothing while all is well, while it begins, and once another has the data for good", () => {
		const refusal = new Refusal("in-use", "another has it", "nothing");
		expect([kinds({}), kinds({ state: "starting" }), kinds({ refusal, isRetired: true })]).toEqual([[], [], []]);
	});

	it("is each kind of problem", () => {
		const drill = { ok: false, time: "", seconds: 1, reason: "bit flip" };
		const acknowledgement = { problem: "writes are refused", status: {} as never };
		expect(kinds({ refusal: new Refusal("in-use", "x", "y") })).toEqual(["refused"]);
		expect(kinds({ lastDrill: drill, acknowledgement })).toEqual(["acknowledge", "drill"]);
		expect(kinds({ app: { kind: "app", message: "not well" } })).toEqual(["app"]);
		expect(kinds({ state: "waiting for the store" })).toEqual(["stale"]);
		expect(kinds({ state: "frozen" })).toEqual([]);
		now += 61_000;
		expect([kinds({}), kinds({ state: "frozen" })]).toEqual([["stale"], ["stale"]]);
	});
});

function onTestFinishedLater(directory: string): void {
	process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
}
