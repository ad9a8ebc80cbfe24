import { existsSync, readdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { cached, fillCache } from "./cache";
import { command, lastLine, which } from "./command";
import { downloadEngine } from "./download";
import { goBuild, recipeHash } from "./goBuild";
import type { Step } from "./steps";
import { DOCKER_PLUGIN, ENGINE, OLDEST_ENGINE } from "./versions";

/** The way to an engine without a compiler. */
const INSTEAD = `put pulumi ${OLDEST_ENGINE} or newer on PATH`;

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
				await goBuild("engine", join(staging, "pulumi"), {
					linkerFlags: `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${ENGINE}`,
					instead: INSTEAD,
				});
				await goBuild("language", join(staging, "pulumi-language-nodejs"), { instead: INSTEAD });
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
			await goBuild("docker", binary, { linkerFlags: `-X main.version=${DOCKER_PLUGIN}` });
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

let onPath: Promise<string | undefined> | undefined;

/** The directory of a `pulumi` on PATH that is new enough and has its host for Node.js beside it. It is asked once. */
function engineOnPath(): Promise<string | undefined> {
	onPath ??= findOnPath();
	return onPath;
}

async function findOnPath(): Promise<string | undefined> {
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

function engineKey(): string {
	return `pulumi-${ENGINE}-${recipeHash("engine", "language")}-${process.platform}-${process.arch}`;
}

function pluginKey(): string {
	return `pulumi-home-docker-${DOCKER_PLUGIN}-${recipeHash("docker")}-${process.platform}-${process.arch}`;
}
