import { describe, expect, it } from "vitest";
import { Load } from "../data/cloud/load";

/** A platform that answers each write as a run of the app would, in this order. */
async function loaded(answers: (string | number | Error)[]) {
	const rows: { content: string; at: number }[] = [];
	const load = new Load({
		request: async (_path, { body = "" } = {}) => {
			const answer = answers[rows.length] as string | number | Error;
			rows.push({ content: `${body} ${answer}`, at: rows.length });
			if (answer instanceof Error) throw answer;
			if (typeof answer === "number") return { status: answer, body: "", headers: { "retry-after": "1" } };
			return { status: 200, body: `${body} ${answer}`, headers: {} };
		},
	});
	for (const _ of answers) await load.write();
	return { load, rows };
}

describe("what the tests of test/data/cloud find wrong", () => {
	it("finds nothing where each run wrote after the other, and one write was not acknowledged", async () => {
		const { load, rows } = await loaded(["one", "one", 503, "two"]);
		expect(load.problemsOf(rows.filter((_, index) => index !== 2))).toEqual([]);
		expect(load.failures).toEqual({ "503 with Retry-After": 1 });
		expect(load.overlaps(["one", "two"])).toEqual([]);
	});

	it("finds acknowledged rows that are not there, and none where nobody promised them", async () => {
		const { load, rows } = await loaded(["one", new Error("cut off"), "one"]);
		expect(load.problemsOf(rows.slice(0, 2))).toEqual(["1 of 2 acknowledged rows are lost"]);
		expect(load.problemsOf(rows.filter((_, index) => index !== 1))).toEqual([]);
	});

	it("finds a request that was carried out twice, and a row of nobody", async () => {
		const { load, rows } = await loaded(["one", "one"]);
		const [first, second] = rows as [(typeof rows)[0], (typeof rows)[0]];
		expect(load.problemsOf([first, second, { ...first, at: 3 }])).toEqual([
			`${first.content.split(" ")[0]} is there twice`,
		]);
		expect(load.problemsOf([first, second, { content: "stranger one", at: 3 }])).toEqual([
			"stranger one was never sent",
		]);
	});

	it("finds two runs that wrote at the same time", async () => {
		const { load, rows } = await loaded(["one", "two", "one"]);
		expect(load.problemsOf(rows)).toEqual(["one wrote again after two"]);
		const [first, second] = await Promise.all([loaded(["one"]), loaded(["two"])]);
		const both = [...first.rows, ...second.rows.map((row) => ({ ...row, at: -1 }))];
		expect(first.load.problemsOf(both)).toContain("two wrote at -1, and one still at 0");
	});

	it("finds a write that a run acknowledged although it was sent after a later one had answered", async () => {
		const { load } = await loaded(["one", "two", "one"]);
		// By the clock: without a pause, both may be in the same millisecond.
		for (const [index, entry] of load.acknowledged.entries()) Object.assign(entry, { asked: index, at: index + 0.5 });
		expect(load.overlaps(["one", "two"])).toEqual(["1 writes went to one after two had answered"]);
	});
});
