import type { Comparison } from "../result";
import { median } from "../statistics";

/** A ratio, or a value that has a limit, as it came out. */
export interface Judgement {
	/** Such as "ours / plain Litestream". */
	of: string;
	/** NaN where nothing was measured. */
	value: number;
	/** Of the value; a ratio has none. */
	unit?: string;
	/** Such as "at most 1.15". @default - it is only printed */
	target?: string;
	/** Whether it is as the target says. @default - it has no target */
	holds?: boolean;
}

/** What came out of a comparison, ratios first. */
export function judge({ values, unit, ratios, limits = [] }: Comparison): Judgement[] {
	const of = (name: string) => median(valuesOf(values, name));
	return [
		...ratios.map((ratio): Judgement => {
			const [one, other] = [of(ratio.of), of(ratio.to)];
			const told = { of: `${ratio.of} / ${ratio.to}`, value: one / other };
			const { atMost, atLeast } = ratio;
			if (atMost === undefined && atLeast === undefined) return told;
			// Not by the quotient: nothing is at most half of nothing.
			const isWithin =
				(atMost === undefined || one <= atMost * other) && (atLeast === undefined || one >= atLeast * other);
			return { ...told, target: targetOf(atMost, atLeast), holds: isWithin };
		}),
		...limits.map(({ of: name, atMost, by = "each run" }): Judgement => {
			const found = valuesOf(values, name);
			const value = by === "median" ? median(found) : found.length === 0 ? Number.NaN : Math.max(...found);
			const which = by === "median" ? "median" : "of all runs the most";
			return { of: `${name}, ${which}`, value, unit, target: targetOf(atMost), holds: value <= atMost };
		}),
	];
}

/** A contender that nobody has measured would otherwise be compared with nothing, and nobody would see it. */
function valuesOf(values: Comparison["values"], name: string): number[] {
	const found = values[name];
	if (found === undefined) throw new Error(`${name} was not measured: ${Object.keys(values).join(", ")} were`);
	return found;
}

function targetOf(atMost?: number, atLeast?: number): string {
	const parts = [atLeast === undefined ? "" : `at least ${atLeast}`, atMost === undefined ? "" : `at most ${atMost}`];
	return parts.filter(Boolean).join(", ");
}

/** Whether the contender is this project, which the charts show in a colour of its own. */
export function isOurs({ ratios, limits = [] }: Comparison, name: string): boolean {
	return name.startsWith("ours") || [...ratios, ...limits].some(({ of }) => of === name);
}

/** Which way is the good one: as the targets say, or else the unit. */
export function isMoreBetter({ ratios, limits = [], unit }: Comparison): boolean {
	if (limits.length > 0 || ratios.some(({ atMost }) => atMost !== undefined)) return false;
	return ratios.some(({ atLeast }) => atLeast !== undefined) || unit.endsWith("/s");
}
