import type { Growth } from "../result";
import { figure, pointsSummary } from "./figures";
import { at, LINE_COLOURS, line, svg, text, WIDTH } from "./svg";

const [LEFT, RIGHT, HEIGHT] = [84, WIDTH - 24, 280];

/** A line for each contender, both axes logarithmic: what grows with what it is measured over has a slope of 1. */
export function lines({ name, unit, over, points }: Growth): string {
	const all = Object.entries(points).filter(([, found]) => found.length > 0);
	const top = 62 + all.length * 20;
	const bottom = top + HEIGHT;
	// Too short to be measured is not nothing, and nothing has no logarithm.
	const least = Math.min(...all.flatMap(([, found]) => found.map(({ value }) => value)).filter((value) => value > 0));
	const y = scale(
		all.flatMap(([, found]) => found.map(({ value }) => Math.max(value, least))),
		bottom,
		top,
	);
	const x = scale(
		all.flatMap(([, found]) => found.map(({ at: place }) => place)),
		LEFT,
		RIGHT,
	);
	const places = [...new Set(all.flatMap(([, found]) => found.map(({ at: place }) => place)))];
	const axis = over.unit === over.name ? over.name : `${over.name} in ${over.unit}`;
	return svg({
		height: bottom + 50,
		title: name,
		description: `${all.map(([contender, found]) => `${contender}: ${pointsSummary(found, unit, over.unit)}`).join("; ")}.`,
		content: [
			text(16, 46, `${unit}, by ${axis}; both axes are logarithmic`, "small"),
			...all.flatMap(([contender], index) => [mark(24, 62 + index * 20, index), text(38, 66 + index * 20, contender)]),
			...steps(y.least, y.most).flatMap((value) => [
				line(LEFT, y.of(value), RIGHT, y.of(value), "grid"),
				text(LEFT - 8, y.of(value) + 4, figure(value), "small end"),
			]),
			...places.flatMap((place) => [
				line(x.of(place), top, x.of(place), bottom, "grid"),
				text(x.of(place), bottom + 18, figure(place), "small middle"),
			]),
			text((LEFT + RIGHT) / 2, bottom + 38, axis, "small middle"),
			...all.flatMap(([, found], index) => {
				const marks = found.map(({ at: place, value }) => [x.of(place), y.of(Math.max(value, least))] as const);
				const path = marks.map(([left, height]) => `${at(left)},${at(height)}`).join(" ");
				const shown = index % LINE_COLOURS.length;
				return [
					`<polyline points="${path}" class="line${shown}"/>`,
					...marks.map(([left, height]) => mark(left, height, index)),
				];
			}),
		],
	});
}

/** A disc, a square or a diamond: colour alone tells not everybody which line it is. */
function mark(x: number, y: number, index: number): string {
	const classes = `class="mark${index % LINE_COLOURS.length}"`;
	if (index % 3 === 0) return `<circle cx="${at(x)}" cy="${at(y)}" r="4.5" ${classes}/>`;
	const turned = index % 3 === 2 ? ` transform="rotate(45 ${at(x)} ${at(y)})"` : "";
	return `<rect x="${at(x - 4)}" y="${at(y - 4)}" width="8" height="8" ${classes}${turned}/>`;
}

/** Where a value lies between two ends of an axis, by its logarithm; where all are the same, in the middle. */
function scale(values: number[], from: number, to: number) {
	const positive = values.filter((value) => value > 0);
	const [least, most] = [Math.min(...positive), Math.max(...positive)];
	const range = Math.log(most / least);
	const of = (value: number) =>
		range === 0 ? (from + to) / 2 : from + (Math.log(value / least) / range) * (to - from);
	return { least, most, of };
}

/** The powers of ten between two values; where they are few, their doubles and fives too. */
function steps(least: number, most: number): number[] {
	const between = (factors: number[]) => {
		const found: number[] = [];
		for (let power = Math.floor(Math.log10(least)); 10 ** power <= most; power += 1) {
			found.push(...factors.map((factor) => Number((factor * 10 ** power).toPrecision(3))));
		}
		return found.filter((value) => value >= least * 0.999 && value <= most * 1.001);
	};
	const [powers, more] = [between([1]), between([1, 2, 5])];
	if (powers.length >= 3) return powers;
	return more.length >= 2 ? more : [...new Set([least, most])];
}
