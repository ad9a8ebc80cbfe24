import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { command } from "./setup/command";
import { engineDirectory, pluginHome, pluginIn } from "./setup/engine";

/** The directory of Pulumi.yaml. */
export const ROOT = dirname(__dirname);

/** Holds the local backend with its passphrase: git ignores it. `HOLDFAST_HOME` moves it. */
export function home(): string {
	return process.env.HOLDFAST_HOME ?? join(ROOT, ".holdfast");
}

/** The environment in which every Pulumi command of this project runs: engine, backend, passphrase. */
export async function pulumiEnvironment(): Promise<NodeJS.ProcessEnv> {
	const common = {
		...process.env,
		PATH: [await engineDirectory(), process.env.PATH].join(delimiter),
		DOCKER_HOST: process.env.DOCKER_HOST ?? (await contextHost()),
		PULUMI_SKIP_UPDATE_CHECK: "true",
		// `npm run check` does the types; here they would cost seconds each time.
		PULUMI_NODEJS_TRANSPILE_ONLY: "true",
		// Set-up has brought the plugin that the stacks need. The engine would fetch one for every provider in node_modules:
		// hundreds of megabytes, or seconds of tries at each command where there is no way to them.
		PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
	};
	if (process.env.PULUMI_BACKEND_URL !== undefined) {
		// Who names a backend has the credentials for it in a home of their own, and knows its passphrase or key.
		return { ...common, PATH: [common.PATH, pluginIn(pluginHome())].join(delimiter) };
	}
	return { ...common, ...localBackend(), PULUMI_HOME: pluginHome(), PULUMI_STACK: process.env.PULUMI_STACK ?? "local" };
}

/** The engine that the docker command talks to, so that the provider talks to the same. */
async function contextHost(): Promise<string | undefined> {
	const { code, output } = await command("docker", ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]);
	return code === 0 && output.trim() !== "" ? output.trim() : undefined;
}

/**
 * Without the files of attributes that Pulumi would write beside each of its own: they are written in place, so a kill at
 * that moment leaves one that is empty, and then no command can read the state ("failed to load checkpoint: EOF").
 */
export function localBackendUrl(): string {
	return `file://${join(home(), "backend")}?metadata=skip`;
}

/** A backend in a directory of the repo. Its passphrase is made on first use and kept beside it. */
function localBackend() {
	const state = join(home(), "backend");
	const passphrase = join(home(), "passphrase");
	const id = join(home(), "id");
	if (!existsSync(passphrase)) {
		if (existsSync(join(state, ".pulumi"))) {
			throw new Error(
				`the passphrase of the local backend is gone: put ${passphrase} back, without it the secrets in ${state} cannot be read`,
			);
		}
		mkdirSync(state, { recursive: true });
		chmodSync(home(), 0o700);
		writeWhole(passphrase, randomBytes(24).toString("base64url"));
	}
	// Tells this backend's stacks from those of the same name in another clone, on the same Docker host.
	if (!existsSync(id)) writeWhole(id, randomBytes(4).toString("hex"));
	return {
		PULUMI_BACKEND_URL: localBackendUrl(),
		PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
		PULUMI_CONFIG_PASSPHRASE: undefined,
		HOLDFAST_BACKEND: readFileSync(id, "utf8"),
	};
}

/** Writes a file that only its owner may read, whole or not at all. */
export function writeWhole(file: string, content: string): void {
	const staging = `${file}.${process.pid}`;
	writeFileSync(staging, content, { mode: 0o600 });
	renameSync(staging, file);
}

/** Runs a tool: its exit code is the process's, an error is one line and not a stack. */
export function main(tool: () => Promise<number>): void {
	tool().then(
		(code) => {
			process.exitCode = code;
		},
		(error) => {
			console.error(`✗ ${error instanceof Error ? error.message : error}`);
			process.exitCode = 1;
		},
	);
}
