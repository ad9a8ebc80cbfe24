/** A row of the catalogue: what can go wrong, and what must hold then. Its tests have its number in their names. */
export interface Row {
	number: number;
	fault: string;
	holds: string;
}

interface Group {
	name: string;
	rows: Row[];
}

function group(name: string, first: number, rows: [fault: string, holds: string][]): Group {
	return { name, rows: rows.map(([fault, holds], index) => ({ number: first + index, fault, holds })) };
}

const SAME = "the same on both sides, or it stops and names table, row, column and value";

/** "Nothing lost": every write that the app acknowledged is there afterwards, counted row by row. */
export const GROUPS: Group[] = [
	group("Run time", 1, [
		["the app is killed in the middle of a write", "nothing lost, integrity ok"],
		["the keeper is killed", "the app is unaffected; the replica catches up"],
		["the keeper is dead, the app checkpoints (TRUNCATE), the keeper starts again", "a full restore is possible"],
		[
			"the host is lost: volume and containers gone",
			"an exact prefix of what was acknowledged; lost at most 2 s, in each of 20 runs with --many (4 s without)",
		],
		["SIGTERM of everything", "nothing lost; the stop grace is longer than the last sync"],
		[
			"the bucket cannot be reached for 10 minutes (15 s without --many)",
			"the app goes on writing; the status says stale; it converges afterwards",
		],
		["the disk is full", "a clean error, no corruption, visible in the status"],
		["replication is silently frozen", "the canary turns status and health bad within 2 minutes"],
		["the local database is corrupt, truncated or empty", "set aside and restored, or refused; never served"],
		[
			"the replica: a flipped bit, a cut file, a missing one, a missing tail",
			"the restore fails and says which; the manifest tells of the tail",
		],
		["wrong mount, empty volume, wrong prefix, data on the image's own disk", "refused, with the way out"],
		["read-only volume, wrong owner", "fails before traffic moves, naming user, path and the fix"],
		[
			"the database on NFS, EFS, GCS FUSE, 9p or virtiofs (FUSE really mounted, the others as Linux lists them)",
			"refused",
		],
		[
			"two instances of the app during a rollout, under load (20 rollouts with --many)",
			"one can acknowledge writes at a time; nothing lost",
		],
		["two keepers on one replica; two stacks with the same replica", "the second is refused"],
		["the clock is an hour off, either way", "a restore to a transaction is right"],
		[
			"VACUUM under the keeper; the WAL gone and journal_mode changed while none lives (not: deleted under it)",
			"it recovers, and the history is kept",
		],
		["an app with SQLite older than 3.51.3", "a warning says so (not: the keeper folds the WAL in once as it starts)"],
	]),
	group("Migrations and restore", 19, [
		["a migration is killed half-way", "the old data is intact, a re-run is safe"],
		["a table is rebuilt, and a cascade drops child rows", "the rehearsal blocks it; the old version serves"],
		["code goes back after a migration", "refused, or back to the point before the deploy, as the user chooses"],
		["the restored schema is older than the code", "migrations run again"],
		["a restore to a time", "exactly the rows up to it; never over a live database"],
		["a restore, then writes", "the new rows are in the replica"],
	]),
	group("Pulumi", 25, [
		["destroy", "volume and bucket stay; up attaches them again"],
		["a component, resource or stack is renamed", "nothing stateful is replaced"],
		["a component is deleted from the program", "protected"],
		["up is killed at any step", "the next up converges; no second, empty volume"],
		["the state is lost", "import by name; no duplicate, no delete"],
		["secrets", "none in the state, containers' environments, logs, image history"],
		["a public bucket, a wildcard in IAM, forceDestroy", "the guard says lost or at risk"],
		[
			"volume renamed, mount path, variable or prefix changed, retention shortened, protect removed",
			"the right verdict on a real preview (without --many only the first of each kind is made anew, the others are as recorded)",
		],
	]),
	group(
		"SQLite to Postgres",
		33,
		[
			"integers to 2^63 − 1",
			"booleans that are not 0 or 1",
			"dates: zero dates, '', 0, with and without zone",
			"invalid UTF-8",
			"text in an INTEGER column",
			"NUL inside text",
			"REAL with 15 to 17 digits",
			"AUTOINCREMENT after the highest id ever used; empty tables",
			"case-sensitive and reserved names",
			"foreign keys, orphans",
			"defaults",
			"blobs",
			"self and cyclic foreign keys, generated columns, views, empty tables",
		]
			.map((fault): [string, string] => [fault, SAME])
			.concat([
				["5 million rows (220,000 larger ones without --many)", "at most 200 MB of memory"],
				["writes during the copy", "it copies one moment, and all of that"],
				["abort and resume", "nothing or all, and the next run has all"],
			]),
	),
	group("The door", 49, [
		[
			"acknowledge: replicated, and the host is lost under load (20 runs with --many)",
			"every acknowledged write is in the restored database",
		],
		[
			"the store hangs, refuses, is slow (2 s), or loses answers",
			"no write is acknowledged that is not there; reads go on; it recovers without a restart",
		],
		[
			"the app commits after its first byte, in the background, or in a GET",
			"what is covered is tested, what is not is documented",
		],
		["redeploys under load (20 with --many)", "no request fails, none is sent twice"],
		[
			"the app dies while it has requests, comes back late, or never",
			"a bounded queue, 503 with Retry-After, bounded memory",
		],
		[
			"slow clients, huge bodies, half-open connections, smuggling, 10,000 connections (1,000 without --many)",
			"the door stays up within its memory; passes exactly, or refuses",
		],
		["WebSocket, server-sent events, chunks, Expect: 100-continue, keep-alive", "as without the door"],
		["the door is killed", "the data is untouched; the next one takes over within seconds"],
	]),
];

export const ROWS: Row[] = GROUPS.flatMap(({ rows }) => rows);

/** The numbers in a test's name, such as `fault 4: …` or `faults 4, 5 and 24: …`. */
export function numbersIn(name: string): number[] {
	const found = name.matchAll(/\bfaults? (\d+(?:(?:, | and )\d+)*): /g);
	return [...found].flatMap(([, list = ""]) => (list.match(/\d+/g) ?? []).map(Number));
}

/** What vitest takes for the names of the tests of some rows. */
export function namePattern(numbers: number[]): string {
	return `\\bfaults? (?:\\d+(?:, | and ))*(?:${numbers.join("|")})(?:(?:, | and )\\d+)*: `;
}
