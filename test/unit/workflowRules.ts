/** A step, as far as its safety goes. */
export interface Step {
	uses?: string;
	run?: string;
	with?: Record<string, unknown>;
	[key: string]: unknown;
}

export interface Job {
	if?: string;
	permissions?: Record<string, string>;
	environment?: unknown;
	"timeout-minutes"?: number;
	steps: Step[];
	[key: string]: unknown;
}

export interface Workflow {
	on: Record<string, unknown>;
	permissions?: Record<string, string>;
	concurrency?: { "cancel-in-progress"?: unknown };
	jobs: Record<string, Job>;
}

/** Of whoever may write to the repository; a fork's pull request has another one. */
const OWN_CODE = "github.event.pull_request.head.repo.full_name == github.repository";

/** What is wrong with a workflow, in the words of the rule. */
export function problems(workflow: Workflow): string[] {
	const jobs = Object.entries(workflow.jobs);
	return [
		...triggers(workflow),
		...(Object.entries(workflow.permissions ?? { all: "write" }).every(([, access]) => access === "read")
			? []
			: ["the workflow's permissions are neither none nor read"]),
		...(workflow.concurrency === undefined ? ["there is no concurrency group"] : []),
		...jobs.flatMap(([name, job]) => [
			...jobProblems(job, "pull_request" in workflow.on).map((problem) => `${name}: ${problem}`),
			...stepProblems(job.steps).map((problem) => `${name}: ${problem}`),
		]),
	];
}

function triggers({ on }: Workflow): string[] {
	const privileged = ["pull_request_target", "workflow_run"].filter((trigger) => trigger in on);
	return privileged.map((trigger) => `${trigger} runs somebody else's code with credentials`);
}

function jobProblems(job: Job, forPullRequests: boolean): string[] {
	const { permissions = {}, environment, steps } = job;
	const writes = Object.values(permissions).includes("write");
	const secrets = JSON.stringify(job).includes("secrets.");
	const deploys = steps.some((step) => step.with?.identity === "deploy");
	return [
		...(forPullRequests && (writes || secrets) && !holds(job.if) ? ["credentials beside a fork's code"] : []),
		...(deploys && environment === undefined ? ["deploys without an environment to approve it"] : []),
		...(deploys && forPullRequests ? ["deploys from a pull request"] : []),
		...(job["timeout-minutes"] === undefined ? ["there is no timeout"] : []),
	];
}

/** Whether the condition cannot be true for a fork: one of several that all must hold. */
function holds(condition = ""): boolean {
	const parts = condition.replace(/^\$\{\{|\}\}$/g, "").split("&&");
	return !condition.includes("||") && parts.some((part) => part.trim() === OWN_CODE);
}

/** Also of the steps of an action. */
export function stepProblems(steps: Step[]): string[] {
	return steps.flatMap(({ uses = "./", run = "", with: options }) => [
		...(uses.startsWith("./") || /@[0-9a-f]{40}$/.test(uses) ? [] : [`${uses} is not pinned by its commit`]),
		...(uses.startsWith("actions/checkout@") && options?.["persist-credentials"] !== false
			? ["the checkout leaves its token on the disk"]
			: []),
		...(run.includes("${{") ? ["an expression is put into a script, which runs whatever it contains"] : []),
	]);
}

/** Lines that name an action without the version of its commit beside it. */
export function unversioned(text: string): string[] {
	const lines = text.split("\n").filter((line) => /^\s*(?:- )?uses: (?!\.\/)/.test(line));
	return lines.filter((line) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)).map((line) => line.trim());
}
