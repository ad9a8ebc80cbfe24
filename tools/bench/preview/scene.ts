import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { succeeds, Twin } from "../../prove/twin";
import { command } from "../../setup/command";
import { pulumiEnvironment, ROOT } from "../../workspace";
import { programByHand, type State, stateByHand } from "./byHand";

/** A program with its stack: where Pulumi runs, and what it is told there each time. */
export interface Program {
	directory: string;
	options: string[];
}

/** The local stack under other names, and the same containers once more as a program by hand sees them. */
export class PreviewScene extends Twin {
	/** Our program, as `npm run pulumi` would start it. */
	get ours(): Program {
		return { directory: ROOT, options: ["--config-file", join(this.home, `Pulumi.${this.name}.yaml`)] };
	}

	/** Runs Pulumi itself: the tools around it would cost both programs the same. */
	async run({ directory, options }: Program, ...args: string[]): Promise<string> {
		const { env } = this;
		const environment: NodeJS.ProcessEnv = {
			...(await pulumiEnvironment()),
			PULUMI_STACK: this.name,
			HOLDFAST_CONFIG: env.HOLDFAST_CONFIG,
			HOLDFAST_BACKEND: readFileSync(join(this.home, "id"), "utf8"),
			PULUMI_BACKEND_URL: `file://${join(this.home, "backend")}?metadata=skip`,
			PULUMI_CONFIG_PASSPHRASE_FILE: join(this.home, "passphrase"),
		};
		return succeeds(command("pulumi", [...args, ...options], { cwd: directory, env: environment }));
	}

	/** Writes the program by hand and gives it a state in which all of its resources are there already. */
	async writtenByHand(): Promise<Program> {
		const state = JSON.parse(await this.run({ directory: ROOT, options: [] }, ...EXPORT)) as State;
		const directory = this.directory("by-hand");
		const project = basename(directory);
		const write = (file: string, text: string) => writeFileSync(join(directory, file), text);
		const runtime = { name: "nodejs", options: { typescript: false } };
		write("Pulumi.yaml", JSON.stringify({ name: project, runtime }));
		write("package.json", JSON.stringify({ name: project, main: "index.js" }));
		write("index.js", programByHand(state));
		write("state.json", JSON.stringify(stateByHand(state, project)));
		// The packages, and what the images are built from, whose paths begin at the program.
		for (const shared of ["node_modules", "stacks", "components"])
			symlinkSync(join(ROOT, shared), join(directory, shared));
		const program = { directory, options: [] };
		await this.run(program, "stack", "init", this.name);
		await this.run(program, "stack", "import", "--file", "state.json");
		return program;
	}
}

const EXPORT = ["stack", "export", "--show-secrets"];
