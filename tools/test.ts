import { spawn } from "node:child_process";
import { setUp } from "./setup/index";
import { main, pulumiEnvironment, ROOT } from "./workspace";

const PARTS = ["unit", "engine", "data"];

// npm test: the checks, then all tests. npm run test:unit, test:engine, test:data: one part, without the checks.
main(async () => {
	const [part, ...options] = process.argv.slice(2);
	const isPart = part !== undefined && PARTS.includes(part);
	if (part !== "unit")
		await setUp("local", { servers: true, workflows: true, caddy: true, postgres: true, browser: true });
	const env = {
		...(await pulumiEnvironment()),
		PULUMI_STACK: undefined,
		PULUMI_BACKEND_URL: undefined,
		HOLDFAST_BACKEND: undefined,
	};
	const projects = isPart ? ["--project", `${part}*`] : [];
	const rest = isPart || part === undefined ? options : [part, ...options];
	if (!isPart) {
		const check = await run("npm", ["run", "--silent", "check"], env);
		if (check !== 0) return check;
	}
	return run("npx", ["vitest", "run", "--config", "test/vitest.config.mts", ...projects, ...rest], env);
});

function run(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, { cwd: ROOT, env, stdio: "inherit" });
		child.on("error", reject);
		child.on("close", (code) => resolve(code ?? 130));
	});
}
