import { thisMachine } from "./bench/machine";
import { MANY } from "./faults/many";
import { ROWS } from "./faults/rows";
import { withReporter } from "./faults/vitest";
import { writeReport } from "./faults/write";
import { setUp } from "./setup/index";
import { run, testEnvironment, vitest } from "./vitest";
import { main } from "./workspace";

const PARTS = ["unit", "engine", "data"];

// npm test: the checks, then all tests. npm run test:unit, test:engine, test:data: one part, without the checks.
main(async () => {
	const [part, ...options] = process.argv.slice(2);
	const isPart = part !== undefined && PARTS.includes(part);
	if (part !== "unit")
		await setUp("local", { servers: true, workflows: true, caddy: true, postgres: true, browser: true });
	const env = await testEnvironment();
	const projects = isPart ? ["--project", `${part}*`] : [];
	const rest = isPart || part === undefined ? options : [part, ...options];
	if (!isPart) {
		const check = await run("npm", ["run", "--silent", "check"], env);
		if (check !== 0) return check;
	}
	if (part !== undefined) return vitest([...projects, ...rest], env);
	// All of it: so it says as well which faults of the catalogue held, as npm run faults does.
	const machine = await thisMachine();
	const begun = performance.now();
	const { code, found } = await withReporter(["--reporter", "default"], { HOLDFAST_FAULTS_SILENT: "1" });
	const wanted = ROWS.map(({ number }) => number);
	// What this machine cannot do, such as a disk of its own for a test, is missing there, and no failure here.
	writeReport(found, { machine, wanted, many: MANY, minutes: (performance.now() - begun) / 60_000 });
	return code;
});
