import { randomBytes } from "node:crypto";
import type { Answer } from "../../components/docker/cli";
import type { MoveReport } from "../../components/keeper/postgres/report";
import { dockerOutput } from "../prove/twin";
import type { PostgresServer } from "../servers/postgres";
import { figure } from "./report/figures";
import type { Bench, Comparison } from "./result";
import { withPostgres } from "./stages";
import { median, rounded } from "./statistics";
import { byTurns, progress } from "./turns";

const COLUMNS = "id, author, title, body, score, created_at, edited_at, done";
const SCHEMA = `CREATE TABLE notes (id bigint PRIMARY KEY, author bigint NOT NULL, title text NOT NULL, body text,
	score double precision, created_at timestamp NOT NULL, edited_at timestamp, done boolean NOT NULL)`;
const FILE = "bench.db";
/** Says at the end how much memory the process had resident at most, and how long it computed. */
const PEAK = `process.on("exit", () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
	require("fs").writeSync(2, "peak " + maxRSS + " cpu " + (userCPUTime + systemCPUTime) + "\\n"); });`;
const PLAIN_NAME = "sqlite3 | psql COPY";
const TARGETS = { pgloader: 3, plain: 0.5, megabytes: 200 };

interface Run {
	seconds: number;
	/** Seconds that it computed itself. */
	own: number;
	/** Seconds that the server computed. */
	server: number;
}

interface KeeperRun extends Run {
	/** Resident at most. */
	megabytes: number;
	parts: MoveReport["seconds"];
}

/**
 * Copies the same rows by turns with the keeper, which verifies them too, with pgloader and with `sqlite3 | psql`, each
 * into a fresh database of the same server.
 */
export const postgres: Bench = {
	name: "postgres",
	about: "keeper postgres copy, verification included, against pgloader and sqlite3 | psql; its memory",
	async run({ rows, runs = 3 }) {
		const say = progress("postgres");
		return withPostgres(1024, async (server) => {
			say(`making a file of ${rows} rows`);
			const megabytes = await makeFile(server, rows);
			const found = await byTurns(runs, say, {
				ours: () => keeperRun(server, rows),
				pgloader: () => toolRun(server, rows, PGLOADER),
				[PLAIN_NAME]: () => toolRun(server, rows, PLAIN),
			});
			return { comparisons: comparisonsOf(found, `${figure(rows)} rows, ${megabytes} MB`, rows) };
		});
	},
};

function comparisonsOf(found: Record<string, Run[]> & { ours: KeeperRun[] }, what: string, rows: number): Comparison[] {
	const rates = Object.entries(found).map(([name, all]) => [
		name,
		all.map(({ seconds }) => Math.round(rows / seconds)),
	]);
	// The seconds that were computed tell more than those that passed where others are busy on the machine.
	const computed = Object.entries(found).map(([name, all]) => {
		const [own, server] = [median(all.map((each) => each.own)), median(all.map((each) => each.server))];
		return `${name}: computed ${rounded(own, 1)} s itself and ${rounded(server, 1)} s in the server`;
	});
	const part = (name: keyof MoveReport["seconds"]) => rounded(median(found.ours.map(({ parts }) => parts[name])), 1);
	return [
		{
			name: `SQLite to Postgres, ${what}`,
			unit: "rows/s",
			values: Object.fromEntries(rates),
			ratios: [
				{ of: "ours", to: "pgloader", atLeast: TARGETS.pgloader },
				{ of: "ours", to: PLAIN_NAME, atLeast: TARGETS.plain },
			],
			notes: [
				`Ours verifies every row on both sides in that time (copy ${part("copy")} s, verify ${part("verify")} s); the others do not.`,
				`${computed.join("; ")}.`,
			],
		},
		{
			name: `SQLite to Postgres, memory of the keeper, ${what}`,
			unit: "MB",
			values: { ours: found.ours.map(({ megabytes }) => megabytes) },
			ratios: [],
			limits: [{ of: "ours", atMost: TARGETS.megabytes }],
		},
	];
}

/** A file of rows such as apps have them: about 200 bytes each. */
async function makeFile(server: PostgresServer, rows: number): Promise<number> {
	// Other words in each row, with what has to be escaped in some.
	const words = `Call the harbour master about berth 12, "north pier"; the café's ledger is in C:\\notes\\2024.\nMärz: 3 crates — paid. `;
	const text = `(SELECT text FROM words)`;
	const script = `PRAGMA journal_mode = wal; PRAGMA synchronous = off;
		CREATE TEMP TABLE words AS SELECT '${words.repeat(20).replaceAll("'", "''")}' AS text;
		${SCHEMA.replaceAll("bigint", "INTEGER").replaceAll("double precision", "REAL")};
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
		INSERT INTO notes SELECT i, abs(random()) % 10000 + 1, substr(${text}, abs(random()) % 1500 + 1, 10 + i % 30),
			CASE WHEN i % 50 > 0 THEN substr(${text}, abs(random()) % 1500 + 1, 40 + i % 120) END, random() / 1e15,
			datetime(1700000000 + i % 30000000, 'unixepoch'),
			CASE WHEN i % 3 = 0 THEN datetime(1710000000 + i, 'unixepoch') || '.' || (100000 + i % 900000) END, i % 2 FROM n;
		PRAGMA wal_checkpoint(truncate);`;
	await done("sqlite3", server.tool(["sqlite3", "-bail", server.path(FILE)], script, 1_800_000));
	const size = await done("stat", server.tool(["stat", "--format=%s", server.path(FILE)]));
	return Math.round(Number(size.stdout) / 1e6);
}

type Tool = (server: PostgresServer, database: string) => string;

/** Its COPY alone, into the same tables as the others: it makes and drops nothing. */
const PGLOADER: Tool = (server, database) =>
	`cat > /tmp/bench.load <<'END'\nLOAD DATABASE FROM sqlite://${server.path(FILE)} INTO ${server.urlOf(database)}
	WITH data only, create no tables, include no drop, create no indexes, reset no sequences;\nEND
	exec pgloader --quiet --root-dir=/tmp/pgloader /tmp/bench.load`;

const PLAIN: Tool = (server, database) =>
	`sqlite3 -csv ${server.path(FILE)} 'SELECT ${COLUMNS} FROM notes' | psql -Xq '${server.urlOf(database)}' --command='\\copy notes FROM STDIN (FORMAT csv)'`;

async function toolRun(server: PostgresServer, rows: number, tool: Tool): Promise<Run> {
	const { seconds, ...computed } = await inFresh(server, rows, (database) =>
		done("the tool", server.tool(["sh", "-ec", tool(server, database)], "", 7_200_000)),
	);
	return { seconds, server: computed.server, own: computed.tools };
}

async function keeperRun(server: PostgresServer, rows: number): Promise<KeeperRun> {
	await done("peak.js", server.tool(["sh", "-c", `cat > ${server.path("peak.js")}`], PEAK));
	const args = ["--env", `NODE_OPTIONS=--require=${server.path("peak.js")}`];
	const words = ["postgres", "copy", "--from", server.path(FILE), "--json"];
	const run = await inFresh(server, rows, (database) =>
		done("the keeper", server.keeper(database, words, { args, timeout: 7_200_000 })),
	);
	const { stdout, errors } = run.result;
	const last = JSON.parse(`${stdout}`.trim().split("\n").at(-1) ?? "{}") as { report: MoveReport };
	if (!last.report?.verified) throw new Error(`the keeper has not verified: ${JSON.stringify(last)}`);
	const [, peak, cpu] = /peak (\d+) cpu (\d+)/.exec(errors) ?? [];
	const [megabytes, own] = [Math.round(Number(peak) / 1000), rounded(Number(cpu) / 1e6)];
	return { seconds: run.seconds, server: run.server, megabytes, own, parts: last.report.seconds };
}

/** Times what copies into a database of its own, and looks whether all rows are there. */
async function inFresh<T>(
	server: PostgresServer,
	rows: number,
	copy: (database: string) => Promise<T>,
): Promise<{ seconds: number; server: number; tools: number; result: T }> {
	const database = `bench_${randomBytes(3).toString("hex")}`;
	await server.database(database, SCHEMA);
	// Nobody pays for what the one before has left to be written.
	await dockerOutput(
		"exec",
		server.name,
		"psql",
		"--host=/run/postgresql",
		"--username=postgres",
		"--command=CHECKPOINT",
	);
	const before = await computedSeconds(server);
	const start = performance.now();
	const result = await copy(database);
	const seconds = rounded((performance.now() - start) / 1000);
	const after = await computedSeconds(server);
	const spent = (side: "server" | "tools") => rounded(after[side] - before[side]);
	const [count] = await server.sql(database, "SELECT count(*) FROM notes");
	if (Number(count) !== rows) throw new Error(`${count} rows arrived instead of ${rows}`);
	await server.sql("app", `DROP DATABASE ${database}`);
	return { seconds, server: spent("server"), tools: spent("tools"), result };
}

/** What the containers of the server and of the tools have computed since they started. */
async function computedSeconds(server: PostgresServer): Promise<{ server: number; tools: number }> {
	const [ofServer, ofTools] = await Promise.all([server.name, `${server.name}-tools`].map(computedBy));
	return { server: ofServer ?? Number.NaN, tools: ofTools ?? Number.NaN };
}

async function computedBy(container: string): Promise<number> {
	// In one file or another, by the version of the host's control groups.
	const files = "cat /sys/fs/cgroup/cpuacct/cpuacct.usage /sys/fs/cgroup/cpu.stat 2>/dev/null || true";
	const said = await dockerOutput("exec", container, "sh", "-c", files);
	const [, microseconds] = /usage_usec (\d+)/.exec(said) ?? [];
	return microseconds === undefined ? Number.parseInt(said, 10) / 1e9 : Number(microseconds) / 1e6;
}

async function done(what: string, ended: Promise<Answer>): Promise<Answer> {
	const answer = await ended;
	if (answer.code !== 0)
		throw new Error(
			`${what} ended with ${answer.code}: ${`${answer.stdout}`.slice(-2000)}${answer.errors.slice(-2000)}`,
		);
	return answer;
}
