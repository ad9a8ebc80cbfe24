/** The value that so much of the others are below: 0.99 for all but one in a hundred. */
export function quantile(values: number[], share: number): number {
	const sorted = [...values].sort((one, other) => one - other);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The value in the middle; of two, what lies between them. */
export function median(values: number[]): number {
	const sorted = [...values].sort((one, other) => one - other);
	const [below, above] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
	return ((below ?? Number.NaN) + (above ?? Number.NaN)) / 2;
}

/** A number of so many digits behind the point at most. */
export function rounded(value: number, digits = 2): number {
	return Number(value.toFixed(digits));
}
