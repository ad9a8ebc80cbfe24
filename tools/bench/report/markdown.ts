import type { Comparison, Growth } from "../result";
import { median } from "../statistics";
import { chartName, isDrawn } from "./charts";
import { duration, figure, ratioFigure, spread } from "./figures";
import { isMoreBetter, type Judgement } from "./judge";
import { isGood, judgements, type Outcome, type Report } from "./outcome";

/**
 * The report for a person: what came of every ratio first, then all the figures.
 *
 * @param charts directory of the charts, as seen from the report
 */
export function markdown(report: Report, charts: string): string {
	const { machine, outcomes, notRun, seconds } = report;
	const failed = outcomes.filter(({ error }) => error !== undefined);
	const missed = judgements(outcomes).filter(({ holds }) => holds === false);
	const verdict = isGood(outcomes)
		? "Every target is met."
		: `**Missed: ${missed.length} of the targets${failed.length === 0 ? "" : `; failed: ${failed.map(({ name }) => name).join(", ")}`}.**`;
	return `${[
		"# Benchmark",
		`Measured by \`npm run bench\` in ${duration(seconds)}, side by side in one run and by turns. ${verdict}`,
		...(notRun.length === 0 ? [] : [`Not asked for this time: ${notRun.join(", ")}.`]),
		table(["machine", ""], Object.entries(machine)),
		"## Ratios and limits",
		"Of the medians, where nothing else is said.",
		table(
			["benchmark", "of what", "ratio or value", "measured", "target", "holds"],
			judgements(outcomes).map((each) => [
				each.bench,
				each.comparison.name,
				each.of,
				value(each),
				each.target ?? "",
				verdictOf(each),
			]),
		),
		...outcomes.flatMap((outcome) => section(outcome, charts)),
	].join("\n\n")}\n`;
}

/** A ratio has no unit. */
export function value({ value: found, unit }: Judgement): string {
	return unit === undefined ? ratioFigure(found) : `${figure(found)} ${unit}`;
}

function verdictOf({ holds }: Judgement): string {
	if (holds === undefined) return "";
	return holds ? "✓" : "✗ **missed**";
}

function section({ name, about, seconds, result, error }: Outcome, charts: string): string[] {
	const heading = [`## ${name}`, `${about[0]?.toUpperCase()}${about.slice(1)}. It took ${duration(seconds)}.`];
	if (result === undefined) return [...heading, `✗ **It failed:** ${error?.split("\n")[0]}`];
	return [
		...heading,
		...result.comparisons.flatMap((comparison) => comparisonSection(name, comparison, charts)),
		...(result.growth ?? []).flatMap((growth) => growthSection(name, growth, charts)),
	];
}

function comparisonSection(bench: string, comparison: Comparison, charts: string): string[] {
	const { name, unit, values, notes = [] } = comparison;
	return [
		`### ${name}`,
		...(isDrawn(comparison) ? [`![${name}](${charts}/${chartName(bench, name)})`] : []),
		table(
			[`${unit}, ${isMoreBetter(comparison) ? "more" : "less"} is better`, "median", "least to most", "runs"],
			Object.entries(values).map(([contender, found]) => [
				contender,
				figure(median(found)),
				spread(found),
				`${found.length}`,
			]),
		),
		...list(notes),
	];
}

function growthSection(bench: string, { name, unit, over, points, notes = [] }: Growth, charts: string): string[] {
	const places = [...new Set(Object.values(points).flatMap((found) => found.map(({ at }) => at)))].sort(
		(a, b) => a - b,
	);
	const rows = Object.entries(points).map(([contender, found]) => [
		contender,
		...places.map((place) => figure(found.find(({ at }) => at === place)?.value ?? Number.NaN)),
		growsBy(found),
	]);
	const heading = [`${unit} at`, ...places.map((place) => `${figure(place)} ${over.unit}`), "grows"];
	return [`### ${name}`, `![${name}](${charts}/${chartName(bench, name)})`, table(heading, rows), ...list(notes)];
}

/** From the first point to the last. */
function growsBy(found: { at: number; value: number }[]): string {
	const [first, last] = [found[0], found.at(-1)];
	if (first === undefined || last === undefined || first === last) return "";
	return `× ${figure(last.value / first.value)} for × ${figure(last.at / first.at)}`;
}

function list(notes: string[]): string[] {
	return notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join("\n")];
}

function table(heading: string[], rows: string[][]): string {
	const line = (cells: string[]) =>
		`| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
	return [line(heading), line(heading.map(() => "---")), ...rows.map(line)].join("\n");
}
