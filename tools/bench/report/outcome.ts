import type { Machine } from "../machine";
import type { BenchOptions, Comparison, Result } from "../result";
import { type Judgement, judge } from "./judge";

/** How one benchmark went. */
export interface Outcome {
	name: string;
	about: string;
	seconds: number;
	/** @default - it failed */
	result?: Result;
	/** Why it gave nothing. */
	error?: string;
}

/** All that one run of `npm run bench` found. */
export interface Report {
	machine: Machine;
	options: BenchOptions;
	seconds: number;
	outcomes: Outcome[];
	/** Benchmarks that were not asked for. */
	notRun: string[];
}

/** What came out of all comparisons, each beside where it is from. */
export function judgements(outcomes: Outcome[]): (Judgement & { bench: string; comparison: Comparison })[] {
	return outcomes.flatMap(({ name: bench, result }) =>
		(result?.comparisons ?? []).flatMap((comparison) =>
			judge(comparison).map((each) => ({ ...each, bench, comparison })),
		),
	);
}

/** Whether every benchmark came to its end and no target was missed. */
export function isGood(outcomes: Outcome[]): boolean {
	return (
		outcomes.every(({ error }) => error === undefined) && judgements(outcomes).every(({ holds }) => holds !== false)
	);
}
