import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { command } from "../../tools/setup/command";

/**
 * A mounted file system of the type that a bucket or a network disk has, as fuse.gcsfuse: a real mount, behind which there
 * is an empty directory. Who mounts it must be root, on the machine of the Docker engine.
 *
 * @returns where it is
 */
export async function fuseMount(type: string): Promise<string> {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-fuse-"));
	const path = join(directory, "mounted");
	mkdirSync(path);
	const server = spawn(process.execPath, ["--require", "tsx/cjs", join(__dirname, "fuseServer.ts"), type, path], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	const ended = once(server, "exit");
	onTestFinished(async () => {
		// Without it, the kernel fails whatever still asks, so that nothing hangs.
		server.kill("SIGKILL");
		await ended;
		await command("umount", [path]);
		rmdirSync(path);
		rmdirSync(directory);
	}, 30_000);
	await Promise.race([
		once(server.stdout, "data"),
		ended.then(() => Promise.reject(new Error(`a ${type} could not be mounted`))),
	]);
	return path;
}
