import { join } from "node:path";
import { guard } from "../../../components/guard/guard";
import { readPlan, UnreadablePlan } from "../../../components/guard/plan";
import { json } from "../../../components/guard/report/json";
import { markdown } from "../../../components/guard/report/markdown";
import { terminal } from "../../../components/guard/report/terminal";
import { ROOT } from "../../../tools/workspace";
import type { Base } from "./scenario";

const PREVIEWS = join(ROOT, "test", "unit", "guard", "previews");
const NOW = new Date("2026-11-22T10:00:00Z");

/** What the guard says of previews that it reads together. */
export interface Judgement {
	exit: number;
	/** All that is worse than kept and not approved, as `lost replaced: volume shop-test-uploads`. */
	findings: string[];
	/** Every word of it, in each of its forms. */
	said: string;
}

export function judgement(previews: string[]): Judgement {
	try {
		const report = guard(previews.map(readPlan), { now: NOW });
		const subjects = report.stacks.flatMap((stack) => stack.subjects);
		const findings = subjects
			.flatMap(({ findings }) => findings)
			.filter(({ verdict, approval }) => verdict !== "kept" && approval === undefined);
		return {
			exit: report.safe ? 0 : 3,
			findings: findings.map(({ verdict, rule, subject }) => `${verdict} ${rule}: ${subject}`).sort(),
			said: [terminal(report, { now: NOW }), markdown(report), json(report)].join("\n"),
		};
	} catch (error) {
		if (!(error instanceof UnreadablePlan)) throw error;
		return { exit: 2, findings: [], said: error.message };
	}
}

export function fileOf({ name }: Pick<Base, "name">, scenario: string): string {
	return join(PREVIEWS, `${name}-${scenario}.json`);
}
