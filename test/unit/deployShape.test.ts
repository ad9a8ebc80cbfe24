import { describe, expect, it } from "vitest";
import { changesOf, counted, lossesOf, type Shape } from "../../components/keeper/deploy/shape";

const shape = (tables: Record<string, [rows: number, ...columns: string[]]>, orphans = {}): Shape => ({
	tables: Object.fromEntries(Object.entries(tables).map(([name, [rows, ...columns]]) => [name, { rows, columns }])),
	orphans,
	schema: "",
});
const before = shape({ notes: [3, "id", "text"], users: [1, "id"] });

describe("what a migration loses", () => {
	it.each<[string, Shape, string[]]>([
		["nothing changes", before, []],
		["rows are added, and a table", shape({ notes: [9, "id", "text"], users: [1, "id"], tags: [0, "id"] }), []],
		["a column goes", shape({ notes: [3, "id"], users: [1, "id"] }), []],
		["rows go", shape({ notes: [1, "id"], users: [1, "id"] }), ["the table notes has lost 2 rows: 3 before, 1 after"]],
		["one row goes", shape({ notes: [2], users: [1] }), ["the table notes has lost 1 row: 3 before, 2 after"]],
		["a table goes", shape({ notes: [3, "id", "text"] }), ["the table users is gone, with 1 row"]],
		["a table is renamed", shape({ memos: [3], users: [1] }), ["the table notes is gone, with 3 rows"]],
		["all goes", shape({}), ["the table notes is gone, with 3 rows", "the table users is gone, with 1 row"]],
	])("where %s", (_what, after, losses) => {
		expect(lossesOf(before, after, [])).toEqual(losses);
	});

	it("is nothing where a table may lose rows, and only there", () => {
		const after = shape({ notes: [1] });
		expect(lossesOf(before, after, ["notes"])).toEqual(["the table users is gone, with 1 row"]);
		expect(lossesOf(before, after, ["notes", "users"])).toEqual([]);
		expect(lossesOf(before, after, ["Notes"])).toHaveLength(2);
	});

	it("counts rows that point nowhere, where they did not before", () => {
		const tables = { notes: [3, "id"] } as const;
		const of = (one: object, other: object) =>
			lossesOf(shape({ notes: [...tables.notes] }, one), shape({ notes: [...tables.notes] }, other), []);
		expect(of({ notes: 2 }, { notes: 2 })).toEqual([]);
		expect(of({ notes: 2 }, {})).toEqual([]);
		expect(of({ notes: 1 }, { notes: 2 })).toEqual([
			"1 row of the table notes point at rows that are not there (foreign keys)",
		]);
		// What it may lose are rows, not the sense of those that stay.
		expect(lossesOf(shape({}), shape({ a: [5] }, { a: 4 }), ["a"])).toEqual([
			"4 rows of the table a point at rows that are not there (foreign keys)",
		]);
	});
});

describe("what a migration changes", () => {
	it("is a line for each table that is different, by name", () => {
		const after = shape({ tags: [2, "id", "name"], notes: [5, "id", "body"], gone: [0] });
		expect(changesOf(shape({ notes: [3, "id", "text"], users: [1, "id"], gone: [0] }), after)).toEqual([
			"~ table notes: +body, -text, rows 3 → 5",
			"+ table tags (id, name), 2 rows",
			"- table users, 1 row",
		]);
	});

	it("is nothing where all is the same, and names the rows where only columns change", () => {
		expect(changesOf(before, before)).toEqual([]);
		expect(changesOf(before, shape({ notes: [3, "id", "text", "at"], users: [1, "id"] }))).toEqual([
			"~ table notes: +at, 3 rows",
		]);
	});

	it("is counted in words", () => {
		expect([counted(0, "row"), counted(1, "row"), counted(2, "table")]).toEqual(["0 rows", "1 row", "2 tables"]);
	});
});
