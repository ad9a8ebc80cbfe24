import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { pulumiEnvironment, ROOT } from "./workspace";

/** With the engine, and without a backend or a stack: each test has its own. */
export async function testEnvironment(): Promise<NodeJS.ProcessEnv> {
	return {
		...(await pulumiEnvironment()),
		PULUMI_STACK: undefined,
		PULUMI_BACKEND_URL: undefined,
		HOLDFAST_BACKEND: undefined,
	};
}

/** Runs tests, and returns the exit code. */
export function vitest(options: string[], env: NodeJS.ProcessEnv): Promise<number> {
	const program = join(dirname(require.resolve("vitest/package.json")), "vitest.mjs");
	return run(process.execPath, [program, "run", "--config", "test/vitest.config.mts", ...options], env);
}

/** Runs a program in the terminal, and returns its exit code. */
export function run(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, { cwd: ROOT, env, stdio: "inherit" });
		child.on("error", reject);
		child.on("close", (code) => resolve(code ?? 130));
	});
}
