import type { Comparison } from "../result";
import { bars } from "./bars";
import { lines } from "./lines";
import type { Outcome } from "./outcome";

/** File name of the chart of a comparison, or of how a cost grows. */
export function chartName(bench: string, name: string): string {
	return `${`${bench} ${name}`
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, "-")
		.replace(/^-|-$/g, "")}.svg`;
}

/** Whether there is something to see: nothing but zeros, or one contender alone, is said by the table. */
export function isDrawn({ values }: Comparison): boolean {
	const found = Object.values(values);
	return found.length > 1 && found.flat().some((value) => value !== 0);
}

/** All charts of a run, by file name. */
export function charts(outcomes: Outcome[]): Record<string, string> {
	const drawn: Record<string, string> = {};
	for (const { name: bench, result } of outcomes) {
		for (const comparison of (result?.comparisons ?? []).filter(isDrawn)) {
			drawn[chartName(bench, comparison.name)] = bars(comparison);
		}
		for (const growth of result?.growth ?? []) drawn[chartName(bench, growth.name)] = lines(growth);
	}
	return drawn;
}
