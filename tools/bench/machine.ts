import { existsSync, readFileSync, statfsSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { command } from "../setup/command";
import { LITESTREAM } from "../setup/versions";
import { ROOT } from "../workspace";

/** On what the figures were measured: without it they say nothing. Lines of a table, in its order. */
export type Machine = Record<string, string>;

/** Looks at the machine that this runs on, before anything is measured. */
export async function thisMachine(): Promise<Machine> {
	const [processor] = cpus();
	const [lastMinute = 0] = loadavg();
	const dockerRoot = await said("docker", "info", "--format", "{{.DockerRootDir}}");
	return {
		date: `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`,
		commit: await commit(),
		processor: `${cpus().length} × ${processor?.model.trim() ?? "unknown"}`,
		memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
		// Not where the engine is in a virtual machine of its own.
		disk: await disk(dockerRoot !== undefined && existsSync(dockerRoot) ? dockerRoot : "/"),
		system: `${operatingSystem()}, ${type()} ${release()}`,
		busy: `${lastMinute.toFixed(1)} processes wanted to run, on average over the minute before`,
		versions: [
			`Node.js ${process.versions.node}`,
			`Docker ${(await said("docker", "version", "--format", "{{.Server.Version}}")) ?? "unknown"}`,
			`Litestream ${LITESTREAM}`,
		].join(", "),
	};
}

async function commit(): Promise<string> {
	const [hash, changes] = [
		await said("git", "rev-parse", "--short=12", "HEAD"),
		await said("git", "status", "--short"),
	];
	if (hash === undefined) return "not in a git repository";
	return changes === "" ? hash : `${hash}, with changes that are not committed`;
}

/** Where Docker has its volumes. */
async function disk(directory: string): Promise<string> {
	const where = await said("findmnt", "--noheadings", "--output", "SOURCE,FSTYPE", "--target", directory);
	const driver = await said("docker", "info", "--format", "{{.Driver}}");
	const { bsize, blocks, bavail } = statfsSync(directory);
	const gigabytes = (count: number) => `${Math.round((count * bsize) / 1e9)} GB`;
	const kind = where?.replace(/\s+/g, ", ") ?? "unknown";
	return `${kind}, ${gigabytes(blocks)}, ${gigabytes(bavail)} free; images on ${driver ?? "unknown"}`;
}

function operatingSystem(): string {
	try {
		const [, name] = /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync("/etc/os-release", "utf8")) ?? [];
		return name ?? process.platform;
	} catch {
		return process.platform;
	}
}

/** What a command says; undefined where it fails or is not there. */
async function said(program: string, ...args: string[]): Promise<string | undefined> {
	const { code, output } = await command(program, args, { cwd: ROOT, timeout: 20_000 });
	return code === 0 ? output.trim() : undefined;
}
