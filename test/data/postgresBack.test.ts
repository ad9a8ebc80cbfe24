import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { KEEPER_IMAGE } from "../../tools/setup/keeperBundle";
import { REPETITIONS, tryDocker } from "./docker";
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

describe.concurrent("the way back from Postgres", () => {
	it("brings what was written since, and leaves every other byte as it was", async () => {
		const { server, file, back, bytes, ask } = await moved("changed");
		const [before, there] = [await bytes(), await dumped(server, "changed")];
		const ended = await back();
		const { report, refusal, error } = lastOf(ended);
		expect({ refusal, error, code: ended.code }).toEqual({ code: 0 });
		expect(report).toMatchObject({ direction: "to-sqlite", verified: true });
		expect(await differences(server, file, "changed")).toEqual([]);
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
});
void [mkdtempSync, readFileSync, writeFileSync, tmpdir, join, sleep, KEEPER_IMAGE, REPETITIONS, tryDocker];
