import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPackage } from "../package/build";
import { docker, dockerOutput } from "../prove/twin";
import { PostgresServer } from "../servers/postgres";
import { ROOT } from "../workspace";
import { cleanedUp } from "./turns";

/** Has the work done in a directory that is taken away afterwards. */
export async function inDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
	return cleanedUp(
		async () => rmSync(directory, { recursive: true, force: true }),
		() => work(directory),
	);
}

/** Has the work done in a project outside of this repo that has the built package, as a user's has it. */
export async function inProject<T>(work: (project: string) => Promise<T>): Promise<T> {
	await buildPackage();
	return inDirectory(async (project) => {
		const packages = join(project, "node_modules");
		mkdirSync(packages);
		symlinkSync(ROOT, join(packages, "holdfast"));
		symlinkSync(join(ROOT, "node_modules", "@pulumi"), join(packages, "@pulumi"));
		return work(project);
	});
}

/**
 * Has the work done with a Postgres server that has its data on a disk, and the keeper and other tools beside it.
 *
 * @param memory of the server, in MiB
 */
export async function withPostgres<T>(memory: number, work: (server: PostgresServer) => Promise<T>): Promise<T> {
	const keeper = `holdfast-bench-${randomBytes(3).toString("hex")}:1`;
	let server: PostgresServer | undefined;
	const remove = async () => {
		await server?.remove();
		await docker.run(["image", "rm", "--force", keeper]);
	};
	return cleanedUp(remove, async () => {
		await buildKeeper(keeper);
		server = await PostgresServer.start({ keeper, data: "volume", memory });
		return work(server);
	});
}

/** Builds the keeper's image from what set-up has bundled. */
export async function buildKeeper(tag: string): Promise<void> {
	await dockerOutput("build", "--quiet", "--tag", tag, join(ROOT, "components", "keeper", "image"));
}
