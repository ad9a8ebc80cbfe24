import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "../setup/command";
import { keeperBundleStep } from "../setup/keeperBundle";
import { runSteps } from "../setup/steps";
import { ROOT } from "../workspace";

const COMPONENTS = join(ROOT, "components");
const DIST = join(ROOT, "dist");

/** What components read at run time, beside their JavaScript: build contexts, and what Pulumi asks of a policy pack. */
const READ = [
	"docker/caddy",
	"docker/postgres",
	"docker/prepare",
	"keeper/base",
	"keeper/image/.dockerignore",
	"keeper/image/Dockerfile",
	"keeper/image/keeper.js",
	"keeper/image/keeper.js.LEGAL.txt",
	"policy/PulumiPolicy.yaml",
	"policy/package.json",
];

/** Makes dist/, from which another stack imports: JavaScript, declarations, and what components read. */
export async function buildPackage(): Promise<void> {
	if (!(await runSteps([keeperBundleStep]))) throw new Error("the keeper's program could not be bundled");
	// What a file of before has left must not be packed.
	rmSync(DIST, { recursive: true, force: true });
	const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
	const compiled = await command(process.execPath, [compiler, "--project", join(ROOT, "tsconfig.build.json")], {
		timeout: 600_000,
	});
	if (compiled.code !== 0) throw new Error(`tsc: ${compiled.output.trim()}`);
	for (const path of READ) cpSync(join(COMPONENTS, path), join(DIST, path), { recursive: true });
	writeFileSync(join(DIST, "keeper", "image", "Dockerfile.public"), publicDockerfile());
	chmodSync(join(DIST, "guard", "main.js"), 0o755);
}

/** The keeper's image in one build, where no set-up has put its base on the engine. */
export function publicDockerfile(): string {
	const recipe = (...path: string[]) => readFileSync(join(COMPONENTS, "keeper", ...path, "Dockerfile"), "utf8");
	const [, onBase = ""] = recipe("image").split(/^FROM \$\{BASE\}\n/m);
	return `${recipe("base").trimEnd()}\n\n${onBase}`;
}
