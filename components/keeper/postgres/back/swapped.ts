import { hex } from "../rowHash";
import type { Sum } from "../sums";

/** The sum that Postgres' rows would have with some of them as SQLite has them, for the user said so. */
export function swapped({ rows, hash }: Sum, pairs: { postgres: string; sqlite: string }[]): Sum {
	const number = (digits: string) => BigInt(`0x${digits}`);
	const sum = pairs.reduce((sum, { postgres, sqlite }) => sum - number(postgres) + number(sqlite), number(hash));
	return { rows, hash: hex(sum) };
}
