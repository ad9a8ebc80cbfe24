import { hash } from "node:crypto";
import { quotedName } from "../database";
import type { TablePlan } from "./plan";
import type { Progress } from "./progress";
import { canonicalPostgres, canonicalSqlite, needLookedAt } from "./rows";
import type { Server } from "./server";
import type { Source } from "./source";

/** How many rows, and the sum of their hashes, whatever their order. */
export interface Sum {
	rows: number;
	hash: string;
}

/** Rows between two looks at what else there is to do. */
const PAUSE = 20_000;
const BYTES = 16;

export async function sqliteSum(source: Source, plan: TablePlan, progress: Progress): Promise<Sum> {
	const statement = source.database.prepare(`SELECT ${canonicalSqlite(plan)} FROM ${plan.from}`);
	statement.setReturnArrays(true);
	// Each byte of the hashes is summed by itself: numbers stay exact that way up to 2^45 rows, and big integers are slow.
	const sums = new Float64Array(BYTES);
	let rows = 0;
	for (const row of statement.iterate() as Iterable<unknown>) {
		const text = (row as string[])[0] ?? "";
		needLookedAt(plan, text);
		const digest = hash("md5", text, "binary");
		for (let index = 0; index < BYTES; index++) sums[index] = (sums[index] ?? 0) + digest.charCodeAt(index);
		rows += 1;
		if (rows % PAUSE === 0) await progress.moved(PAUSE);
	}
	await progress.moved(rows % PAUSE);
	return { rows, hash: half(sums.subarray(0, 8)) + half(sums.subarray(8)) };
}

/** Adds up eight sums of bytes to one 64-bit number, as hexadecimal digits. */
function half(sums: Float64Array): string {
	return hex(sums.reduce((all, sum) => (all << 8n) + BigInt(sum), 0n));
}

function hex(number: bigint): string {
	return BigInt.asUintN(64, number).toString(16).padStart(16, "0");
}

export function postgresSum(server: Server, plan: TablePlan): Promise<Sum> {
	return sumOf(server, plan.target.name, canonicalPostgres(plan));
}

/** The same of rows of Postgres alone, by any expression of it that gives a text. */
export function sumOf(server: Server, table: string, expression: string): Promise<Sum> {
	// OFFSET 0 keeps the hash from being made once for each of its halves.
	return sumOfHashes(server, `SELECT md5(${expression}) AS h FROM ${quotedName(table)} OFFSET 0`);
}

/** Of what a statement returns as `h`; it may be one that changes rows. */
export async function sumOfHashes(server: Server, hashes: string): Promise<Sum> {
	const { rows, high, low } = await server.one<{ rows: string; high: string; low: string }>(
		`WITH hashes AS (${hashes}) SELECT count(*)::text AS rows, coalesce(sum(('x' || left(h, 16))::bit(64)::int8), 0)::text AS high, coalesce(sum(('x' || right(h, 16))::bit(64)::int8), 0)::text AS low FROM hashes`,
	);
	return { rows: Number(rows), hash: hex(BigInt(high)) + hex(BigInt(low)) };
}
