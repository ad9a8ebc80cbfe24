import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { TestContext } from "vitest";
import { command, type Ended } from "../../tools/setup/command";
import { engineDirectory, pluginHome, pluginIn } from "../../tools/setup/engine";
import { withLock } from "../../tools/setup/lock.mjs";
import { home, ROOT } from "../../tools/workspace";

type Finishing = Pick<TestContext, "onTestFinished">;

/** Packs the package as npm does, its build included. Returns the tarball. */
export async function pack(directory: string): Promise<string> {
	mkdirSync(home(), { recursive: true });
	const packed = await withLock(join(home(), "pack.lock"), () =>
		command("npm", ["pack", "--silent", "--pack-destination", directory], { cwd: ROOT, timeout: 300_000 }),
	);
	if (packed.code !== 0) throw new Error(`npm pack: ${packed.output}`);
	const { name, version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
	return join(directory, `${name}-${version}.tgz`);
}

/**
 * Puts the packed package into a directory's `node_modules`, beside links to all that this repo has: for a test of something
 * else than the installation.
 */
export async function linkPackage(directory: string): Promise<void> {
	const packages = join(directory, "node_modules");
	rmSync(packages, { recursive: true, force: true });
	mkdirSync(join(packages, "holdfast"), { recursive: true });
	for (const name of readdirSync(join(ROOT, "node_modules"))) {
		symlinkSync(join(ROOT, "node_modules", name), join(packages, name));
	}
	const tarball = await pack(directory);
	const unpacked = await command("tar", ["xzf", tarball, "--strip-components=1", "-C", join(packages, "holdfast")]);
	if (unpacked.code !== 0) throw new Error(unpacked.output);
}

/** The files in a tarball of npm, as they lie in the package. */
export async function contents(tarball: string): Promise<string[]> {
	const { code, output } = await command("tar", ["tzf", tarball]);
	if (code !== 0) throw new Error(output);
	return output
		.trim()
		.split("\n")
		.map((file) => file.replace(/^package\//, ""));
}

/** Another project, in a directory outside of this repo, which has the packed package and what it asks for from the registry. */
export class Consumer {
	private constructor(
		readonly directory: string,
		private readonly state: string,
	) {}

	/** @param packages beside the package, in the versions that this repo has */
	static async make(test: Finishing, ...packages: string[]): Promise<Consumer> {
		const parent = mkdtempSync(join(tmpdir(), "holdfast-consumer-"));
		test.onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
		const consumer = new Consumer(join(parent, "shop"), join(parent, "state"));
		mkdirSync(consumer.directory);
		mkdirSync(consumer.state);
		await consumer.succeeds("npm", "init", "--yes");
		// As pulumi new writes it.
		await consumer.succeeds("npm", "pkg", "set", "main=index.ts");
		await consumer.install(await pack(parent), ...packages);
		return consumer;
	}

	async install(...packages: string[]): Promise<void> {
		const wanted = packages.map((name) => (name.endsWith(".tgz") ? name : `${name}@${versionHere(name)}`));
		const quietly = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel", "error"];
		await this.succeeds("npm", "install", ...quietly, ...wanted);
	}

	/** The path of a package, or of a file in it. */
	module(...path: string[]): string {
		return join(this.directory, "node_modules", ...path);
	}

	write(file: string, content: string): void {
		writeFileSync(join(this.directory, file), content);
	}

	/** Runs what must not fail, and returns what it printed. */
	async succeeds(program: string, ...args: string[]): Promise<string> {
		const { code, output } = await command(program, args, { cwd: this.directory, timeout: 300_000 });
		if (code !== 0) throw new Error(`${program} ${args.join(" ")}: exit code ${code}\n${output}`);
		return output;
	}

	/** Runs the real engine with a backend of the project's own, and the Docker plugin that is on this machine. */
	async pulumi(...args: string[]): Promise<Ended> {
		const engine = await engineDirectory();
		const env = {
			...process.env,
			PATH: [engine, pluginIn(pluginHome()), process.env.PATH].join(delimiter),
			PULUMI_HOME: join(this.state, "home"),
			PULUMI_BACKEND_URL: `file://${this.state}`,
			PULUMI_CONFIG_PASSPHRASE: "of a test",
			PULUMI_SKIP_UPDATE_CHECK: "true",
			PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
			// As a project is that knows nothing of this repo: its types are looked at too.
			PULUMI_NODEJS_TRANSPILE_ONLY: undefined,
			HOLDFAST_IMAGES: undefined,
		};
		const run = (...words: string[]) =>
			command(join(engine, "pulumi"), [...words, "--non-interactive", "--color", "never"], {
				cwd: this.directory,
				env,
				timeout: 300_000,
			});
		await run("stack", "select", "dev", "--create");
		return run(...args);
	}
}

function versionHere(name: string): string {
	return JSON.parse(readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8")).version;
}
