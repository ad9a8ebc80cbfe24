import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { BASES } from "../engine/guard/bases";
import { expectJudgement } from "../engine/guard/expected";
import { fileOf, judgement } from "../engine/guard/judgement";
import { titled } from "../engine/guard/scenario";

// Previews of a real engine, recorded by test/engine/guard*.test.ts, which makes each of them anew and compares.

describe.for(BASES)("$name", (base) => {
	it.for(titled(base.scenarios))("$title", ({ scenario }) => {
		expectJudgement(base, scenario, readFileSync(fileOf(base, scenario.name), "utf8"));
	});

	it.for(base.scenarios)("$name, cut off, is never safe", ({ name }) => {
		const preview = readFileSync(fileOf(base, name), "utf8").trimEnd();
		for (const end of [0, 1, Math.floor(preview.length / 2), preview.length - 1]) {
			expect(judgement([preview.slice(0, end)]).exit).toBe(2);
		}
	});
});

it("each recording is of a scenario, and each row of the catalogue has some", () => {
	const named = BASES.flatMap((base) => base.scenarios.map(({ name }) => fileOf(base, name)));
	expect(new Set(named).size).toBe(named.length);
	expect(readdirSync(dirname(named[0] ?? "")).sort()).toEqual(named.map((file) => basename(file)).sort());
	const scenarios = BASES.flatMap(({ scenarios }) => scenarios);
	expect([...new Set(scenarios.map(({ fault }) => fault))].sort()).toEqual([25, 26, 27, 28, 29, 30, 31, 32, undefined]);
	expect(scenarios.filter(({ exit = 0 }) => exit === 0).length).toBeGreaterThan(40);
	expect(scenarios.filter(({ exit }) => exit === 3).length).toBeGreaterThan(40);
});
