import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, it } from "vitest";
import { command } from "../../tools/setup/command";
import { engineDirectory, pluginHome, pluginIn } from "../../tools/setup/engine";
import { Consumer } from "./consumer";

const PROGRAM = `import { DockerApp, type DockerAppArgs } from "holdfast/docker";

const args: DockerAppArgs = {
	image: "ghcr.io/me/notes:1",
	port: 8000,
	data: { mountPath: "/app/data", databaseFile: "notes.db" },
};
export const url = new DockerApp("notes", args).url;
`;

/** What a module brings with it, as packages' names; run in the project. */
const loads = (module: string) =>
	`require("${module}"); const names = Object.keys(require.cache).map((file) => /.*node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(file)?.[1]);
	console.log(JSON.stringify([...new Set(names)]))`;

it("another project installs the package, imports one component, and previews", async (test) => {
	const consumer = await Consumer.make(test, "@pulumi/pulumi", "@pulumi/docker", "typescript", "@types/node");
	consumer.write("Pulumi.yaml", "name: shop\nruntime: nodejs\n");
	consumer.write("index.ts", PROGRAM);

	await test.annotate("only what the Docker part needs is installed");
	for (const sdk of ["gcp", "aws", "policy"]) {
		expect(existsSync(join(consumer.directory, "node_modules", "@pulumi", sdk))).toBe(false);
	}
	for (const module of ["holdfast/docker", "holdfast"]) {
		const loaded = JSON.parse(await consumer.succeeds("node", "-e", loads(module))) as string[];
		expect(loaded.filter((name) => name.startsWith("@pulumi/"))).toEqual(["@pulumi/docker", "@pulumi/pulumi"]);
	}
	expect(JSON.parse(await consumer.succeeds("node", "-e", loads("holdfast/guard")))).toEqual(["holdfast"]);

	const preview = await pulumi(consumer, "preview", "--json");
	const { steps } = JSON.parse(preview.output.slice(preview.output.indexOf("\n{") + 1)) as {
		steps: { op: string; newState?: { type: string; inputs?: { name?: string; build?: { dockerfile: string } } } }[];
	};
	expect(preview.code).toBe(0);
	const built = steps.flatMap(({ newState }) => newState?.inputs?.build?.dockerfile ?? []);
	expect(new Set(built)).toEqual(new Set(["Dockerfile", "Dockerfile.public"]));
	expect(steps.filter(({ newState }) => newState?.type === "holdfast:docker:DockerApp")).toHaveLength(1);
});

/** Runs the real engine with a backend of the project's own, and the Docker plugin that is on this machine. */
async function pulumi(consumer: Consumer, ...args: string[]) {
	const engine = await engineDirectory();
	const state = join(consumer.directory, "..", "state");
	mkdirSync(state, { recursive: true });
	const env = {
		...process.env,
		PATH: [engine, pluginIn(pluginHome()), process.env.PATH].join(delimiter),
		PULUMI_HOME: join(state, "home"),
		PULUMI_BACKEND_URL: `file://${state}`,
		PULUMI_CONFIG_PASSPHRASE: "of a test",
		PULUMI_SKIP_UPDATE_CHECK: "true",
		PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
		PULUMI_NODEJS_TRANSPILE_ONLY: undefined,
	};
	const run = (...words: string[]) =>
		command(join(engine, "pulumi"), [...words, "--non-interactive", "--color", "never"], {
			cwd: consumer.directory,
			env,
			timeout: 300_000,
		});
	await run("stack", "init", "dev");
	return run(...args, "--stack", "dev");
}
