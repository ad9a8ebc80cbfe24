import type { MoveReport } from "../../../components/keeper/postgres/report";
import type { PostgresServer } from "../../servers/postgres";
import { ReplicaStage } from "../replicaStage";
import type { Growth } from "../result";
import { withPostgres } from "../stages";
import { median } from "../statistics";
import { Points } from "./points";

const TABLES = [1, 10, 100, 500];
const MEGABYTES = 50;
const ROWS = 100_000;

/** What it costs that the same data is spread over more tables. */
export async function byTables(times: number, say: (what: string) => void): Promise<Growth[]> {
	const points = new Points();
	for (const tables of TABLES) {
		say(`${tables} tables: count of rows, drill`);
		points.add(tables, await inSqlite(tables, times));
	}
	await withPostgres(512, async (server) => {
		for (const tables of TABLES) {
			say(`${tables} tables: copy to Postgres`);
			points.add(tables, { "a copy to Postgres, verified": await toPostgres(server, tables, times) });
		}
	});
	return [
		{
			name: "the keeper's work, by number of tables",
			unit: "s",
			over: { name: "tables", unit: "tables" },
			points: points.all,
			notes: [
				`${MEGABYTES} MB for the count (which the keeper does at most once a minute, for its status) and the drill, ${ROWS} rows for the copy: the same at any number of tables. Medians of ${times}.`,
			],
		},
	];
}

function inSqlite(tables: number, times: number): Promise<Record<string, number>> {
	return ReplicaStage.on(async (stage) => {
		await stage.write(MEGABYTES, tables);
		const [counts, drills]: [number[], number[]] = [[], []];
		await stage.replicating(async () => {
			for (let count = 0; count < times; count += 1) {
				counts.push(await stage.inspection("rows"));
				const drill = await stage.drill();
				if (Object.keys(drill.rows ?? {}).length !== tables) throw new Error(JSON.stringify(drill));
				drills.push(drill.seconds);
			}
		});
		return { "a count of all rows": median(counts), "a drill": median(drills) };
	});
}

/** Seconds that the keeper says it took. */
async function toPostgres(server: PostgresServer, tables: number, times: number): Promise<number> {
	const file = `tables-${tables}.db`;
	const rows = Math.round(ROWS / tables);
	const names = Array.from({ length: tables }, (_, index) => `t${index}`);
	const create = names.map(
		(name) => `CREATE TABLE ${name} (id bigint PRIMARY KEY, title text NOT NULL, score bigint);`,
	);
	const fill = names.map(
		(name) =>
			`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) INSERT INTO ${name} SELECT i, hex(randomblob(40)), random() FROM n;`,
	);
	await server.sqlite(file, ["PRAGMA synchronous = off;", "BEGIN;", ...create, ...fill, "COMMIT;"].join("\n"));
	const taken: number[] = [];
	for (let count = 0; count < times; count += 1) {
		const database = `tables_${tables}_${count}`;
		await server.database(database, create.join("\n"));
		const words = ["postgres", "copy", "--from", server.path(file), "--json"];
		const { code, stdout, errors } = await server.keeper(database, words, { timeout: 600_000 });
		if (code !== 0) throw new Error(`the keeper's copy of ${tables} tables ended with ${code}: ${errors.slice(-2000)}`);
		const { report } = JSON.parse(`${stdout}`.trim().split("\n").at(-1) ?? "{}") as { report: MoveReport };
		if (!report.verified || report.tables.length !== tables) throw new Error(`${report.tables.length} tables arrived`);
		taken.push(report.seconds.total);
		await server.sql("app", `DROP DATABASE ${database}`);
	}
	return median(taken);
}
