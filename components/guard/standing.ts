import type { Plan } from "./plan";
import { planned, view } from "./planned";
import { subjectOf } from "./resources";
import { RULES } from "./rules/index";
import type { Violation } from "./rules/rule";
import type { Finding, Information } from "./verdict";

/**
 * The rules that need no diff, on what a plan leaves behind. What an update brings in is a finding; what stood there before
 * is information, because this update does not make it worse.
 */
export function plannedRules(plan: Plan): { findings: Finding[]; information: Information[] } {
	const findings: Finding[] = [];
	const information: Information[] = [];
	for (const resource of planned(plan)) {
		const { urn, after, before } = resource;
		if (after === undefined) continue;
		for (const rule of RULES) {
			const now = rule.check(view(resource, after));
			if (now.length === 0) continue;
			const stood = before === undefined ? [] : rule.check(view(resource, before));
			for (const violation of now) {
				const { verdict, reason, wayOut } = violation;
				const subject = subjectOf(resource);
				if (isIn(stood, violation)) {
					information.push({ urn, text: `${subject}, as before this update (${rule.name}): ${reason}` });
				} else if (rule.isAdvice === true) {
					if (before === undefined) information.push({ urn, text: `${subject} is new (${rule.name}): ${reason}` });
				} else {
					findings.push({ urn, subject, verdict, rule: rule.name, reason, wayOut });
				}
			}
		}
	}
	return { findings, information };
}

function isIn(violations: Violation[], wanted: Violation): boolean {
	return violations.some(({ reason }) => reason === wanted.reason);
}
