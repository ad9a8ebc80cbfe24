import { writeFileSync } from "node:fs";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import type { TestResult } from "./result.js";
import { numbersIn } from "./rows.js";

/** Shows each test that has a number as it ends, and writes all of them to the file that HOLDFAST_FAULTS names. */
export default class FaultReporter implements Reporter {
	private readonly said = new Map<string, string[]>();
	private readonly begun = performance.now();

	onUserConsoleLog({ taskId, content }: { taskId?: string; content: string }): void {
		if (taskId !== undefined) this.said.set(taskId, [...(this.said.get(taskId) ?? []), content.trim()]);
	}

	onTestCaseResult(test: TestCase): void {
		const { state } = test.result();
		if (state === "skipped" || numbersIn(test.fullName).length === 0) return;
		const mark = state === "passed" ? "✓" : "✗";
		const minutes = ((performance.now() - this.begun) / 60_000).toFixed(1).padStart(5);
		console.log(`${minutes} min  ${mark} ${nameOf(test)} (${secondsOf(test).toFixed(1)} s)`);
		if (state === "failed") for (const error of errorsOf(test)) console.log(`           ${error.split("\n")[0]}`);
	}

	onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
		const tests = modules.flatMap((module) => [...module.children.allTests()]);
		const results = tests.filter((test) => numbersIn(test.fullName).length > 0).map((test) => this.resultOf(test));
		// A file that could not be read has no tests at all.
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
