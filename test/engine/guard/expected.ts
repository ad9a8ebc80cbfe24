import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { fileOf, type Judgement, judgement } from "./judgement";
import type { Base, Scenario } from "./scenario";

/** Has the guard read a scenario's preview and those beside it, and compares with the table. */
export function expectJudgement(base: Base, scenario: Scenario, preview: string): Judgement {
	const beside = (scenario.beside ?? []).map((name) => readFileSync(fileOf(base, name), "utf8"));
	const judged = judgement([preview, ...beside]);
	const { exit, findings, said } = judged;
	expect({ exit, findings }).toEqual({
		exit: scenario.exit ?? 0,
		findings: [...(scenario.findings ?? [])].sort(),
	});
	// Where the engine refuses, who reads it has to find out why.
	for (const words of scenario.says ?? (scenario.refused ? ["protect"] : [])) expect(said).toContain(words);
	// Whatever a value that nobody may read is in: a secret, or an environment that should have had none.
	expect(said).not.toContain("nobody-may");
	return judged;
}
