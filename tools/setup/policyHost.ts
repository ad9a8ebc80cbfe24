import { chmodSync, copyFileSync, existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { cacheRoot } from "./cache";
import { engineDirectory } from "./engine";
import { moduleDirectory } from "./goBuild";
import type { Step } from "./steps";
import { ENGINE } from "./versions";

const SCRIPT = process.platform === "win32" ? "pulumi-analyzer-policy.cmd" : "pulumi-analyzer-policy";

/**
 * What starts policy packs in Node.js: a script of a few lines beside the engine. The vendor's release has it; an engine that
 * was built from Go modules gets it from the SDK's module, without being built again.
 */
export const policyHostStep: Step = {
	title: "Pulumi host for policy packs",
	present: async () => {
		const directory = await engineDirectory();
		// What is on PATH is somebody else's.
		if (!directory.startsWith(cacheRoot())) return directory;
		const script = join(directory, SCRIPT);
		return existsSync(script) ? script : undefined;
	},
	async make() {
		const sdk = await moduleDirectory("engine", "github.com/pulumi/pulumi/sdk/v3");
		return `${addPolicyHost(join(sdk, "nodejs", "dist"), await engineDirectory())}, of the SDK ${ENGINE}`;
	},
};

/** Puts the script beside the engine, whole or not at all: others may be running the engine. */
export function addPolicyHost(from: string, directory: string): string {
	const script = join(directory, SCRIPT);
	const staging = `${script}.${process.pid}`;
	copyFileSync(join(from, SCRIPT), staging);
	// Modules are kept read-only, and nothing in them can be run.
	chmodSync(staging, 0o755);
	renameSync(staging, script);
	return script;
}
