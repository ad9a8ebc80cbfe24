// The way into every tool: makes sure of the npm packages, which the tools themselves need, then becomes the tool.
// Plain JavaScript without dependencies, because before its first run there are none.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./setup/lock.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [tool] = process.argv.slice(2);

if (Number(process.versions.node.split(".")[0]) < 20) {
	fail(`Node.js 20 or newer is needed, this is ${process.versions.node}: install a newer one from https://nodejs.org`);
}
if (!packagesAreCurrent()) {
	await withLock(join(root, ".holdfast", "npm.lock"), async () => {
		// Another set-up may have done it while this one waited.
		if (packagesAreCurrent()) return;
		const start = performance.now();
		console.error("… npm packages: installing what package-lock.json names");
		const code = await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel", "error"], "inherit");
		if (code !== 0)
			fail(
				"npm packages: npm ci failed; its reason is above. With a registry mirror, set it by npm config set registry",
			);
		console.error(`✓ npm packages: installed (${((performance.now() - start) / 1000).toFixed(1)} s)`);
	});
}
// In this very process: another one, with the half of tsx that is for modules, would take as long again to start.
process.chdir(root);
process.argv.splice(1, 2, join(root, "tools", `${tool}.ts`));
const require = createRequire(import.meta.url);
require("tsx/cjs");
require(process.argv[1]);

/** Whether every package of package-lock.json is installed in its version. Packages for other platforms are optional. */
function packagesAreCurrent() {
	const installed = join(root, "node_modules", ".package-lock.json");
	if (!existsSync(installed)) return false;
	const has = JSON.parse(readFileSync(installed, "utf8")).packages;
	const wants = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
	return Object.entries(wants).every(
		([path, { version, optional }]) => path === "" || has[path]?.version === version || (optional && !has[path]),
	);
}

function run(command, words, stdio) {
	return new Promise((resolve) => {
		const child = spawn(command, words, { cwd: root, stdio });
		// The terminal sends an interrupt to the child as well; this process stays to report how it ended.
		const interrupt = () => child.kill("SIGINT");
		const terminate = () => child.kill("SIGTERM");
		process.on("SIGINT", interrupt).on("SIGTERM", terminate);
		child.on("error", (error) => fail(`cannot start ${command}: ${error.message}`));
		child.on("close", (code, signal) => {
			process.off("SIGINT", interrupt).off("SIGTERM", terminate);
			resolve(code ?? (signal === null ? 1 : 130));
		});
	});
}

function fail(message) {
	console.error(`✗ ${message}`);
	process.exit(1);
}
