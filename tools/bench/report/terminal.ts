import type { Comparison } from "../result";
import { duration, pointsSummary, summary } from "./figures";
import { isMoreBetter, type Judgement, judge } from "./judge";
import { value } from "./markdown";
import { judgements, type Outcome } from "./outcome";

/** What one benchmark found, for a terminal. */
export function terminal({ name, seconds, result, error }: Outcome): string {
	const heading = `${name} (${duration(seconds)})`;
	if (result === undefined) return `${heading}\n  ✗ it failed: ${error}`;
	const growth = (result.growth ?? []).flatMap(({ name: what, unit, over, points }) => [
		`  ${what}`,
		...Object.entries(points).map(([contender, found]) => `    ${contender}: ${pointsSummary(found, unit, over.unit)}`),
	]);
	return [heading, ...result.comparisons.flatMap(comparisonLines), ...growth].join("\n");
}

function comparisonLines(comparison: Comparison): string[] {
	const { name, unit, values, notes = [] } = comparison;
	return [
		`  ${name}, ${isMoreBetter(comparison) ? "more" : "less"} is better`,
		...Object.entries(values).map(([contender, found]) => `    ${contender}: ${summary(found, unit)}`),
		...judge(comparison).map((each) => `  ${judgementLine(each)}`),
		...notes.map((note) => `    ${note}`),
	];
}

function judgementLine(judgement: Judgement): string {
	const { of, target, holds } = judgement;
	const sign = holds === undefined ? " " : holds ? "✓" : "✗";
	return `${sign} ${of} = ${value(judgement)}${target === undefined ? "" : `, ${target}`}`;
}

/** What all of it comes to. */
export function conclusion(outcomes: Outcome[]): string {
	const failed = outcomes.filter(({ error }) => error !== undefined).map(({ name }) => `${name} failed`);
	const missed = judgements(outcomes)
		.filter(({ holds }) => holds === false)
		.map((each) => `${each.bench}, ${each.comparison.name}: ${each.of} = ${value(each)}, ${each.target}`);
	const all = [...failed, ...missed];
	return all.length === 0
		? "✓ every target is met"
		: `✗ not as it should be:\n${all.map((each) => `  ${each}`).join("\n")}`;
}
