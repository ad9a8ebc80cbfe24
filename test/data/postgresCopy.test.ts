import { expect, it } from "vitest";
import type { Answer } from "../../components/docker/cli";
import { differences, lastOf, postgresForTests } from "./postgres";

const held = postgresForTests();

function keeper(what: string, file: string, database: string, ...more: string[]): Promise<Answer> {
	const { server } = held;
	return server.keeper(database, ["postgres", what, "--from", server.path(file), "--json", ...more]);
}

it("makes the schema of SQLite's own words where there is no table, and tells each decision", async () => {
	const { server } = held;
	await server.sqlite(
		"derived.db",
		`CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email VARCHAR(20) UNIQUE NOT NULL, active BOOLEAN DEFAULT 1, made DATETIME DEFAULT CURRENT_TIMESTAMP, price DECIMAL(8, 2), odd BOOLEAN, rest);
		CREATE TABLE notes (id INTEGER PRIMARY KEY, user INTEGER REFERENCES users ON DELETE CASCADE, day DATE, body TEXT DEFAULT 'it''s', twice GENERATED ALWAYS AS (id * 2));
		CREATE INDEX notes_day ON notes (day DESC); CREATE INDEX notes_some ON notes (user) WHERE user > 1; CREATE VIEW all_notes AS SELECT * FROM notes;
		INSERT INTO users (email, price, odd, rest) VALUES ('a', 1.25, 7, 1), ('b', NULL, NULL, 2.5); INSERT INTO notes (user, day) VALUES (1, '2024-02-29');
		INSERT INTO users (id, email) VALUES (99, 'gone'); DELETE FROM users WHERE id = 99;`,
	);
	await server.database("derived");
	const { report } = lastOf(await keeper("copy", "derived.db", "derived"));
	expect(report?.tables.map(({ name, rows, decisions }) => ({ name, rows, decisions }))).toEqual([
		{
			name: "users",
			rows: 2,
			decisions: [
				"odd: declared BOOLEAN, but 1 values do not fit boolean: it becomes bigint",
				"rest: declared without a type: by its values it becomes double precision",
			],
		},
		{
			name: "notes",
			rows: 1,
			decisions: [
				"twice: declared without a type: by its values it becomes bigint",
				"twice: SQLite generates it; in Postgres it is an ordinary column",
				"the index notes_some is not taken over: it is partial",
			],
		},
	]);
	expect(report?.leftAlone.sqlite).toEqual(["view all_notes"]);
	expect(await differences(server, "derived.db", "derived")).toEqual([]);
	const made =
		"INSERT INTO users (email) VALUES ('c') RETURNING id, active, made > now() AT TIME ZONE 'UTC' - interval '1 minute'";
	expect(await server.sql("derived", made)).toEqual(["100|t|t"]);
	expect(await server.sql("derived", "DELETE FROM users WHERE id = 1; SELECT count(*) FROM notes")).toEqual(["0"]);
});

it("replaces only values that cannot be held, as the user says, and counts them", async () => {
	const { server } = held;
	await server.sqlite(
		"replaced.db",
		`CREATE TABLE days (id INTEGER PRIMARY KEY, day DATE, note TEXT, done BOOLEAN);
		INSERT INTO days VALUES (1, '2024-02-29', 'as it is', 1), (2, '2024-02-30', CAST(x'61ff' AS TEXT), 2), (3, '0000-00-00', 'a' || char(0) || 'b', 0);`,
	);
	const schema = "CREATE TABLE days (id bigint PRIMARY KEY, day date, note text NOT NULL, done boolean)";
	await server.database("replaced", schema);
	const { refusal } = lastOf(await keeper("copy", "replaced.db", "replaced"));
	expect(refusal?.found.split("\n  ")).toEqual([
		"nothing was copied: days.day (date), 2 rows: it is no date that exists and that Postgres holds as it is: row 2 has '2024-02-30', row 3 has '0000-00-00'",
		"days.note (text), 1 row: Postgres cannot hold the character NUL: row 3 has the bytes x'610062'",
		"days.note (text), 1 row: its bytes are no UTF-8: row 2 has the bytes x'61FF'",
		"days.done (boolean), 1 row: a boolean is 0 or 1: row 2 has 2",
	]);
	const replace = `{"days.day":"NULL","days.note":"hex(note)","days.done":"done <> 0"}`;
	const { report } = lastOf(await keeper("copy", "replaced.db", "replaced", "--replace", replace));
	expect(report?.tables[0]?.replaced).toEqual({ day: 2, note: 2, done: 1 });
	expect(await server.sql("replaced", "SELECT id, day, note, done FROM days ORDER BY id")).toEqual([
		"1|2024-02-29|as it is|t",
		"2||61FF|t",
		"3||610062|f",
	]);
	expect(lastOf(await keeper("verify", "replaced.db", "replaced", "--replace", replace)).report?.verified).toBe(true);
});

it("writes over what the app's migration put there, once that is said, and counts what came since", async () => {
	const { server } = held;
	await server.sqlite(
		"seeded.db",
		"CREATE TABLE kinds (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO kinds VALUES (1, 'renamed'), (2, 'more')",
	);
	await server.database(
		"seeded",
		"CREATE TABLE kinds (id serial PRIMARY KEY, name text); INSERT INTO kinds (name) VALUES ('as the migration made it')",
	);
	const refused = await keeper("copy", "seeded.db", "seeded");
	expect(lastOf(refused).refusal).toMatchObject({
		code: "move-foreign-rows",
		found: expect.stringContaining("kinds (1)"),
	});
	expect(refused.code).toBe(3);
	expect(await server.sql("seeded", "SELECT name FROM kinds")).toEqual(["as the migration made it"]);
	expect((await server.keeper("seeded", ["postgres", "baseline", "--json"])).code).toBe(0);
	expect((await keeper("copy", "seeded.db", "seeded")).code).toBe(0);
	expect(await differences(server, "seeded.db", "seeded")).toEqual([]);
	await server.sql(
		"seeded",
		"INSERT INTO kinds (name) VALUES ('of the app'); UPDATE kinds SET name = 'changed' WHERE id = 1",
	);
	const { stdout } = await keeper("compare", "seeded.db", "seeded");
	expect(JSON.parse(`${stdout}`.trim().split("\n").at(-1) ?? "")).toEqual({
		differences: [{ table: "kinds", onlyPostgres: 2, onlySqlite: 1 }],
	});
	expect(lastOf(await keeper("verify", "seeded.db", "seeded")).refusal).toMatchObject({ code: "move-not-verified" });
	expect(lastOf(await keeper("copy", "seeded.db", "seeded")).refusal).toMatchObject({ code: "move-foreign-rows" });
});
