import type { Comparison } from "../result";
import { median } from "../statistics";
import { figure, spread, summary } from "./figures";
import { isMoreBetter, isOurs } from "./judge";
import { at, line, svg, text, WIDTH, widthOf } from "./svg";

const TOP = 62;
const ROW = 38;
const BAR = 16;
const MARGIN = 16;
/** For the figures behind the bars. */
const FIGURES = 190;

/** A bar for the median of each contender, with a whisker from the least to the most. */
export function bars(comparison: Comparison): string {
	const { name, unit, values } = comparison;
	const contenders = Object.entries(values).filter(([, found]) => found.length > 0);
	const left = MARGIN + Math.max(60, ...contenders.map(([contender]) => widthOf(contender))) + 10;
	const steps = ticks(Math.max(0, ...contenders.flatMap(([, found]) => found)));
	const most = steps.at(-1) ?? 1;
	const right = WIDTH - FIGURES;
	const x = (value: number) => left + (Math.max(0, value) / most) * (right - left);
	const bottom = TOP + contenders.length * ROW;
	const direction = isMoreBetter(comparison) ? "more is better" : "less is better";
	return svg({
		height: bottom + 34,
		title: name,
		description: `${contenders.map(([contender, found]) => `${contender}: ${summary(found, unit)}`).join("; ")}; ${direction}.`,
		content: [
			text(MARGIN, 46, `${unit}, medians with the least and the most; ${direction}`, "small"),
			...steps.flatMap((step) => [
				line(x(step), TOP - 4, x(step), bottom, "grid"),
				text(x(step), bottom + 18, figure(step), "small middle"),
			]),
			...contenders.flatMap(([contender, found], index) => {
				const middle = TOP + index * ROW + ROW / 2;
				const [least, top] = [x(Math.min(...found)), x(Math.max(...found))];
				const kind = isOurs(comparison, contender) ? "ours" : "bar";
				return [
					text(left - 10, middle + 4.5, contender, "end"),
					`<rect x="${at(left)}" y="${at(middle - BAR / 2)}" width="${at(Math.max(1, x(median(found)) - left))}" height="${BAR}" rx="2" class="${kind}"/>`,
					line(least, middle, top, middle, "spread"),
					line(least, middle - 5, least, middle + 5, "spread"),
					line(top, middle - 5, top, middle + 5, "spread"),
					text(right + 12, middle + (found.length > 1 ? -1 : 4.5), `${figure(median(found))} ${unit}`),
					...(found.length > 1 ? [text(right + 12, middle + 14, spread(found), "small")] : []),
				];
			}),
		],
	});
}

/** From 0 to something above the most, at numbers that a person would take. */
export function ticks(most: number): number[] {
	if (!(most > 0)) return [0, 1];
	const rough = most / 4;
	const power = 10 ** Math.floor(Math.log10(rough));
	const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? 10 * power;
	const count = Math.ceil(most / step - 1e-9);
	return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(6)));
}
