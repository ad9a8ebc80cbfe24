import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { TestContext } from "vitest";
import { parse, stringify } from "yaml";
import { command, type Ended } from "../../tools/setup/command";
import { engineDirectory, pluginHome, pluginIn } from "../../tools/setup/engine";
import { ROOT } from "../../tools/workspace";
import { installDoubles } from "./cloudDouble/install";
import { Store, type Thing } from "./cloudDouble/store";

/** What `pulumi preview --json` and `stack export` say of a resource. */
export interface Step {
	op: string;
	urn: string;
	replaceReasons?: string[];
}

export interface Preview {
	steps: Step[];
	diagnostics: { severity: string; message: string }[];
}

export interface StateResource {
	urn: string;
	type: string;
	id?: string;
	protect?: boolean;
	outputs?: Record<string, unknown>;
}

type Finishing = Pick<TestContext, "onTestFinished">;

/** Where nothing is built and nothing deployed. */
const CONFIG = "config:\n  gcp:project: shop-1\n  aws:region: eu-central-1\n";

/**
 * A stack on a real engine with a backend and a home of its own, whose clouds are the doubles of cloudDouble/: no cloud,
 * no credentials. Its program lies in a directory of its own and imports the components as another project would.
 */
export class CloudStack {
	/** Variables over those of the test, such as the permission that a double denies. */
	environment: NodeJS.ProcessEnv = {};
	readonly home = mkdtempSync(join(tmpdir(), "holdfast-cloud-"));
	/** Where Pulumi.yaml is. */
	directory = join(this.home, "program");

	private constructor(
		readonly name: string,
		private readonly engine: string,
	) {}

	/** @param program its lines, after the imports of the components that it names */
	static async make(test: Finishing, program: string, { name = "test", project = "shop", file = CONFIG } = {}) {
		const stack = new CloudStack(name, await engineDirectory());
		test.onTestFinished(() => rmSync(stack.home, { recursive: true, force: true }));
		installDoubles(join(stack.home, "bin"));
		mkdirSync(join(stack.home, "backend"), { recursive: true });
		mkdirSync(stack.directory);
		symlinkSync(join(ROOT, "node_modules"), join(stack.directory, "node_modules"));
		// Build contexts are named from the root of the project.
		symlinkSync(join(ROOT, "stacks"), join(stack.directory, "stacks"));
		// Loaded as the program of stacks/ is.
		const load = `require("${ROOT}/stacks/bundled").load(__dirname + "/index.ts")`;
		const start = `module.exports = async () => {\n\tconst program = await ${load};\n\treturn typeof program === "function" ? program() : program;\n};\n`;
		stack.write("program.js", start);
		stack.write("package.json", JSON.stringify({ name: project, main: "program.js" }));
		stack.write("Pulumi.yaml", `name: ${project}\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n`);
		stack.program(program);
		stack.write(`Pulumi.${name}.yaml`, file);
		await stack.succeeds("stack", "init", name);
		return stack;
	}

	/** Changes the configuration, of which the engine's own part stays. */
	configure(change: (config: Record<string, unknown>) => void): void {
		const file = `Pulumi.${this.name}.yaml`;
		const content = parse(readFileSync(join(this.directory, file), "utf8")) as { config: Record<string, unknown> };
		change(content.config);
		this.write(file, stringify(content));
	}

	/** Replaces the program. */
	program(lines: string): void {
		// Only what it uses: each of the two SDKs costs a second or more at every start.
		const imports = [
			{ component: "GcsBackupBucket", path: "gcp/backupBucket" },
			{ component: "S3BackupBucket", path: "aws/backupBucket" },
		].filter(({ component }) => lines.includes(component));
		const written = imports.map(({ component, path }) => `import { ${component} } from "${ROOT}/components/${path}";`);
		this.write("index.ts", `${written.join("\n")}\n${lines}\n`);
	}

	/** Previews and updates, as a person does. */
	up(...options: string[]): Promise<Ended> {
		return this.pulumi("up", "--yes", ...options);
	}

	/** Updates without a preview first, for a test that knows what comes. */
	upAtOnce(): Promise<string> {
		return this.succeeds("up", "--yes", "--skip-preview");
	}

	destroy(...options: string[]): Promise<Ended> {
		return this.pulumi("destroy", "--yes", ...options);
	}

	/** What an update would do, without what stays as it is, and why it would be refused. */
	async preview(): Promise<Preview> {
		const { code, output } = await this.pulumi("preview", "--json");
		// Warnings come before it.
		const { steps = [], diagnostics = [] } = JSON.parse(output.slice(output.indexOf("\n{") + 1)) as Partial<Preview>;
		const errors = diagnostics.filter(({ severity }) => severity === "error");
		if (code !== 0 && errors.length === 0) throw new Error(output);
		return { steps: steps.filter(({ op }) => op !== "same"), diagnostics: errors };
	}

	async state(): Promise<StateResource[]> {
		const exported = await this.succeeds("stack", "export");
		const { deployment } = JSON.parse(exported) as { deployment: { resources?: StateResource[] } };
		return deployment.resources ?? [];
	}

	/** What the clouds have, whether or not the stack knows of it. */
	contents(type?: string): Thing[] {
		return new Store(this.cloud).all().filter((thing) => thing.leaving !== true && (type ?? thing.type) === thing.type);
	}

	/** Waits for a command that must not fail. */
	async succeeds(...args: string[]): Promise<string> {
		const { code, output } = await this.pulumi(...args);
		if (code !== 0) throw new Error(`pulumi ${args.join(" ")}: exit code ${code}:\n${output}`);
		return output;
	}

	pulumi(...args: string[]): Promise<Ended> {
		return command(join(this.engine, "pulumi"), this.args(args), { cwd: this.directory, env: this.env() });
	}

	args(args: string[]): string[] {
		const named = args[0] === "stack" && args[1] === "init" ? [] : ["--stack", this.name];
		return [...args, ...named, "--non-interactive", "--color", "never"];
	}

	env(): NodeJS.ProcessEnv {
		return {
			...process.env,
			// The doubles stand before whatever provider the machine has.
			PATH: [join(this.home, "bin"), this.engine, pluginIn(pluginHome()), process.env.PATH].join(delimiter),
			PULUMI_HOME: join(this.home, "pulumi"),
			PULUMI_BACKEND_URL: `file://${join(this.home, "backend")}?metadata=skip`,
			PULUMI_CONFIG_PASSPHRASE: "of a test",
			PULUMI_SKIP_UPDATE_CHECK: "true",
			PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
			HOLDFAST_DOUBLE_CLOUD: this.cloud,
			...this.environment,
		};
	}

	private get cloud(): string {
		return join(this.home, "cloud");
	}

	private write(file: string, content: string): void {
		writeFileSync(join(this.directory, file), content);
	}
}

/** Why a preview is refused. */
export function refusal({ diagnostics }: Preview): string {
	return diagnostics.map(({ message }) => message).join("\n");
}

/** What it would do, as `update notes-bucket`. */
export function names({ steps }: Preview): string[] {
	return steps.map(({ op, urn }) => `${op} ${urn.split("::").pop()}`).sort();
}
