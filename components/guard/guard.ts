import { type Approval, type ApprovalProblem, approvalFor, approvalsOf, isExpired } from "./approvals";
import { dataDirectories, sharedReplicas } from "./directories/index";
import type { Plan } from "./plan";
import { changedProviders } from "./providers";
import { statefulResources } from "./resources";
import { plannedRules } from "./standing";
import { type Finding, type Information, VERDICTS, type Verdict, worst } from "./verdict";

export type JudgedFinding = Finding & { approval?: Approval };

/** What is kept, moved, at risk or lost: a stateful resource or a data directory, with each reason. */
export interface Subject {
	urn: string;
	subject: string;
	/** The worst of its findings. */
	verdict: Verdict;
	/** Whether each finding that is at risk or lost is approved. False where there is none. */
	approved: boolean;
	findings: JudgedFinding[];
}

export interface StackReport {
	project: string;
	stack: string;
	/** The worst first. */
	subjects: Subject[];
	information: Information[];
	/** Approvals that cover nothing in this plan, and such as are over. */
	unused: Approval[];
	expired: Approval[];
	problems: ApprovalProblem[];
}

export interface Report {
	/** The worst of what is not approved. */
	verdict: Verdict;
	/** Whether an update may go on: nothing is at risk or lost, but for what is approved. */
	safe: boolean;
	stacks: StackReport[];
}

/**
 * Judges what previews do to data.
 *
 * @param previewed plans of one stack or of several, which are compared for a replica that two of them use
 * @param now by which approvals expire
 */
export function guard(previewed: Plan[], { now }: { now: Date }): Report {
	const plans = previewed.map(ordered);
	const shared = sharedReplicas(plans);
	const stacks = plans.map((plan) => {
		const sources = [statefulResources(plan), dataDirectories(plan), plannedRules(plan), changedProviders(plan)];
		const isOfPlan = ({ urn }: { urn: string }) => urn.startsWith(`urn:pulumi:${plan.stack}::${plan.project}::`);
		const findings = [...sources.flatMap((source) => source.findings), ...shared.findings.filter(isOfPlan)];
		const information = [...sources.flatMap((source) => source.information), ...shared.information.filter(isOfPlan)];
		return reportOf(plan, findings, information, now);
	});
	const open = stacks.flatMap(({ subjects }) => subjects).flatMap(openVerdicts);
	const verdict = worst(open);
	return { verdict, safe: verdict === "kept" || verdict === "moved", stacks };
}

/** The engine works on several resources at once, in another order each time. A report must not change with it. */
function ordered(plan: Plan): Plan {
	const steps = [...plan.steps].sort((one, other) => (one.urn < other.urn ? -1 : Number(one.urn > other.urn)));
	return { ...plan, steps };
}

function reportOf(plan: Plan, findings: Finding[], information: Information[], now: Date): StackReport {
	const { approvals, problems } = approvalsOf(plan);
	const judged = findings.map((finding): JudgedFinding => {
		const approval = approvalFor(finding, approvals, now);
		return { ...finding, ...(approval && { approval }) };
	});
	const expired = approvals.filter((approval) => isExpired(approval, now));
	const unused = approvals.filter(
		(approval) => !isExpired(approval, now) && !judged.some((finding) => finding.approval === approval),
	);
	const { project, stack } = plan;
	return { project, stack, subjects: subjectsOf(judged), information, unused, expired, problems };
}

function subjectsOf(findings: JudgedFinding[]): Subject[] {
	const groups = new Map<string, JudgedFinding[]>();
	for (const finding of findings) {
		const key = `${finding.urn} ${finding.subject}`;
		groups.set(key, [...(groups.get(key) ?? []), finding]);
	}
	return [...groups.values()]
		.map((group): Subject => {
			const [{ urn, subject }] = group as [JudgedFinding];
			const bad = group.filter(({ verdict }) => isBad(verdict));
			// What else is kept about it says nothing beside a risk.
			const told = bad.length > 0 ? group.filter(({ verdict }) => verdict !== "kept") : group;
			const approved = bad.length > 0 && bad.every(({ approval }) => approval !== undefined);
			return { urn, subject, verdict: worst(group.map(({ verdict }) => verdict)), approved, findings: told };
		})
		.sort((a, b) => rank(b) - rank(a));
}

/** What is open comes before what is approved. */
function rank({ verdict, approved }: Subject): number {
	return approved ? VERDICTS.indexOf("moved") + 0.5 : VERDICTS.indexOf(verdict);
}

function openVerdicts({ findings }: Subject): Verdict[] {
	return findings.filter(({ approval }) => approval === undefined).map(({ verdict }) => verdict);
}

export function isBad(verdict: Verdict): boolean {
	return verdict === "at risk" || verdict === "lost";
}
