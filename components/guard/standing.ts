import type { Plan, State } from "./plan";
import { type Planned, planned } from "./planned";
import { RULES } from "./rules/index";
import type { PlannedResource, Violation } from "./rules/rule";
import type { Finding, Information } from "./verdict";

/**
 * The rules that need no diff, on what a plan leaves behind. What an update brings in is a finding; what stood there before
 * is information, because this update does not make it worse.
 */
export function plannedRules(plan: Plan): { findings: Finding[]; information: Information[] } {
	const findings: Finding[] = [];
	const information: Information[] = [];
	for (const resource of planned(plan)) {
		const { urn, name, after, before } = resource;
		if (after === undefined) continue;
		for (const rule of RULES) {
			const now = rule.check(view(resource, after));
			if (now.length === 0) continue;
			const stood = before === undefined ? [] : rule.check(view(resource, before));
			for (const violation of now) {
				if (isIn(stood, violation)) {
					information.push({ urn, text: `${name} is so before this update too (${rule.name}): ${violation.reason}` });
				} else {
					const { verdict, reason, wayOut } = violation;
					findings.push({
						urn,
						subject: `${resource.type.split(":").pop()} ${name}`,
						verdict,
						rule: rule.name,
						reason,
						wayOut,
					});
				}
			}
		}
	}
	return { findings, information };
}

function view({ urn, type, name }: Planned, { inputs, protect, retainOnDelete }: State): PlannedResource {
	return { urn, type, name, properties: inputs, protect, retainOnDelete };
}

function isIn(violations: Violation[], wanted: Violation): boolean {
	return violations.some(({ reason }) => reason === wanted.reason);
}
