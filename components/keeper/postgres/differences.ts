import { hash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { quotedName } from "../database";
import { literal } from "./conversion";
import type { TablePlan } from "./plan";
import { canonicalPostgres, canonicalSqlite } from "./rows";
import type { Server } from "./server";
import type { Source } from "./source";

/** The first digits of a hash, by which rows are put into groups, and how many rows of differing groups are held at once. */
const GROUP = 5;
const GROUPS = 16 ** GROUP;
const HELD = 60_000;
const PAUSE = 20_000;
/** How many rows of a difference are named. */
const NAMED = 5;

export interface Differences {
	onlySqlite: number;
	onlyPostgres: number;
	/** Hashes of some of the rows, on the side that has them. */
	hashes: { sqlite: string[]; postgres: string[] };
}

/**
 * Which rows only one side has. First groups of rows are compared, then the rows of groups that differ, so many at a time
 * that memory stays bounded whatever the size of the table.
 */
export async function differencesOf(source: Source, server: Server, table: TablePlan): Promise<Differences> {
	const found: Differences = { onlySqlite: 0, onlyPostgres: 0, hashes: { sqlite: [], postgres: [] } };
	for (const groups of await differingGroups(source, server, table)) {
		for (const [digest, more] of await balanceOf(source, server, table, groups)) {
			const side = more > 0 ? "sqlite" : "postgres";
			if (found.hashes[side].length < NAMED) found.hashes[side].push(digest);
			if (more > 0) found.onlySqlite += more;
			else found.onlyPostgres -= more;
		}
	}
	return found;
}

/** Groups of rows that are not the same on both sides, as many together as are compared at once. */
export async function differingGroups(source: Source, server: Server, table: TablePlan): Promise<number[][]> {
	// Sums wrap around on both sides alike. What they may miss is found by the verification.
	const sums = new Uint32Array(GROUPS);
	const counts = { sqlite: new Uint32Array(GROUPS), postgres: new Uint32Array(GROUPS) };
	for await (const digest of sqliteHashes(source, table)) {
		const group = groupOf(digest);
		sums[group] = (sums[group] ?? 0) + Number.parseInt(digest.slice(GROUP, GROUP + 8), 16);
		counts.sqlite[group] = (counts.sqlite[group] ?? 0) + 1;
	}
	await server.run(
		`DECLARE groups NO SCROLL CURSOR FOR SELECT left(h, ${GROUP}) AS "group", (sum(('x' || substr(h, ${GROUP + 1}, 8))::bit(32)::bigint) % 4294967296)::text AS sum, count(*)::text AS rows FROM (${postgresHashes(table)}) AS hashes GROUP BY 1`,
	);
	for (;;) {
		const held = await server.rows<{ group: string; sum: string; rows: string }>(`FETCH ${PAUSE} FROM groups`);
		if (held.length === 0) break;
		for (const { group, sum, rows } of held) {
			const place = groupOf(group);
			sums[place] = (sums[place] ?? 0) - Number(sum);
			counts.postgres[place] = Number(rows);
		}
	}
	await server.run("CLOSE groups");
	const portions: number[][] = [];
	let room = 0;
	for (const [group, sum] of sums.entries()) {
		const [here, there] = [counts.sqlite[group] ?? 0, counts.postgres[group] ?? 0];
		if (sum === 0 && here === there) continue;
		if (room < here + there) {
			portions.push([]);
			room = HELD;
		}
		portions.at(-1)?.push(group);
		room -= here + there;
	}
	return portions;
}

function groupOf(digest: string): number {
	return Number.parseInt(digest.slice(0, GROUP), 16);
}

/** By its hash, how many more of a row SQLite has than Postgres, below 0 where it has fewer; a row that is there twice counts twice. */
export async function balanceOf(
	source: Source,
	server: Server,
	table: TablePlan,
	groups: number[],
): Promise<Map<string, number>> {
	const wanted = new Set(groups);
	const balance = new Map<string, number>();
	for await (const digest of sqliteHashes(source, table))
		if (wanted.has(groupOf(digest))) balance.set(digest, (balance.get(digest) ?? 0) + 1);
	const held = await server.rows<{ h: string; rows: string }>(
		`SELECT h, count(*)::text AS rows FROM (${postgresHashes(table)}) AS hashes WHERE left(h, ${GROUP}) = ANY ($1) GROUP BY h`,
		[groups.map((group) => group.toString(16).padStart(GROUP, "0"))],
	);
	for (const { h, rows } of held) balance.set(h, (balance.get(h) ?? 0) - Number(rows));
	for (const [digest, more] of balance) if (more === 0) balance.delete(digest);
	return balance;
}

async function* sqliteHashes(source: Source, table: TablePlan): AsyncGenerator<string> {
	const statement = source.database.prepare(`SELECT ${canonicalSqlite(table)} FROM ${table.from}`);
	statement.setReturnArrays(true);
	let rows = 0;
	for (const row of statement.iterate() as Iterable<unknown>) {
		yield hash("md5", (row as string[])[0] ?? "");
		rows += 1;
		if (rows % PAUSE === 0) await setImmediate();
	}
}

function postgresHashes(table: TablePlan): string {
	return `SELECT md5(${canonicalPostgres(table)}) AS h FROM ${quotedName(table.target.name)} OFFSET 0`;
}

/** Words that name some of the rows. */
export async function differingRows(
	source: Source,
	server: Server,
	table: TablePlan,
	{ sqlite, postgres }: Differences["hashes"],
): Promise<string> {
	const told: string[] = [];
	if (sqlite.length > 0) {
		const row = table.source.row.map((name) => `CAST(${name} AS TEXT)`).join(" || ', ' || ");
		const statement = source.database.prepare(`SELECT ${canonicalSqlite(table)}, ${row} FROM ${table.from}`);
		statement.setReturnArrays(true);
		const found: string[] = [];
		for (const [text, id] of statement.iterate() as Iterable<unknown> as Iterable<string[]>) {
			if (sqlite.includes(hash("md5", text ?? ""))) found.push(id ?? "?");
			if (found.length >= sqlite.length) break;
		}
		told.push(`rows of SQLite that differ: ${found.join(", ")}`);
	}
	if (postgres.length > 0) {
		const keys = table.columns
			.filter(({ source: column }) => column.key > 0)
			.map(({ target }) => quotedName(target.name));
		const id = keys.length === 0 ? "ctid::text" : keys.map((key) => `${key}::text`).join(` || ${literal(", ")} || `);
		const found = await server.rows<{ id: string }>(
			`SELECT ${id} AS id FROM ${quotedName(table.target.name)} WHERE md5(${canonicalPostgres(table)}) = ANY ($1) LIMIT ${NAMED}`,
			[postgres],
		);
		told.push(`rows of Postgres that differ: ${found.map(({ id }) => id).join(", ")}`);
	}
	return told.map((words) => `; ${words}`).join("");
}
