import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { cached, fillCache } from "./cache";
import { command, lastLine, which } from "./command";
import { downloadEngine } from "./download";
import { type Step, StepFailed } from "./steps";
import { DOCKER_PLUGIN, ENGINE, OLDEST_ENGINE } from "./versions";

const RECIPES = join(__dirname, "go");
const PACKAGES = {
	engine: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
	language: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
	docker: ".",
};

/** The directory that holds the engine and its host for Node.js. */
export async function engineDirectory(): Promise<string> {
	return (await engineOnPath()) ?? cached(engineKey());
}

/** A home for Pulumi (`PULUMI_HOME`) that has the Docker plugin: the user's own, or one in the cache. */
export function pluginHome(): string {
	const own = process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
	return hasPlugin(own) ? own : cached(pluginKey());
}

/** Where a Pulumi home keeps the Docker plugin. */
export function pluginIn(home: string): string {
	return join(home, "plugins", `resource-docker-v${DOCKER_PLUGIN}`);
}

/** The Pulumi engine with its host for Node.js. */
export const engineStep: Step = {
	title: `Pulumi engine ${ENGINE}`,
	async present() {
		return (await engineOnPath()) ?? (hasEngine(cached(engineKey())) ? cached(engineKey()) : undefined);
	},
	async make(say) {
		let how = "downloaded from the vendor";
		const directory = await fillCache(engineKey(), hasEngine, async (staging) => {
			say(`downloading the vendor's release`);
			try {
				await downloadEngine(ENGINE, staging);
				await worksAs(staging);
			} catch (error) {
				for (const entry of readdirSync(staging)) rmSync(join(staging, entry), { recursive: true });
				say(`${error instanceof Error ? error.message : error}; building from Go modules instead, 2 to 5 minutes`);
				await build(
					"engine",
					join(staging, "pulumi"),
					`-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${ENGINE}`,
				);
				await build("language", join(staging, "pulumi-language-nodejs"));
				await worksAs(staging);
				how = "built from Go modules";
			}
		});
		return `${how}, in ${directory}`;
	},
};

function hasEngine(directory: string): boolean {
	return ["pulumi", "pulumi-language-nodejs"].every((program) => existsSync(join(directory, program)));
}

function hasPlugin(home: string): boolean {
	return existsSync(join(pluginIn(home), "pulumi-resource-docker"));
}

/** The Docker provider. */
export const pluginStep: Step = {
	title: `Pulumi Docker plugin ${DOCKER_PLUGIN}`,
	async present() {
		return hasPlugin(pluginHome()) ? pluginHome() : undefined;
	},
	async make(say) {
		let how = "installed by pulumi plugin install";
		const home = await fillCache(pluginKey(), hasPlugin, async (staging) => {
			const install = await pluginInstaller(staging);
			say("installing the vendor's release");
			const vendors = await install();
			if (vendors.code === 0) return;
			say(`${lastLine(vendors.output)}; building from Go modules instead, 3 to 6 minutes`);
			const binary = join(staging, "pulumi-resource-docker");
			await build("docker", binary, `-X main.version=${DOCKER_PLUGIN}`);
			const installed = await install("--file", binary);
			if (installed.code !== 0) throw new Error(`pulumi plugin install: ${lastLine(installed.output)}`);
			rmSync(binary);
			how = "built from Go modules";
		});
		return `${how}, in ${home}`;
	},
};

async function pluginInstaller(home: string) {
	const engine = join(await engineDirectory(), "pulumi");
	const env = { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" };
	return (...options: string[]) =>
		command(engine, ["plugin", "install", "resource", "docker", DOCKER_PLUGIN, ...options], { timeout: 300_000, env });
}

/** The directory of a `pulumi` on PATH that is new enough and has its host for Node.js beside it. */
async function engineOnPath(): Promise<string | undefined> {
	const path = which("pulumi");
	if (path === undefined || !hasEngine(dirname(path))) return undefined;
	const { code, output } = await command(path, ["version"], { timeout: 20_000 });
	const version = /^v?(\d+\.\d+\.\d+)/m.exec(output)?.[1];
	return code === 0 && version !== undefined && isAtLeast(version, OLDEST_ENGINE) ? dirname(path) : undefined;
}

export function isAtLeast(version: string, oldest: string): boolean {
	return version.localeCompare(oldest, "en", { numeric: true }) >= 0;
}

/** Whether what lies in a directory is the engine: a file that was cut short or is another's does not answer so. */
export async function worksAs(directory: string): Promise<void> {
	const { code, output } = await command(join(directory, "pulumi"), ["version"], { timeout: 60_000 });
	if (code !== 0 || output.trim() !== `v${ENGINE}`) throw new Error(`the engine does not start: ${lastLine(output)}`);
	if (!hasEngine(directory)) throw new Error("the release has no host for Node.js");
}

async function build(recipe: keyof typeof PACKAGES, output: string, linkerFlags = ""): Promise<void> {
	if (which("go") === undefined) {
		throw new StepFailed(
			"neither the vendor's site nor a Go compiler is there",
			`Install Go 1.25 or newer (https://go.dev/dl), or put pulumi ${OLDEST_ENGINE} or newer on PATH; then run npm run setup again.`,
		);
	}
	const args = ["build", "-trimpath", "-o", output, "-ldflags", `-s -w ${linkerFlags}`, PACKAGES[recipe]];
	const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "" };
	const built = await command("go", args, { cwd: join(RECIPES, recipe), env });
	if (built.code !== 0) {
		throw new StepFailed(
			`the Go build failed: ${lastLine(built.output)}`,
			`See it whole: cd ${join(RECIPES, recipe)} && go build ${PACKAGES[recipe]} (GOPROXY names the module proxy).`,
		);
	}
}

function engineKey(): string {
	return `pulumi-${ENGINE}-${recipeHash("engine", "language")}-${process.platform}-${process.arch}`;
}

function pluginKey(): string {
	return `pulumi-home-docker-${DOCKER_PLUGIN}-${recipeHash("docker")}-${process.platform}-${process.arch}`;
}

/** Changes when a recipe does, so that a cache never answers for another one. */
function recipeHash(...recipes: string[]): string {
	const hash = createHash("sha256");
	for (const recipe of recipes) {
		const directory = join(RECIPES, recipe);
		for (const file of readdirSync(directory).sort()) hash.update(file).update(readFileSync(join(directory, file)));
	}
	return hash.digest("hex").slice(0, 8);
}
