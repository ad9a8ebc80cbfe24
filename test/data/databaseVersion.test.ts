import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { KEEPER_BASE } from "../../tools/setup/versions";

/** Runs it where node:sqlite is: on the keeper's own Node.js. */
async function looks() {
	const entryPoints = [join(__dirname, "app", "looksForCommits.ts")];
	const { outputFiles } = await build({ entryPoints, bundle: true, platform: "node", format: "cjs", write: false });
	const args = ["run", "--rm", "--interactive", "--network=none", "--user=1000:1000", "--entrypoint=node", KEEPER_BASE];
	const options = { input: outputFiles[0]?.text ?? "", encoding: "utf8", timeout: 60_000 } as const;
	const { stdout, stderr } = spawnSync("docker", [...args, "-"], options);
	if (stdout === "") throw new Error(stderr);
	return JSON.parse(stdout) as {
		isZero: boolean;
		busy: number;
		seen: Record<string, boolean>;
		cameBack: string[];
		microseconds: number;
	};
}

it("every commit is seen, by whomever and in whatever file is there; what commits nothing is not, and nobody is disturbed", async () => {
	const { isZero, busy, seen, cameBack, microseconds } = await looks();
	console.log(`a look takes ${microseconds.toFixed(1)} µs`);
	expect(isZero).toBe(true);
	// The app's and Litestream's checkpoints find no reader in their way.
	expect(busy).toBe(0);
	expect(cameBack).toEqual([]);
	const unseen = Object.keys(seen).filter((what) => !seen[what]);
	expect(unseen).toEqual([
		"none yet",
		"an empty file",
		"nothing, with a journal",
		"nothing, with a WAL",
		"a reader",
		"a row that is not committed",
		"its rollback",
		"nothing in it",
		"nothing, unlocked",
		"nothing, resumed",
	]);
});
