import { quotedName } from "../database";
import { blocksOf } from "./blocks";
import type { TablePlan } from "./plan";
import type { Progress } from "./progress";
import { HashSum, hex } from "./rowHash";
import { canonicalPostgres, canonicalSqlite } from "./rows";
import type { Server } from "./server";
import type { Source } from "./source";

/** How many rows, and the sum of their hashes, whatever their order. */
export interface Sum {
	rows: number;
	hash: string;
}

export async function sqliteSum(source: Source, plan: TablePlan, progress: Progress): Promise<Sum> {
	const sum = new HashSum();
	for (const { bytes, rows } of blocksOf(source, plan, canonicalSqlite(plan), MEASURED_LINE)) {
		addRows(sum, bytes);
		await progress.moved(rows);
	}
	return { rows: sum.rows, hash: sum.hash };
}

/** A row may have any character: its length before it says where the next one begins. */
const MEASURED_LINE = "octet_length(line) || ':' || line";
const COLON = 58;
const ZERO = 48;

function addRows(sum: HashSum, bytes: Uint8Array): void {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	let at = 0;
	while (at < bytes.length) {
		let length = 0;
		for (let byte = view.getUint8(at); byte !== COLON; byte = view.getUint8(at)) {
			length = length * 10 + byte - ZERO;
			at += 1;
		}
		const start = at + 1;
		at = start + length;
		sum.add(view, start, at);
	}
}

export function postgresSum(server: Server, plan: TablePlan): Promise<Sum> {
	return sumOf(server, plan.target.name, canonicalPostgres(plan));
}

/** The same of rows of Postgres alone, by any expression of it that gives a text. */
export function sumOf(server: Server, table: string, expression: string): Promise<Sum> {
	return sumOfHashes(server, `SELECT ${hashOf(expression)} AS h FROM ${quotedName(table)}`);
}

/** Of what a statement returns as `h`; it may be one that changes rows. */
export async function sumOfHashes(server: Server, hashes: string): Promise<Sum> {
	const { rows, total } = await server.one<{ rows: string; total: string }>(
		`WITH hashes AS (${hashes}) SELECT count(*)::text AS rows, coalesce(sum(h), 0)::text AS total FROM hashes`,
	);
	return { rows: Number(rows), hash: hex(BigInt(total)) };
}

/** The same hash as HashSum's, by bytes, whatever a column's collation says is equal. */
export function hashOf(expression: string): string {
	return `hashtextextended((${expression}) COLLATE "C", 0)`;
}
