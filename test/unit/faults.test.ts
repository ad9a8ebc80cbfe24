import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { type FaultReport, jsonReport, markdownReport } from "../../tools/faults/report";
import { resultsOf, type TestResult } from "../../tools/faults/result";
import { namePattern, numbersIn, ROWS } from "../../tools/faults/rows";
import { ROOT } from "../../tools/workspace";

function test(name: string, state: TestResult["state"] = "passed", said: string[] = []): TestResult {
	return { name, state, seconds: 1.5, said, errors: state === "failed" ? ["expected 3 to be 0\nat a line"] : [] };
}

describe("the catalogue", () => {
	it("has 56 rows, one after the other", () => {
		expect(ROWS.map(({ number }) => number)).toEqual(Array.from({ length: 56 }, (_, index) => index + 1));
	});

	it("each row has tests, and no test has a number that there is not", () => {
		// The titles as they stand in the files; those of the tables in them are made of a field.
		const titles = execFileSync(
			"git",
			["grep", "-hE", "faults? ([0-9]|\\$\\{)|fault: [0-9]|number: [0-9]", "--", "test"],
			{
				cwd: ROOT,
				encoding: "utf8",
			},
		).split("\n");
		const own = titles.flatMap((line) => numbersIn(line));
		const listed = titles.flatMap((line) => [...line.matchAll(/\b(?:fault|number): (\d+)/g)].map(([, n]) => Number(n)));
		const found = [...new Set([...own, ...listed])].sort((one, other) => one - other);
		expect(found).toEqual(ROWS.map(({ number }) => number));
	});
});

describe("a test's name", () => {
	it.each([
		["fault 4: a lost host", [4]],
		["with S3 > faults 4 and 24: a lost host", [4, 24]],
		["faults 1, 2, 3 and 52: all", [1, 2, 3, 52]],
		["defaults 4: none", []],
		["the fault 4", []],
		["fault 54: the door > fault 53: the app", [54, 53]],
	])("%s", (name, numbers) => {
		expect(numbersIn(name)).toEqual(numbers);
		for (const number of [4, 24, 52, 5]) {
			expect(new RegExp(namePattern([number])).test(name)).toBe(numbers.includes(number));
		}
	});
});

describe("a row", () => {
	const standing = (tests: TestResult[]) => resultsOf(tests, [4]).map(({ standing }) => standing);

	it("held where all of its tests passed", () => {
		expect(standing([test("a > fault 4: x"), test("b > faults 3 and 4: y"), test("fault 5: z", "failed")])).toEqual([
			"held",
		]);
	});

	it("failed where one of them failed, whatever the others did", () => {
		expect(standing([test("fault 4: x"), test("fault 4: y", "failed"), test("fault 4: z", "skipped")])).toEqual([
			"failed",
		]);
	});

	it("is missing without a test, and where one did not run", () => {
		expect(standing([test("fault 40: x")])).toEqual(["missing"]);
		expect(standing([test("fault 4: x"), test("fault 4: y", "skipped")])).toEqual(["missing"]);
		expect(standing([test("fault 4: y", "pending")])).toEqual(["missing"]);
	});
});

it("the report tells what held, what it measured, what failed and what is missing", () => {
	const tests = [
		test("data/hostLoss > fault 4: lost", "passed", ["lost at most 0.9 s | of 20"]),
		test("data/x > fault 5: stop", "failed"),
	];
	const report: FaultReport = {
		machine: { processor: "2 × some" },
		many: false,
		minutes: 12,
		rows: resultsOf(tests, [4, 5, 6]),
		errors: ["engine/broken: no such file"],
	};
	const text = markdownReport(report);
	expect(text).toContain("**1 of 3 faults held**, each a few times, in 12 minutes");
	expect(text).toMatch(/\| 4 \| the host is lost.* \| ✓ held \| 1 \| data \| 2 s \|/);
	expect(text).toMatch(/\| 5 \| SIGTERM of everything .* \| ✗ \*\*failed\*\* \| 1 \|/);
	expect(text).toMatch(/\| 6 \| the bucket .* \| ✗ \*\*missing\*\* \| 0 \| {2}\| 0 s \|/);
	expect(text).toContain("- data/hostLoss > fault 4: lost\n  - `lost at most 0.9 s | of 20`");
	expect(text).toContain("- data/x > fault 5: stop (failed)\n  - `failed: expected 3 to be 0`");
	expect(text).toContain("- engine/broken: no such file");
	expect(text).not.toContain("## Pulumi");
	expect(JSON.parse(jsonReport(report)).rows[1].tests[0].errors).toEqual(["expected 3 to be 0\nat a line"]);
});
