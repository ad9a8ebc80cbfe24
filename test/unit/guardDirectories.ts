import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dataDirectories } from "../../components/guard/directories";
import type { Plan, State, Step } from "../../components/guard/plan";

// biome-ignore lint/suspicious/noExplicitAny: tests change what is deep inside
export type Inputs = Record<string, any>;
type Recorded = Record<
	string,
	{ inputs: Inputs; id: string; outputs?: Inputs; protect?: boolean; retainOnDelete?: boolean }
>;

/** Parts of real previews of our components, on Docker from the real provider, on the clouds from the doubles. */
export function recorded(name: "docker" | "cloudRun" | "fargate"): Recorded {
	return JSON.parse(readFileSync(join(__dirname, "guardDirectories", `${name}.json`), "utf8")) as Recorded;
}

/** The URN of the one whose name it is. */
export function urnIn(all: Recorded, type: string, name: string): string {
	const found = Object.keys(all).find((urn) => urn.endsWith(`${type}::${name}`));
	if (found === undefined) throw new Error(`${type} ${name} was not recorded`);
	return found;
}

export function state(type: string, inputs: Inputs, more: Partial<State> = {}): State {
	return { type, id: "", inputs, outputs: {}, protect: false, retainOnDelete: false, ...more };
}

export function step(op: string, urn: string, old?: Inputs, next?: Inputs, more: Partial<State> = {}): Step {
	const type = urn.split("::")[2]?.split("$").pop() ?? "";
	return {
		op,
		urn,
		type,
		name: urn.split("::").slice(3).join("::"),
		...(old !== undefined && { old: state(type, old, more) }),
		...(next !== undefined && { new: state(type, next, more) }),
		replaceReasons: [],
	};
}

export function planOf(steps: Step[], stack = "prod"): Plan {
	return { stack, project: "shop", config: {}, steps };
}

/** Each resource of a recording as it is, but for those that `change` replaces. */
export function changedPlan(
	all: Recorded,
	change: (name: string, inputs: Inputs, urn: string) => Inputs | undefined | false,
): Plan {
	const steps = Object.entries(all).map(([urn, { inputs, outputs }]) => {
		const next = change(urn.split("::").pop() ?? "", structuredClone(inputs), urn);
		const more = outputs === undefined ? {} : { outputs };
		if (next === false) return step("delete", urn, inputs, undefined, more);
		return step(next === undefined ? "same" : "replace", urn, inputs, next ?? inputs, more);
	});
	return planOf(steps);
}

/** `at risk volume-changed: data directory /app/data of notes`, worst first; what is kept has no rule. */
export function verdicts(plan: Plan): string[] {
	return dataDirectories(plan).findings.map(
		({ verdict, rule, subject }) => `${verdict}${verdict === "kept" ? "" : ` ${rule}`}: ${subject}`,
	);
}

/** The reason and the way out of the one finding that a rule gives. */
export function said(plan: Plan, rule: string): string {
	const { findings } = dataDirectories(plan);
	const found = findings.filter((finding) => finding.rule === rule);
	if (found.length !== 1) throw new Error(`${found.length} findings of ${rule}: ${JSON.stringify(findings)}`);
	return `${found[0]?.reason} ${found[0]?.wayOut}`;
}

export function urn(type: string, name: string): string {
	return `urn:pulumi:prod::shop::${type}::${name}`;
}
