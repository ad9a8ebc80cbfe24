import type { State, Step } from "../../components/guard/plan";

/** What `pulumi preview --json` prints, made by hand. */
export interface Preview {
	config?: Record<string, string>;
	steps?: unknown[];
	changeSummary?: Record<string, number>;
	diagnostics?: { severity: string; message: string }[];
}

type Half = Partial<State>;

/** A step as the engine prints it. */
export function step(op: string, type: string, name: string, old?: Half, planned?: Half, more: Partial<Step> = {}) {
	const urn = `urn:pulumi:test::shop::${type}::${name}`;
	const state = (half: Half | undefined) => half && { urn, custom: true, type, ...half };
	return { op, urn, oldState: state(old), newState: state(planned), ...more };
}

/** The text of a preview with these steps, whose summary counts them. */
export function preview(steps: { op: string }[], more: Preview = {}): string {
	const changeSummary: Record<string, number> = {};
	for (const { op } of steps) changeSummary[op] = (changeSummary[op] ?? 0) + 1;
	return JSON.stringify({ config: {}, steps, duration: 1, changeSummary, ...more }, undefined, 4);
}
