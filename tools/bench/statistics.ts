/** The value that so much of the others are below: 0.5 for the median, 0.99 for all but one in a hundred. */
export function quantile(values: number[], share: number): number {
	const sorted = [...values].sort((one, other) => one - other);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: number[]): number {
	return quantile(values, 0.5);
}

export function spread(values: number[]): string {
	return `${Math.min(...values)} to ${Math.max(...values)}`;
}
