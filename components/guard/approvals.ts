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

const FIELDS = ["urn", "verdict", "reason", "expires"];

type Of = Pick<Plan, "stack" | "project">;

/**
 * Everything that is wrong with a list of approvals, at once.
 *
 * @param of whose approvals they are: a pattern that only names these names everything
 */
export function approvalProblems(value: unknown, of: Of = { stack: "", project: "" }): ApprovalProblem[] {
	if (!Array.isArray(value)) {
		return [{ path: APPROVALS, reason: `must be a list of approvals (got ${JSON.stringify(value)})` }];
	}
	return value.flatMap((entry: unknown, index) => {
		const path = `${APPROVALS}[${index}]`;
		if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
			return [{ path, reason: `must have urn, verdict, reason and expires (got ${JSON.stringify(entry)})` }];
		}
		return entryProblems(path, entry as Record<string, unknown>, of);
	});
}

function entryProblems(path: string, entry: Record<string, unknown>, of: Of): ApprovalProblem[] {
	const problem = (field: string, rule: string) => {
		return { path: `${path}.${field}`, reason: `${rule} (got ${JSON.stringify(entry[field])})` };
	};
	const problems = Object.keys(entry)
		.filter((field) => !FIELDS.includes(field))
		.map((field) => problem(field, `is unknown: an approval has ${FIELDS.join(", ")}`));
	const { urn, verdict, reason, expires } = entry;
	if (typeof urn !== "string" || /^[*:]*$/.test(urn) || namesEverything(urn, of)) {
		problems.push(
			problem("urn", "must be the URN of a resource, or a pattern as *::uploads that names more than everything"),
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
export function approvalsOf({ config, stack, project }: Plan): { approvals: Approval[]; problems: ApprovalProblem[] } {
	const text = config[APPROVALS];
	if (text === undefined) return { approvals: [], problems: [] };
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		value = text;
	}
	const problems = approvalProblems(value, { stack, project });
	if (problems.length > 0) return { approvals: [], problems };
	return { approvals: (value as Approval[]).map((each) => ({ ...each, expires: `${dayOf(each.expires)}` })), problems };
}

/** The approval that covers a finding on a day. */
export function approvalFor(finding: Finding, approvals: Approval[], now: Date): Approval | undefined {
	return approvals.find(
		(approval) => approval.verdict === finding.verdict && covers(approval, finding.urn) && !isExpired(approval, now),
	);
}

/** Whether a pattern covers what has neither a type nor a name that it could be about. */
function namesEverything(urn: string, { stack, project }: Of): boolean {
	return covers({ urn }, `urn:pulumi:${stack}::${project}::::`);
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
