import { setUp } from "./setup/index";
import { run, testEnvironment, vitest } from "./vitest";
import { main } from "./workspace";

const PARTS = ["unit", "engine", "data"];

// npm test: the checks, then all tests. npm run test:unit, test:engine, test:data: one part, without the checks.
main(async () => {
	const [part, ...options] = process.argv.slice(2);
	const isPart = part !== undefined && PARTS.includes(part);
	if (part !== "unit") await setUp("local", { servers: true, workflows: true, caddy: true, postgres: true });
	const env = await testEnvironment();
	const projects = isPart ? ["--project", `${part}*`] : [];
	const rest = isPart || part === undefined ? options : [part, ...options];
	if (!isPart) {
		const check = await run("npm", ["run", "--silent", "check"], env);
		if (check !== 0) return check;
	}
	return vitest([...projects, ...rest], env);
});
