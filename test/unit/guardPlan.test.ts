import { describe, expect, it } from "vitest";
import { readPlan, type State, UnreadablePlan } from "../../components/guard/plan";
import { preview, step } from "./guardPlans";

const VOLUME = "docker:index/volume:Volume";
const text = preview(
	[
		step("same", "pulumi:pulumi:Stack", "shop-test", {}, {}),
		step(
			"replace",
			VOLUME,
			"data",
			{ inputs: { name: 'a "quoted\\" {[name' }, protect: true },
			{ inputs: { name: "ü" } },
			{
				replaceReasons: ["name"],
			},
		),
	],
	{ config: { "app:steps": '"steps": [' } },
);

describe("readPlan", () => {
	it("gives what the guard needs of each step", () => {
		const { stack, project, steps, config } = readPlan(text);
		expect({ stack, project, config }).toEqual({
			stack: "test",
			project: "shop",
			config: { "app:steps": '"steps": [' },
		});
		expect(steps[1]).toEqual({
			op: "replace",
			urn: `urn:pulumi:test::shop::${VOLUME}::data`,
			type: VOLUME,
			name: "data",
			replaceReasons: ["name"],
			old: {
				type: VOLUME,
				id: "",
				inputs: { name: 'a "quoted\\" {[name' },
				outputs: {},
				protect: true,
				retainOnDelete: false,
			},
			new: { type: VOLUME, id: "", inputs: { name: "ü" }, outputs: {}, protect: false, retainOnDelete: false },
		});
	});

	it("reads the same in pieces of any size, also without spaces between", () => {
		const whole = readPlan(text);
		for (const form of [text, JSON.stringify(JSON.parse(text))]) {
			const bytes = Buffer.from(form);
			for (const size of [1, 2, 3, 7, 64, 1000]) {
				const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
					bytes.subarray(n * size, (n + 1) * size),
				);
				expect(readPlan(pieces), `${size}`).toEqual(whole);
			}
		}
	});

	it("passes over the engine's warnings before it", () => {
		expect(readPlan(`warning: using {plugin} from $PATH\n${text}`).steps).toHaveLength(2);
	});

	it("says how many unchanged resources it cannot see", () => {
		const summary = { same: 7, replace: 1 };
		expect(
			readPlan(text.replace(/"changeSummary": \{[^}]*\}/, `"changeSummary": ${JSON.stringify(summary)}`)).unseen,
		).toBe(6);
		expect(readPlan(text).unseen).toBe(0);
	});

	it("takes the preview of a stack without anything", () => {
		expect(readPlan('{"config": {}, "duration": 1, "changeSummary": {"same": 0}}').steps).toEqual([]);
	});

	it("never takes a part of a plan for the plan, wherever it is cut", () => {
		for (let end = 0; end < text.length; end += 13) {
			expect(() => readPlan(text.slice(0, end)), `${end}`).toThrow(UnreadablePlan);
		}
		expect(() => readPlan(text.slice(0, -1))).toThrow("it is cut off; make it with pulumi preview --json --show-sames");
	});

	const refused: [string, string, string][] = [
		["nothing", "", "there is no JSON in it"],
		["what people read", "Previewing update (test):\n + 3 to create\n", "there is no JSON in it"],
		["damage within a step", text.replace('"op": "same"', '"op": same'), "it is damaged"],
		["something after the end", `${text}\n}`, "it is"],
		["a step without an operation", preview([{ op: "x" }]).replace('"op"', '"of"'), "no operation or no URN"],
		["the state of a stack", '{"version": 3, "deployment": {"resources": []}}', "the state of a stack"],
		["a plan without the engine's count", '{"config": {}, "steps": []}', "not what a preview prints"],
		["another program's JSON", '{"resource_changes": []}', "not what a preview prints"],
		["a preview without its summary", text.replace("changeSummary", "summary"), "it has no changeSummary"],
		["a step of nothing", preview([{ op: "delete", urn: "urn:pulumi:a::b::c::d" } as { op: string }]), "has no state"],
		["the engine's events", '{"sequence":1,"timestamp":2}\n{"sequence":2}\n', "PULUMI_ENABLE_STREAMING_JSON_PREVIEW"],
	];
	it.each(refused)("refuses %s", (_, given, reason) => {
		expect(() => readPlan(given)).toThrow(UnreadablePlan);
		expect(() => readPlan(given)).toThrow(reason);
	});

	it("takes null for nothing", () => {
		const nulls = { inputs: null, outputs: null } as unknown as State;
		expect(readPlan(preview([step("same", VOLUME, "a", nulls, nulls)])).steps[0]?.new?.inputs).toEqual({});
	});

	it("refuses a plan from which steps were taken", () => {
		const less = preview([step("delete", VOLUME, "a", {})], { changeSummary: { delete: 3 } });
		expect(() => readPlan(less)).toThrow('2 of 3 steps "delete" are missing in it');
	});

	it("refuses a preview that failed, with the reason, and not with what always stands below it", () => {
		const diagnostics = [
			{ severity: "warning", message: "warning: from $PATH" },
			{ severity: "error", message: "error: data cannot be deleted\nbecause it is protected" },
			{ severity: "error", message: "error: preview failed\n" },
		];
		const failed = () => readPlan(preview([], { diagnostics }));
		expect(failed).toThrow(UnreadablePlan);
		expect(failed).toThrow(/the preview failed.*:\ndata cannot be deleted\nbecause it is protected$/s);
	});
});
