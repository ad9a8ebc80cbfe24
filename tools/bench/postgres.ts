import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Answer } from "../../components/docker/cli";
import type { MoveReport } from "../../components/keeper/postgres/report";
import { docker, dockerOutput } from "../prove/twin";
import { PostgresServer } from "../servers/postgres";
import { ROOT } from "../workspace";
import { median, spread } from "./statistics";

const COLUMNS = "id, author, title, body, score, created_at, edited_at, done";
const SCHEMA = `CREATE TABLE notes (id bigint PRIMARY KEY, author bigint NOT NULL, title text NOT NULL, body text,
	score double precision, created_at timestamp NOT NULL, edited_at timestamp, done boolean NOT NULL)`;
const FILE = "bench.db";
/** Says at the end how much memory the process had resident at most, and how long it computed. */
const PEAK = `process.on("exit", () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
	require("fs").writeSync(2, "peak " + maxRSS + " cpu " + (userCPUTime + systemCPUTime) + "\\n"); });`;
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
 * into a fresh database of the same server, and prints the rates and their ratios.
 */
export async function benchPostgres({ rows, runs }: { rows: number; runs: number }): Promise<number> {
	const image = `holdfast-bench-${randomBytes(3).toString("hex")}:1`;
	await dockerOutput("build", "--quiet", "--tag", image, join(ROOT, "components", "keeper", "image"));
	let server: PostgresServer | undefined;
	try {
		server = await PostgresServer.start({ keeper: image, data: "volume", memory: 1024 });
		const megabytes = await makeFile(server, rows);
		// It takes so long for many rows that once has to do.
		const pgloaderRuns = rows > 1_000_000 ? 1 : runs;
		console.log(`${rows} rows, ${megabytes} MB, to Postgres; ${runs} times each by turns, pgloader ${pgloaderRuns}`);
		const all = { keeper: [] as KeeperRun[], pgloader: [] as Run[], plain: [] as Run[] };
		for (let run = 1; run <= runs; run += 1) {
			all.keeper.push(await keeperRun(server, rows));
			if (run <= pgloaderRuns) all.pgloader.push(await toolRun(server, rows, PGLOADER));
			all.plain.push(await toolRun(server, rows, PLAIN));
			const others = `pgloader ${told(all.pgloader[run - 1])}; sqlite3 | psql ${told(all.plain.at(-1))}`;
			console.log(`  ${run}: keeper ${toldKeeper(all.keeper.at(-1))}; ${others}`);
		}
		return judge(rows, all);
	} finally {
		await server?.remove();
		await docker.run(["image", "rm", "--force", image]);
	}
}

/** The seconds that were computed tell more than those that passed where others are busy on the machine. */
function told(run: Run | undefined): string {
	return run === undefined ? "not run" : `${run.seconds} s (computed ${run.own} itself, ${run.server} in the server)`;
}

function toldKeeper(run: KeeperRun | undefined): string {
	if (run === undefined) return "not run";
	return `${told(run)}, copy ${run.parts.copy} and verify ${run.parts.verify}, ${run.megabytes} MB`;
}

function judge(rows: number, all: { keeper: KeeperRun[]; pgloader: Run[]; plain: Run[] }): number {
	const rates = (list: Run[]) => list.map(({ seconds }) => Math.round(rows / seconds));
	const [keeper, pgloader, plain] = [rates(all.keeper), rates(all.pgloader), rates(all.plain)];
	const against = (others: number[]) => median(keeper) / median(others);
	const line = (name: string, others: number[], target: number) =>
		console.log(
			`postgres: keeper / ${name} = ${against(others).toFixed(2)}, at least ${target} (medians ${median(keeper)} and ${median(others)} rows/s, ${spread(keeper)} and ${spread(others)})`,
		);
	line("pgloader", pgloader, TARGETS.pgloader);
	line("sqlite3 | psql", plain, TARGETS.plain);
	const peak = Math.max(...all.keeper.map(({ megabytes }) => megabytes));
	console.log(`postgres: the keeper had ${peak} MB resident at most, at most ${TARGETS.megabytes}`);
	const met = against(pgloader) >= TARGETS.pgloader && against(plain) >= TARGETS.plain && peak <= TARGETS.megabytes;
	return met ? 0 : 1;
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
	const [megabytes, own] = [Math.round(Number(peak) / 1000), Math.round(Number(cpu) / 1e5) / 10];
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
	const seconds = Math.round((performance.now() - start) / 100) / 10;
	const after = await computedSeconds(server);
	const spent = (side: "server" | "tools") => Math.round((after[side] - before[side]) * 10) / 10;
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
