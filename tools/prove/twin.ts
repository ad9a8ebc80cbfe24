import { randomInt } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DockerCli } from "../../components/docker/cli";
import { command, type Ended } from "../setup/command";
import { ROOT } from "../workspace";

export const docker = new DockerCli();

/** Runs docker, and fails the test when it does. */
export async function dockerOutput(...args: string[]): Promise<string> {
	const { code, stdout, errors } = await docker.run(args);
	if (code !== 0) throw new Error(`docker ${args.join(" ")}: ${errors}`);
	return `${stdout}`.trim();
}

/** Waits for a command that must not fail, and shows all that it said when it does. */
export async function succeeds(ended: Promise<Ended>): Promise<string> {
	const { code, output } = await ended;
	if (code !== 0) throw new Error(`exit code ${code}:\n${output}`);
	return output;
}

/**
 * A port of the loopback interface on which nobody listens now. Not one that the kernel hands out: those (32768 and up)
 * go to whoever asks next, such as the engine's own plugins, before a container gets to listen on it.
 */
export async function freePort(): Promise<number> {
	for (;;) {
		const port = 20_000 + randomInt(10_000);
		if (await isFree(port)) return port;
	}
}

function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer().once("error", () => resolve(false));
		server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
	});
}

type Settings = Record<string, unknown>;

/**
 * A stack of the repo's own program with names, port, backend and configuration of its own, run by the same tools that a
 * user runs, beside whatever else is on the host. {@link Twin.remove} takes away all that it leaves.
 */
export class Twin {
	readonly container: string;
	readonly volume: string;
	/** Variables that the tools run with, over those of the test. */
	environment: NodeJS.ProcessEnv = {};
	/** Values of the configuration's secrets, for {@link setSecrets}. */
	secrets: Record<string, string> = {};
	private settings: { app: Settings; rest: Settings } = { app: {}, rest: {} };
	protected readonly home = mkdtempSync(join(tmpdir(), "holdfast-test-"));

	constructor(
		readonly name: string,
		readonly port: number,
	) {
		this.container = `holdfast-${name}-notes`;
		this.volume = `${this.container}-data`;
	}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	/** Name of the container that serves. */
	async app(): Promise<string> {
		const { output } = await this.pulumi("stack", "output", "container", "--stack", this.name);
		return output.trim().split("\n").at(-1) ?? "";
	}

	/** Writes the configuration: the sample app, with changes to `app` and to the rest. */
	configure(app: Settings = {}, rest: Settings = {}): this {
		this.settings = { app, rest };
		const sample = {
			build: { context: "stacks/sample-app", args: { VERSION: "1" } },
			port: 8000,
			data: { mountPath: "/app/data", databaseFile: "notes.db" },
			migration: ["alembic", "upgrade", "head"],
		};
		const settings: Settings = {
			target: "docker",
			name: "notes",
			app: { ...sample, ...app },
			publish: { port: this.port },
			...rest,
		};
		// JSON is YAML. What was set by hand before, such as a secret, goes.
		const lines = Object.entries(settings).map(
			([key, value]) => `  ${key.includes(":") ? key : `holdfast:${key}`}: ${JSON.stringify(value)}`,
		);
		writeFileSync(this.config, `config:\n${lines.join("\n")}\n`);
		return this;
	}

	up(...options: string[]): Promise<Ended> {
		return this.tool("up", this.name, ...options);
	}

	down(): Promise<Ended> {
		return this.tool("down", this.name);
	}

	pulumi(...args: string[]): Promise<Ended> {
		return this.tool("pulumi", ...args);
	}

	/** Deploys another version of the sample app, with all else as it is. */
	async redeploy(version: string): Promise<Ended> {
		const { app, rest } = this.settings;
		this.configure({ ...app, build: { context: "stacks/sample-app", args: { VERSION: version } } }, rest);
		await this.setSecrets();
		return this.up();
	}

	/** Puts the values of secrets into the configuration. */
	async setSecrets(): Promise<void> {
		for (const [name, value] of Object.entries(this.secrets)) {
			await succeeds(this.pulumi("config", "set", "--secret", name, value));
		}
	}

	/** Runs a shell in a container of the sample app's base, with a volume at /look. */
	inVolume(volume: string, script: string): Promise<string> {
		return dockerOutput(
			"run",
			"--rm",
			"--network",
			"none",
			"--mount",
			`type=volume,source=${volume},target=/look`,
			"holdfast/sample-base:1",
			"sh",
			"-c",
			script,
		);
	}

	/** An empty directory that goes with the stack. */
	directory(name: string): string {
		const path = join(this.home, name);
		mkdirSync(path);
		return path;
	}

	private get config(): string {
		return join(this.home, "config.yaml");
	}

	/** Runs one of tools/ as npm would. */
	tool(...args: string[]): Promise<Ended> {
		const env = {
			...process.env,
			HOLDFAST_HOME: this.home,
			HOLDFAST_CONFIG: this.config,
			PULUMI_STACK: this.name,
			...this.environment,
		};
		return command(process.execPath, [join(ROOT, "tools", "run.mjs"), ...args], { cwd: ROOT, env });
	}

	/** Containers, volumes, networks, images and files: all that has the name. */
	async remove(): Promise<void> {
		const mine = ["--filter", `name=-${this.name}-`, "--quiet"];
		const lines = async (...args: string[]) => (await dockerOutput(...args)).split("\n").filter(Boolean);
		const labelled = ["--filter", `label=holdfast.app=holdfast/${this.name}/notes`, "--quiet"];
		for (const id of await lines("ps", "--all", ...labelled)) await docker.run(["rm", "--force", "--volumes", id]);
		for (const id of await lines("ps", "--all", ...mine)) await docker.run(["rm", "--force", "--volumes", id]);
		for (const name of await lines("volume", "ls", ...mine)) await docker.run(["volume", "rm", "--force", name]);
		for (const id of await lines("network", "ls", ...mine)) await docker.run(["network", "rm", id]);
		for (const image of await lines(
			"image",
			"ls",
			"--filter",
			`reference=*-${this.name}-*`,
			"--format",
			"{{.Repository}}:{{.Tag}}",
		)) {
			await docker.run(["image", "rm", "--force", image]);
		}
		rmSync(this.home, { recursive: true, force: true });
	}
}
