import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPackage } from "../package/build";
import { command } from "../setup/command";
import { ROOT } from "../workspace";
import { median, spread } from "./statistics";

/**
 * What a program waits for at its start: the package's Docker part against @pulumi/docker, which any such program loads, by
 * turns, each in a process of its own. Prints both and their ratio.
 */
export async function benchImport({ runs }: { runs: number }): Promise<number> {
	await buildPackage();
	const project = mkdtempSync(join(tmpdir(), "holdfast-import-"));
	try {
		const packages = join(project, "node_modules");
		mkdirSync(packages);
		symlinkSync(ROOT, join(packages, "holdfast"));
		symlinkSync(join(ROOT, "node_modules", "@pulumi"), join(packages, "@pulumi"));
		const plain: number[] = [];
		const ours: number[] = [];
		for (let run = 0; run <= runs; run += 1) {
			const [alone, withUs] = [await load(project, "@pulumi/docker"), await load(project, "holdfast/docker")];
			// The first of each reads the disk.
			if (run === 0) continue;
			plain.push(alone);
			ours.push(withUs);
		}
		const ratio = median(ours) / median(plain);
		console.log(
			`import, ${runs} times each by turns: holdfast/docker / @pulumi/docker = ${ratio.toFixed(3)} (medians ${median(ours)} ms and ${median(plain)} ms, ${spread(ours)} ms and ${spread(plain)} ms)`,
		);
		return ratio <= 1.25 ? 0 : 1;
	} finally {
		rmSync(project, { recursive: true, force: true });
	}
}

/** Milliseconds of the `require` alone, in a new process. */
async function load(project: string, module: string): Promise<number> {
	const script = `const start = performance.now(); require("${module}"); console.log(Math.round(performance.now() - start))`;
	const { code, output } = await command(process.execPath, ["-e", script], { cwd: project });
	if (code !== 0) throw new Error(output);
	return Number(output);
}
