import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { legibleKeeper } from "../../tools/setup/keeperBundle";
import { REPETITIONS, tryDocker, until } from "./docker";
import { differences, dumped, lastOf, postgresForTests } from "./postgres";
import { BYTES, POSTGRES, SQLITE, WRITTEN } from "./postgresBack/sides";

const held = postgresForTests();

/** A file of SQLite and a database that have been made the same by a copy, and then what the app wrote to the database. */
async function moved(name: string, sqlite = SQLITE, postgres = POSTGRES, written = WRITTEN) {
	const { server } = held;
	const file = `${name}.db`;
	await Promise.all([server.sqlite(file, sqlite), server.database(name, postgres)]);
	const copied = await server.keeper(name, ["postgres", "copy", "--from", server.path(file), "--json"]);
	expect(lastOf(copied)).toHaveProperty("report.verified", true);
	await server.sql(name, written);
	const back = (words: string[] = [], options: { args?: string[]; name?: string } = {}) =>
		server.keeper(name, ["postgres", "back", "--to", server.path(file), "--json", ...words], options);
	const bytes = async () =>
		`${(await server.tool(["python3", "-c", BYTES, server.path(file)])).stdout}`.trim().split("\n");
	const ask = async (sql: string) =>
		`${(await server.tool(["sqlite3", "-readonly", server.path(file), sql])).stdout}`.trim().split("\n");
	return { server, file, back, bytes, ask };
}

const TYPED =
	"id INTEGER PRIMARY KEY, amount NUMERIC, day DATE, at TIMESTAMP, height REAL, code CHAR(2) CHECK (code <> 'no')";
const AWKWARD = {
	sqlite: `CREATE TABLE prices (${TYPED}); CREATE TABLE notes (id INTEGER PRIMARY KEY); INSERT INTO notes VALUES (1);`,
	postgres:
		"CREATE TABLE prices (id int PRIMARY KEY, amount numeric, day date, at timestamp, height float8, code text); CREATE TABLE notes (id int PRIMARY KEY);",
	written: `INSERT INTO prices VALUES (1, 12345678901234567890.25, NULL, NULL, NULL, NULL), (2, NULL, 'infinity', '-infinity', NULL, NULL),
		(3, NULL, '0044-03-15 BC', '12000-01-01', 'NaN', NULL), (4, 1.5, '2026-01-01', '2026-01-01', 'Infinity', 'ok'), (5, NULL, NULL, NULL, NULL, 'no');
		ALTER TABLE notes ADD colour text; ALTER TABLE notes ADD unused text; UPDATE notes SET colour = 'red';
		CREATE TABLE tags (id int); INSERT INTO tags VALUES (1), (2); CREATE TABLE empty (id int);`,
};

describe.concurrent("the way back from Postgres", () => {
	it("brings what was written since, and leaves every other byte as it was", async () => {
		const { server, file, back, bytes, ask } = await moved("changed");
		const [before, there] = [await bytes(), await dumped(server, "changed")];
		const ended = await back();
		const { report, refusal, error } = lastOf(ended);
		expect({ refusal, error, code: ended.code }).toEqual({ code: 0 });
		expect(report).toMatchObject({ direction: "to-sqlite", verified: true });
		const all = await differences(server, file, "changed");
		expect(all.filter((words) => !words.startsWith("search"))).toEqual([]);
		expect(await dumped(server, "changed")).toBe(there);
		const after = new Set(await bytes());
		const gone = before.filter((row) => !after.has(row)).map((row) => row.split("|").slice(0, 2).join(" "));
		const lines = gone.filter((row) => row.startsWith("lines"));
		expect(gone.filter((row) => !lines.includes(row))).toEqual(
			["people 2", "people 5", "people 6", "people 7", "people 39", "people 40"].concat([
				"shares 9",
				"shares 36",
				"shares 37",
				"shares 38",
				"shares 39",
				"shares 40",
				"words w3",
				"words w4",
			]),
		);
		expect(lines).toHaveLength(3);
		expect(
			await ask(
				"SELECT joined, seen, alarm, salary, price, token, short, typeof(photo), typeof(active), big FROM people WHERE id = 41",
			),
		).toEqual([
			"2026-07-01T08:00:00.500Z|2026-07-01 08:00:00.123456|23:59:59.250000|12345.678|7.00|AABBCCDD-0000-4000-8000-00000000ABCD|aabbccdd00004000800000000000abcd|blob|integer|-9223372036854775808",
		]);
		expect(await ask("SELECT * FROM quiet")).toEqual([
			"1|2026-01-02 03:04:05.000000|03:04:05.000000|aabbccdd00004000800000000000abcd|1.5|1",
		]);
		expect(await ask("SELECT name, seq FROM sqlite_sequence ORDER BY name")).toEqual(["counted|45", "people|42"]);
		// The search index went along, and the triggers that count did not run; all of them are there again.
		expect(await ask("SELECT group_concat(rowid) FROM search('東京 OR 39 OR Infinite')")).toEqual(["41,42"]);
		expect(await ask("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'")).toEqual(["4"]);
		expect(await ask("PRAGMA integrity_check; PRAGMA foreign_key_check")).toEqual(["ok"]);
		const same = await bytes();
		expect(lastOf(await back())).toHaveProperty("report.verified", true);
		expect(await bytes()).toEqual(same);
	});
	it("names all that SQLite cannot hold, changes nothing, and takes what the user says instead", async () => {
		const { server, file, back, ask } = await moved("awkward", AWKWARD.sqlite, AWKWARD.postgres, AWKWARD.written);
		const places = await back();
		expect(places.code).toBe(3);
		expect(lastOf(places).refusal).toMatchObject({
			code: "move-unfit",
			found: expect.stringMatching(
				/tags, 2 rows: SQLite has no such table\n {2}notes.colour, 1 row: SQLite has no such column$/,
			),
		});
		await server.sql("awkward", "DELETE FROM tags");
		const replace = (more: Record<string, string>) => [
			"--replace-back",
			JSON.stringify({ "notes.colour": "NULL", ...more }),
		];
		const { found = "", remedy } = lastOf(await back(replace({}))).refusal ?? {};
		for (const named of [
			/prices\.amount \(numeric\), 1 row: .* row 1 has '12345678901234567890\.25'/,
			/prices\.day \(date\), 2 rows: .* row 2 has 'infinity', row 3 has '0044-03-15 BC'/,
			/prices\.at .* row 2 has '-infinity', row 3 has '12000-01-01 00:00:00'/,
			/prices\.height .* row 3 has 'NaN'/,
			/prices, 1 row: CHECK constraint failed: code <> 'no': row 5/,
		])
			expect(found).toMatch(named);
		expect(remedy).toContain("HOLDFAST_POSTGRES_REPLACE_BACK=");
		expect(await ask("SELECT count(*) FROM prices")).toEqual(["0"]);
		await server.sql("awkward", "UPDATE prices SET code = NULL WHERE id = 5");
		const day = "CASE WHEN day < '0001-01-01' THEN DATE '0001-01-01' ELSE '9999-12-31' END";
		const instead = {
			"prices.amount": "round(amount, -6)",
			"prices.day": day,
			"prices.at": "NULL",
			"prices.height": "0",
		};
		for (const _ of ["first", "again"]) {
			const { report, refusal } = lastOf(await back(replace(instead)));
			expect(refusal).toBeUndefined();
			expect(report?.verified).toBe(true);
			expect(Object.fromEntries(report?.tables.map(({ name, replaced }) => [name, replaced]) ?? [])).toEqual({
				prices: { amount: 1, day: 2, at: 2, height: 1 },
				notes: { colour: 1 },
			});
		}
		expect(await ask("SELECT day, at, height FROM prices WHERE id IN (2, 3, 4)")).toEqual([
			"9999-12-31||",
			"0001-01-01||0.0",
			"2026-01-01|2026-01-01 00:00:00.000000|Inf",
		]);
		expect(file).toBe("awkward.db");
	});

	it("finds a conversion that is planted wrong, and a killed run leaves the file as it was", async () => {
		const count = 15_000;
		const series = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) `;
		const { server, file, back, ask } = await moved(
			"killed",
			`PRAGMA journal_mode = WAL; CREATE TABLE rows (id INTEGER PRIMARY KEY, yes BOOLEAN, text TEXT); ${series} INSERT INTO rows SELECT i, i % 2, 'text ' || i FROM n;`,
			"CREATE TABLE rows (id int PRIMARY KEY, yes boolean, text text)",
			"UPDATE rows SET yes = NOT yes, text = text || ' changed'",
		);
		const sums = () => ask("SELECT count(*), sum(yes * id), sum(length(text)), sum(text GLOB '* changed') FROM rows");
		const before = await sums();
		expect(before.join()).toMatch(/\|0$/);
		const program = await legibleKeeper();
		const bug = program.replace('=== "true" ? 1n : 0n', '=== "true" ? 0n : 1n');
		expect(bug === program, "the mistake has no place in the program").toBe(false);
		const planted = join(mkdtempSync(join(tmpdir(), "holdfast-back-")), "keeper.js");
		writeFileSync(planted, bug);
		const mount = `--mount=type=bind,readonly,source=${planted},target=/keeper/keeper.js`;
		const refused = await back([], { args: [mount] });
		expect(refused.code).toBe(3);
		expect(lastOf(refused).refusal?.found).toMatch(/rows\.yes \(boolean\), 15000 rows/);
		expect(await sums()).toEqual(before);
		for (let kill = 0; kill < REPETITIONS.killedMoves; kill += 1) {
			const name = server.keeperName();
			const running = back([], { name });
			await until("the keeper runs", async () => (await tryDocker("top", name)).code === 0);
			await sleep(200 + Math.random() * 1200);
			await tryDocker("kill", "--signal=KILL", name);
			const { code } = await running;
			if (code === 0) break;
			expect(code).toBe(137);
			expect(await sums()).toEqual(before);
		}
		expect(lastOf(await back())).toHaveProperty("report.verified", true);
		expect(await differences(server, file, "killed")).toEqual([]);
		expect(await ask("PRAGMA journal_mode")).toEqual(["wal"]);
	});
});
