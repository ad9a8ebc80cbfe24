import type { Report, StackReport, Subject } from "../guard";
import { isBad } from "../guard";
import type { Verdict } from "../verdict";

/** What comes from a plan can hold anything: no name in it begins a line, colours a terminal or turns text around. */
export function inLine(report: Report): Report {
	return JSON.parse(JSON.stringify(report), (_, value) =>
		typeof value === "string" ? value.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ") : value,
	);
}

/** One sentence over the whole of a stack. */
export function headline(stack: StackReport): string {
	const open = stack.subjects.filter((subject) => isBad(subject.verdict) && !subject.approved);
	const approved = stack.subjects.filter(({ approved }) => approved).length;
	const also = approved === 0 ? "" : `, ${approved} approved`;
	if (open.length > 0) return `${counts(open)}${also}`;
	const moved = stack.subjects.filter(({ verdict }) => verdict === "moved").length;
	if (moved > 0) return `no data is lost; ${moved} moved${also}`;
	return stack.subjects.length === 0 ? "no step touches data" : `all data is kept${also}`;
}

function counts(open: Subject[]): string {
	const of = (wanted: Verdict) => open.filter(({ verdict }) => verdict === wanted).length;
	return (["lost", "at risk"] as const)
		.filter((verdict) => of(verdict) > 0)
		.map((verdict) => `${of(verdict)} ${verdict}`)
		.join(", ");
}

/** What is worth a line beside the verdicts: approvals that do nothing, or not any more. */
export function approvalLines({ expired, unused, problems }: StackReport): string[] {
	return [
		...problems.map(({ path, reason }) => `${path}: ${reason}. Until it is right, nothing is approved.`),
		...expired.map(
			({ urn, expires }) => `The approval of ${urn} ended on ${expires}: take it out, or give it a new day.`,
		),
		...unused.map(
			({ urn, verdict }) => `The approval of ${urn} (${verdict}) covers nothing in this plan: take it out.`,
		),
	];
}

/** What a stack is called. */
export function titleOf({ project, stack }: StackReport): string {
	return stack === "" ? "an empty plan" : `${project}/${stack}`;
}

/** How many approvals are shown as they are to be written. */
const SHOWN_APPROVALS = 5;

/** The approvals to write for what is open, as lines of a stack's file: one for each resource and verdict. */
export function approvalsFor({ stack, subjects }: StackReport, expires: string): string[] {
	const open = subjects
		.flatMap(({ findings }) => findings)
		.filter(({ verdict, approval }) => isBad(verdict) && approval === undefined);
	const entries = new Map(open.map(({ urn, verdict }) => [`${urn} ${verdict}`, { urn, verdict }]));
	if (entries.size === 0) return [];
	const more = entries.size - SHOWN_APPROVALS;
	return [
		`# under config: in Pulumi.${stack}.yaml`,
		"holdfast:approvals:",
		...[...entries.values()]
			.slice(0, SHOWN_APPROVALS)
			.flatMap(({ urn, verdict }) => [
				`  - urn: ${JSON.stringify(urn)}`,
				`    verdict: ${verdict}`,
				"    reason: TODO, why this is wanted",
				`    expires: "${expires}"`,
			]),
		...(more > 0 ? [`  # and ${more} more in the same way`] : []),
	];
}
