import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testEnvironment, vitest } from "../vitest";
import type { TestResult } from "./result";
import { readResults } from "./write";

/** Runs tests with the reporter of faults beside others, and returns what it found. */
export async function withReporter(
	options: string[],
	environment: NodeJS.ProcessEnv = {},
): Promise<{ code: number; found: { results: TestResult[]; errors: string[] } }> {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-faults-"));
	const file = join(directory, "results.json");
	try {
		const env = { ...(await testEnvironment()), HOLDFAST_FAULTS: file, ...environment };
		const code = await vitest([...options, "--reporter", join(__dirname, "reporter.mts")], env);
		return { code, found: readResults(file) };
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}
