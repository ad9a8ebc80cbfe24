import type { Sum } from "../sums";

/** The sum that Postgres' rows would have with some of them as SQLite has them, for the user said so. */
export function swapped({ rows, hash }: Sum, pairs: { postgres: string; sqlite: string }[]): Sum {
	if (pairs.length === 0) return { rows, hash };
	const half = (text: string, start: number) => BigInt(`0x${text.slice(start, start + 16)}`);
	const halves = [0, 16].map((start) => {
		const sum = pairs.reduce(
			(sum, { postgres, sqlite }) => sum - half(postgres, start) + half(sqlite, start),
			half(hash, start),
		);
		return BigInt.asUintN(64, sum).toString(16).padStart(16, "0");
	});
	return { rows, hash: halves.join("") };
}
