import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { guard } from "../../../components/guard/guard";
import { readPlan, UnreadablePlan } from "../../../components/guard/plan";
import type { Verdict } from "../../../components/guard/verdict";
import { ROOT } from "../../../tools/workspace";
import type { Base, Scenario } from "./scenario";

const PREVIEWS = join(ROOT, "test", "unit", "guard", "previews");
const NOW = new Date("2026-11-22T10:00:00Z");

/** What the guard says of previews that it reads together. */
export interface Judgement {
	exit: number;
	/** All that is worse than kept and not approved, one for each rule and subject. */
	findings: [Verdict, string, string][];
	/** Every word of it. */
	said: string;
}

export function judgement(previews: string[]): Judgement {
	try {
		const report = guard(previews.map(readPlan), { now: NOW });
		const subjects = report.stacks.flatMap((stack) => stack.subjects);
		const findings = subjects.flatMap(({ findings }) => findings).filter(({ verdict }) => verdict !== "kept");
		return {
			exit: report.safe ? 0 : 3,
			findings: findings.map(({ verdict, rule, subject }) => [verdict, rule, subject]),
			said: JSON.stringify(report),
		};
	} catch (error) {
		if (!(error instanceof UnreadablePlan)) throw error;
		return { exit: 2, findings: [], said: error.message };
	}
}

/** Has the guard read a scenario's preview and those beside it, and compares with the table. */
export function expectJudgement(base: Base, scenario: Scenario, preview: string): Judgement {
	const beside = (scenario.beside ?? []).map((name) => readFileSync(fileOf(base, name), "utf8"));
	const judged = judgement([preview, ...beside]);
	const { exit, findings, said } = judged;
	expect({ exit, findings: findings.sort() }).toEqual({
		exit: scenario.exit ?? 0,
		findings: [...(scenario.findings ?? [])].sort(),
	});
	for (const words of scenario.says ?? []) expect(said).toContain(words);
	// Whatever a value that nobody may read is in: a secret, or an environment that should have had none.
	expect(said).not.toContain("nobody-may");
	return judged;
}

export function fileOf({ name }: Pick<Base, "name">, scenario: string): string {
	return join(PREVIEWS, `${name}-${scenario}.json`);
}
