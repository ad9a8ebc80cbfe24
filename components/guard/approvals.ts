import type { Plan } from "./plan";
import type { Finding, Verdict } from "./verdict";

/** Key of a stack's configuration. */
export const APPROVALS = "holdfast:approvals";

/** Words, typed on purpose, that a loss or a risk is wanted. */
export interface Approval {
	/** A URN, or a pattern in which `*` stands for any text, as `*::uploads`. */
	urn: string;
	/** What is approved: just this. */
	verdict: Extract<Verdict, "at risk" | "lost">;
	/** Why, for whoever reads it later. */
	reason: string;
	/** The last day on which it counts, as `2026-12-31`, in UTC. */
	expires: string;
}

/** What is wrong with one approval: where, and the rule, the value and the fix. */
export interface ApprovalProblem {
	path: string;
	reason: string;
}

/** After the last `::` there is the name: a pattern without any of it would cover a whole stack. */
const NAMES_SOMETHING = /::[^:]*[^*:\s][^:]*$/;
const FIELDS = ["urn", "verdict", "reason", "expires"];

/** Everything that is wrong with a list of approvals, at once. */
export function approvalProblems(value: unknown): ApprovalProblem[] {
	if (!Array.isArray(value)) {
		return [{ path: APPROVALS, reason: `must be a list of approvals (got ${JSON.stringify(value)})` }];
	}
	return value.flatMap((entry: unknown, index) => {
		const path = `${APPROVALS}[${index}]`;
		if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
			return [{ path, reason: `must have urn, verdict, reason and expires (got ${JSON.stringify(entry)})` }];
		}
		return entryProblems(path, entry as Record<string, unknown>);
	});
}

function entryProblems(path: string, entry: Record<string, unknown>): ApprovalProblem[] {
	const problem = (field: string, rule: string) => {
		return { path: `${path}.${field}`, reason: `${rule} (got ${JSON.stringify(entry[field])})` };
	};
	const problems = Object.keys(entry)
		.filter((field) => !FIELDS.includes(field))
		.map((field) => problem(field, `is unknown: an approval has ${FIELDS.join(", ")}`));
	const { urn, verdict, reason, expires } = entry;
	if (typeof urn !== "string" || !NAMES_SOMETHING.test(urn)) {
		problems.push(
			problem(
				"urn",
				"must be the URN of a resource, or a pattern that says at least part of its name after the last ::, as *::uploads",
			),
		);
	}
	if (verdict !== "at risk" && verdict !== "lost") problems.push(problem("verdict", 'must be "at risk" or "lost"'));
	if (typeof reason !== "string" || /^\s*(?:TODO\b|$)/.test(reason)) {
		problems.push(problem("reason", "must say why it is wanted, in words"));
	}
	if (dayOf(expires) === undefined) problems.push(problem("expires", "must be a day, as 2026-12-31"));
	return problems;
}

/** What a plan's own configuration approves. Where anything of it is wrong, nothing is approved. */
export function approvalsOf({ config }: Plan): { approvals: Approval[]; problems: ApprovalProblem[] } {
	const text = config[APPROVALS];
	if (text === undefined) return { approvals: [], problems: [] };
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		value = text;
	}
	const problems = approvalProblems(value);
	if (problems.length > 0) return { approvals: [], problems };
	return { approvals: (value as Approval[]).map((each) => ({ ...each, expires: `${dayOf(each.expires)}` })), problems };
}

/** The approval that covers a finding on a day. */
export function approvalFor(finding: Finding, approvals: Approval[], now: Date): Approval | undefined {
	return approvals.find(
		(approval) => approval.verdict === finding.verdict && covers(approval, finding.urn) && !isExpired(approval, now),
	);
}

export function covers({ urn }: Pick<Approval, "urn">, wanted: string): boolean {
	const parts = urn.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
	return new RegExp(`^${parts.join(".*")}$`).test(wanted);
}

export function isExpired({ expires }: Approval, now: Date): boolean {
	return now.toISOString().slice(0, 10) > expires;
}

/** YAML makes a moment of a day that stands without quotes, which the engine shows as `2026-12-31 00:00:00 +0000 UTC`. */
function dayOf(value: unknown): string | undefined {
	const [, day] = /^(\d{4}-\d{2}-\d{2})(?:[T ]00:00:00.*)?$/.exec(`${value}`) ?? [];
	const moment = new Date(`${day}T00:00:00Z`);
	return day !== undefined && !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(day) ? day : undefined;
}
