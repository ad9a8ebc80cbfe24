import { describe, expect, it } from "vitest";
import { formOf, type Habits, Unfit } from "../../components/keeper/postgres/back/forms";
import { swapped } from "../../components/keeper/postgres/back/swapped";
import { Unheld } from "../../components/keeper/postgres/back/unheld";

const typed = (name: string) => ({ name, words: name, modifier: -1 });
const written = (type: string, habits: Partial<Habits>, text: string) =>
	formOf(typed(type), { shapes: [], isText: false, ...habits }).write(text);

describe("a value of Postgres is written to SQLite as the column has its values", () => {
	const moment = "2026-01-02 03:04:05.12";
	it.each([
		[[], moment, "2026-01-02 03:04:05.120000"],
		[["0000-00-00T00:00:00.000Z"], moment, "2026-01-02T03:04:05.120Z"],
		[["0000-00-00 00:00:00"], moment, "2026-01-02 03:04:05.120000"],
		[["0000-00-00 00:00:00", "0000-00-00 00:00:00.00"], moment, "2026-01-02 03:04:05.12"],
		[["0000-00-00 00:00:00-00:00"], "2026-01-02 03:04:05", "2026-01-02 03:04:05+00:00"],
		[["0000-00-00", "0000-00-00T00:00:00"], "2026-01-02 00:00:00", "2026-01-02"],
		[["0000-00-00", "0000-00-00T00:00:00"], "2026-01-02 03:04:05", "2026-01-02T03:04:05"],
		[["what is no time"], moment, "2026-01-02 03:04:05.120000"],
	])("where times are %j, %s is %s", (shapes, text, expected) => {
		expect(written("timestamptz", { shapes }, text)).toBe(expected);
	});

	it.each([
		["time", { shapes: ["00:00:00"] }, "03:04:05", "03:04:05"],
		["uuid", { shapes: ["-A"] }, "0a0b0c0d-0000-4000-8000-00000000000e", "0A0B0C0D-0000-4000-8000-00000000000E"],
		["uuid", {}, "0a0b0c0d-0000-4000-8000-00000000000e", "0a0b0c0d00004000800000000000000e"],
		["numeric", {}, "12.50", 12.5],
		["numeric", { storage: "text" }, "12.50", "12.50"],
		["numeric", { storage: "integer" }, "12.00", 12n],
		["int8", {}, "-9223372036854775808", -9223372036854775808n],
		["float8", {}, "-Infinity", Number.NEGATIVE_INFINITY],
		["bool", {}, "false", 0n],
		["text", { storage: "integer" }, "007", "007"],
		["text", { storage: "integer" }, "7", 7n],
		["bytea", {}, "00ff", Buffer.from([0, 255])],
	])("a %s where %j: %s", (type, habits, text, expected) => {
		expect(written(type, habits, text)).toEqual(expected);
	});

	it.each([
		["date", "infinity"],
		["date", "0044-03-15 BC"],
		["timestamp", "12000-01-01 00:00:00"],
		["float8", "NaN"],
		["numeric", "NaN"],
		["numeric", "0.12345678901234567891"],
	])("a %s that SQLite does not have: %s", (type, text) => {
		expect(written(type, {}, text)).toBeInstanceOf(Unfit);
	});
});

it("a sum of hashes changes by just the rows that were replaced, over its end too", () => {
	const sum = { rows: 2, hash: "f".repeat(16) };
	const one = { postgres: "0".repeat(16), sqlite: `${"0".repeat(15)}3` };
	expect(swapped(sum, [one])).toEqual({ rows: 2, hash: `${"0".repeat(15)}2` });
	expect(swapped(swapped(sum, [one]), [{ postgres: one.sqlite, sqlite: one.postgres }])).toEqual(sum);
});

it("what cannot be held is told once a reason, with how many rows, and what to paste", () => {
	const unheld = new Unheld();
	expect(unheld.isNone).toBe(true);
	for (const row of ["1", "2"])
		unheld.add({ table: "t", column: "c", count: 1, why: "no", replace: "NULL", examples: [{ row, value: "'x'" }] });
	const { code, found, remedy } = unheld.refusal();
	expect([code, found]).toEqual([
		"move-unfit",
		"the SQLite file is as it was: t.c, 2 rows: no: row 1 has 'x', row 2 has 'x'",
	]);
	expect(remedy).toContain(`HOLDFAST_POSTGRES_REPLACE_BACK='{"t.c":"NULL"}'`);
});
