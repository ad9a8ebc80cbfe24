import { expect, it } from "vitest";
import { lastOf, postgresForTests } from "./postgres";

const held = postgresForTests();

/** How a copy of a file that a script makes ends, into tables that another one makes. */
async function copied(name: string, sqlite: string, postgres: string) {
	const { server } = held;
	await Promise.all([server.sqlite(`${name}.db`, sqlite), server.database(name, postgres)]);
	return lastOf(await server.keeper(name, ["postgres", "copy", "--from", server.path(`${name}.db`), "--json"]));
}

it("what SQLite itself takes for equal, and Postgres would change, is named", async () => {
	const { refusal } = await copied(
		"equal",
		`CREATE TABLE odd (id INTEGER PRIMARY KEY, moment TEXT COLLATE RTRIM, clock, day TEXT COLLATE RTRIM, code TEXT COLLATE RTRIM);
		INSERT INTO odd VALUES (1, '2024-01-01 24:00:00', NULL, NULL, NULL), (2, NULL, '24:00:01', NULL, NULL), (3, NULL, NULL, '2024-01-01   ', NULL), (4, NULL, NULL, NULL, 'abc  ');`,
		"CREATE TABLE odd (id bigint PRIMARY KEY, moment timestamp, clock time, day date, code char(5))",
	);
	const rows = refusal?.found.split("\n  ").map((line) => /^.*?odd\.(\w+) .*: row (\d) has/.exec(line)?.slice(1));
	expect(rows).toEqual([
		["moment", "1"],
		["clock", "2"],
		["day", "3"],
		["code", "4"],
	]);
});

it("a table of 1,200 columns of text, and a counter that somebody has emptied, are copied", async () => {
	const columns = Array.from({ length: 1200 }, (_, index) => `c${index} text`).join(", ");
	const { report, refusal, error } = await copied(
		"wide",
		`CREATE TABLE wide (id INTEGER PRIMARY KEY, ${columns}); INSERT INTO wide (id, c0, c1199) VALUES (1, 'first', 'last');
		CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO counted VALUES (7); DELETE FROM counted;
		UPDATE sqlite_sequence SET seq = (SELECT max(id) FROM counted);`,
		`CREATE TABLE wide (id bigint PRIMARY KEY, ${columns}); CREATE TABLE counted (id serial PRIMARY KEY)`,
	);
	expect({ refusal, error }).toEqual({});
	expect(report?.tables.map(({ name, rows }) => [name, rows])).toEqual([
		["counted", 0],
		["wide", 1],
	]);
});

it("what Postgres' own types end at is told where the schema is made of SQLite's words", async () => {
	const { report, refusal } = await copied(
		"limits",
		`CREATE TABLE odd (id INTEGER PRIMARY KEY, long VARCHAR(16777216), none CHAR(0), digits DECIMAL(2000, 2), day DATE DEFAULT '0000-00-00', note JSON DEFAULT '', fine DATE DEFAULT '2024-02-29');
		INSERT INTO odd VALUES (1, 'text', NULL, 1.25, NULL, NULL, NULL)`,
		"",
	);
	expect(refusal).toBeUndefined();
	expect(report?.tables[0]?.decisions).toEqual([
		"day: its default '0000-00-00' is not taken over: date cannot hold it",
		"note: its default '' is not taken over: json cannot hold it",
	]);
	const types =
		"SELECT column_name, data_type, column_default FROM information_schema.columns WHERE table_name = 'odd' AND column_name <> 'id' ORDER BY ordinal_position";
	expect(await held.server.sql("limits", types)).toEqual([
		"long|text|",
		"none|text|",
		"digits|numeric|",
		"day|date|",
		"note|json|",
		"fine|date|'2024-02-29'::date",
	]);
});

it("tables of the app in another schema are not passed by for new ones of ours", async () => {
	const made = "CREATE SCHEMA app; CREATE TABLE app.odd (id bigint PRIMARY KEY)";
	const { refusal } = await copied("elsewhere", "CREATE TABLE odd (id INTEGER PRIMARY KEY)", made);
	expect(refusal?.found).toContain("no table in the schema public, and some elsewhere: app.odd");
	expect(await held.server.sql("elsewhere", "SELECT to_regclass('public.odd') IS NULL")).toEqual(["t"]);
});
