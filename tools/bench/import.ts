import { command } from "../setup/command";
import type { Bench } from "./result";
import { inProject } from "./stages";
import { byTurns, progress } from "./turns";

/**
 * What a program waits for at its start: the package's Docker part against @pulumi/docker, which any such program loads, by
 * turns, each in a process of its own.
 */
export const imports: Bench = {
	name: "import",
	about: "the cold import of the package's Docker part against @pulumi/docker alone",
	async run({ runs = 15 }) {
		const say = progress("import");
		say("building the package");
		return inProject(async (project) => {
			const contenders = {
				ours: () => load(project, "holdfast/docker"),
				"@pulumi/docker alone": () => load(project, "@pulumi/docker"),
			};
			// The first of each reads the disk.
			await byTurns(1, () => say("once to warm up"), contenders);
			const values = await byTurns(runs, say, contenders);
			const ratios = [{ of: "ours", to: "@pulumi/docker alone", atMost: 1.25 }];
			return { comparisons: [{ name: "import of the package", unit: "ms", values, ratios }] };
		});
	},
};

/** Milliseconds of the `require` alone, in a new process. */
async function load(project: string, module: string): Promise<number> {
	const script = `const start = performance.now(); require("${module}"); console.log(Math.round(performance.now() - start))`;
	const { code, output } = await command(process.execPath, ["-e", script], { cwd: project });
	if (code !== 0) throw new Error(output);
	return Number(output);
}
