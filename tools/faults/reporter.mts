import { readFileSync, writeFileSync } from "node:fs";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import type { TestResult } from "./result.js";
import { numbersIn } from "./rows.js";

/** Seconds of what is worth a line of its own where it passed. */
const LONG = 1;

/**
 * Writes all tests that have a number to the file that HOLDFAST_FAULTS names, and shows each that is long or failed as it
 * ends, unless another reporter does.
 */
export default class FaultReporter implements Reporter {
	private readonly said = new Map<string, string[]>();
	private readonly begun = performance.now();

	onUserConsoleLog({ taskId, content }: { taskId?: string; content: string }): void {
		if (taskId !== undefined) this.said.set(taskId, [...(this.said.get(taskId) ?? []), content.trim()]);
	}

	onTestCaseResult(test: TestCase): void {
		const { state } = test.result();
		if (process.env.HOLDFAST_FAULTS_SILENT || state === "skipped" || numbersIn(test.fullName).length === 0) return;
		if (state === "passed" && secondsOf(test) < LONG) return;
		const mark = state === "passed" ? "✓" : "✗";
		const minutes = ((performance.now() - this.begun) / 60_000).toFixed(1).padStart(5);
		console.log(`${minutes} min  ${mark} ${nameOf(test)} (${secondsOf(test).toFixed(1)} s)`);
		if (state === "failed") for (const error of errorsOf(test)) console.log(`           ${error.split("\n")[0]}`);
	}

	onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
		const tests = modules.flatMap((module) => [...module.children.allTests()]);
		const results = tests.filter((test) => numbersIn(test.fullName).length > 0).map((test) => this.resultOf(test));
		results.push(...modules.filter((module) => module.errors().length > 0).flatMap(unread));
		const broken = modules.flatMap((module) => module.errors().map(({ message }) => `${fileOf(module)}: ${message}`));
		const errors = [...broken, ...unhandled.map((error) => `${(error as Error).message ?? error}`)];
		writeFileSync(process.env.HOLDFAST_FAULTS ?? "", JSON.stringify({ results, errors }));
	}

	private resultOf(test: TestCase): TestResult {
		const { state } = test.result();
		const said = this.said.get(test.id) ?? [];
		return { name: nameOf(test), state, seconds: secondsOf(test), said, errors: errorsOf(test) };
	}
}

/** A file that could not be loaded has no tests at all: those that stand in it did not run. */
function unread(module: TestModule): TestResult[] {
	const numbers = [...new Set(numbersIn(readFileSync(module.moduleId, "utf8")))];
	const errors = module.errors().map(({ message }) => message);
	return numbers.map((number) => {
		return { name: `${fileOf(module)} > fault ${number}: not loaded`, state: "pending", seconds: 0, said: [], errors };
	});
}

function nameOf(test: TestCase): string {
	return `${fileOf(test.module)} > ${test.fullName}`;
}

function fileOf({ project, relativeModuleId }: TestModule): string {
	const part = project.name.replace("-alone", "");
	return `${part}/${relativeModuleId.replace(/^.*\//, "").replace(".test.ts", "")}`;
}

function secondsOf(test: TestCase): number {
	return Math.round((test.diagnostic()?.duration ?? 0) / 100) / 10;
}

function errorsOf(test: TestCase): string[] {
	return (test.result().errors ?? []).map(({ message }) => message);
}
