import { numbersIn, ROWS, type Row } from "./rows";

/** A test with a number in its name, and how it ended. */
export interface TestResult {
	/** As `data/hostLoss > fault 4: …`. */
	name: string;
	state: "passed" | "failed" | "skipped" | "pending";
	seconds: number;
	/** What it printed: its figures. */
	said: string[];
	/** Why it failed. */
	errors: string[];
}

/** `held`: it has tests, and all of them passed. `missing`: it has none, or one that did not run. */
export type Standing = "held" | "failed" | "missing";

export interface RowResult extends Row {
	standing: Standing;
	/** Of all its tests, one after the other. */
	seconds: number;
	tests: TestResult[];
}

/** What became of the rows with these numbers. */
export function resultsOf(tests: TestResult[], numbers: number[]): RowResult[] {
	return ROWS.filter(({ number }) => numbers.includes(number)).map((row) => {
		const own = tests.filter(({ name }) => numbersIn(name).includes(row.number));
		const seconds = own.reduce((sum, test) => sum + test.seconds, 0);
		return { ...row, standing: standingOf(own), seconds: Math.round(seconds * 10) / 10, tests: own };
	});
}

function standingOf(tests: TestResult[]): Standing {
	if (tests.some(({ state }) => state === "failed")) return "failed";
	return tests.length > 0 && tests.every(({ state }) => state === "passed") ? "held" : "missing";
}
