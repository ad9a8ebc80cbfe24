import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "vitest";
import { command, type Ended } from "../../tools/setup/command";
import { withLock } from "../../tools/setup/lock.mjs";
import { home, ROOT } from "../../tools/workspace";

type Finishing = Pick<TestContext, "onTestFinished">;

/** Packs the package as npm does, its build included. Returns the tarball. */
export async function pack(directory: string): Promise<string> {
	const packed = await withLock(join(home(), "pack.lock"), () =>
		command("npm", ["pack", "--silent", "--pack-destination", directory], { cwd: ROOT, timeout: 300_000 }),
	);
	if (packed.code !== 0) throw new Error(`npm pack: ${packed.output}`);
	const { name, version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
	return join(directory, `${name}-${version}.tgz`);
}

/** Another project, in a directory outside of this repo, which has the packed package and what it asks for from the registry. */
export class Consumer {
	private constructor(
		readonly directory: string,
		readonly tarball: string,
	) {}

	/** @param packages beside the package, in the versions that this repo has */
	static async make(test: Finishing, ...packages: string[]): Promise<Consumer> {
		const parent = mkdtempSync(join(tmpdir(), "holdfast-consumer-"));
		test.onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
		const directory = join(parent, "shop");
		mkdirSync(directory);
		const consumer = new Consumer(directory, await pack(parent));
		await consumer.succeeds("npm", "init", "--yes");
		const wanted = packages.map((name) => `${name}@${installedVersion(name)}`);
		const quietly = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel", "error"];
		await consumer.succeeds("npm", "install", ...quietly, consumer.tarball, ...wanted);
		return consumer;
	}

	write(file: string, content: string): void {
		writeFileSync(join(this.directory, file), content);
	}

	run(program: string, ...args: string[]): Promise<Ended> {
		return command(program, args, { cwd: this.directory, timeout: 300_000 });
	}

	/** Runs what must not fail, and returns what it printed. */
	async succeeds(program: string, ...args: string[]): Promise<string> {
		const { code, output } = await this.run(program, ...args);
		if (code !== 0) throw new Error(`${program} ${args.join(" ")}: exit code ${code}\n${output}`);
		return output;
	}
}

function installedVersion(name: string): string {
	return JSON.parse(readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8")).version;
}
