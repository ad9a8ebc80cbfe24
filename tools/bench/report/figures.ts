import { median } from "../statistics";

/** A number with the digits that say something: three of them, or all of a whole part that has more. */
export function figure(value: number): string {
	if (!Number.isFinite(value)) return "–";
	const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
	return Number(value.toFixed(digits)).toLocaleString("en-US", { maximumFractionDigits: digits });
}

/** A ratio, with two digits behind the point. */
export function ratioFigure(value: number): string {
	return Number.isFinite(value) ? value.toFixed(2) : "–";
}

/** The least to the most of them. */
export function spread(values: number[]): string {
	return values.length === 0 ? "–" : `${figure(Math.min(...values))} to ${figure(Math.max(...values))}`;
}

/** Such as "9.91 s (9.7 to 10.4)". */
export function summary(values: number[], unit: string): string {
	return `${figure(median(values))} ${unit} (${spread(values)})`;
}

/** Such as "0.2 s at 10 MB, 2 s at 100 MB". */
export function pointsSummary(points: { at: number; value: number }[], unit: string, overUnit: string): string {
	return points.map(({ at, value }) => `${figure(value)} ${unit} at ${figure(at)} ${overUnit}`).join(", ");
}

/** Seconds as a person says them. */
export function duration(seconds: number): string {
	const whole = Math.round(seconds);
	return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
