import { spawn } from "node:child_process";
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
	return run("npx", ["vitest", "run", "--config", "test/vitest.config.mts", ...options], env);
}

/** Runs a program in the terminal, and returns its exit code. */
export function run(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, { cwd: ROOT, env, stdio: "inherit" });
		child.on("error", reject);
		child.on("close", (code) => resolve(code ?? 130));
	});
}
