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

/** All charts of a run, by file name. */
export function charts(outcomes: Outcome[]): Record<string, string> {
	const drawn: Record<string, string> = {};
	for (const { name: bench, result } of outcomes) {
		for (const comparison of result?.comparisons ?? []) drawn[chartName(bench, comparison.name)] = bars(comparison);
		for (const growth of result?.growth ?? []) drawn[chartName(bench, growth.name)] = lines(growth);
	}
	return drawn;
}
