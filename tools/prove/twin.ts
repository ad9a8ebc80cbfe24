import { randomInt } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DockerCli } from "../../components/docker/cli";
import type { Role } from "../../components/docker/identity";
import { command, type Ended } from "../setup/command";
import { SAMPLE_BASE } from "../setup/versions";
import { ROOT } from "../workspace";
import { SAMPLE_APP } from "./sampleApp";

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
	/** How the names of all that is on the host begin, but for the containers of the app: theirs are the provider's to choose. */
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

	/** Writes the configuration: the sample app, with changes to `app` and to the rest. */
	configure(app: Settings = {}, rest: Settings = {}): this {
		this.settings = { app, rest };
		const sample = {
			build: { context: SAMPLE_APP, args: { VERSION: "1" } },
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

	/** Deploys another version of the sample app, or of a changed copy of it, with all else as it is. */
	redeploy(version: string, context = SAMPLE_APP): Promise<Ended> {
		return this.change({ build: { context, args: { VERSION: version } } });
	}

	/** Deploys with other settings of the app, or of the rest, and all else as it is. */
	async change(app: Settings, rest: Settings = {}): Promise<Ended> {
		this.configure({ ...this.settings.app, ...app }, { ...this.settings.rest, ...rest });
		await this.setSecrets();
		return this.up();
	}

	/** Puts the values of secrets into the configuration. */
	async setSecrets(): Promise<void> {
		for (const [name, value] of Object.entries(this.secrets)) {
			await succeeds(this.pulumi("config", "set", "--secret", name, value));
		}
	}

	/**
	 * Name of the container that serves. After an update that failed in its middle there are two, of which the keeper's
	 * record knows the one.
	 */
	async app(): Promise<string> {
		const listed = await this.labelled("app");
		const [first, ...others] = listed;
		if (first === undefined) throw new Error(`the stack ${this.name} has no container of the app`);
		if (others.length === 0) return first.name;
		const record = await dockerOutput("exec", `${this.container}-keeper`, "cat", "/app/data/.holdfast-deploy.json");
		const { current } = JSON.parse(record) as { current?: { instance: string } };
		const serving = listed.find(({ id }) => current !== undefined && id.startsWith(current.instance));
		if (serving === undefined) throw new Error(`none of ${listed.map(({ name }) => name)} serves`);
		return serving.name;
	}

	/** The containers of the stack, of one role or of all, the newest first. */
	async labelled(role?: Role): Promise<{ id: string; name: string }[]> {
		const format = '{{.ID}} {{.Names}} {{.Label "holdfast.app"}} {{.Label "holdfast.role"}}';
		const listed = await dockerOutput(
			"ps",
			"--all",
			"--no-trunc",
			"--filter",
			"label=holdfast.app",
			"--format",
			format,
		);
		const containers = listed.split("\n").map((line) => line.split(" "));
		return containers
			.filter(([, , app, of]) => app?.split("/")[1] === this.name && (role === undefined || of === role))
			.map(([id = "", name = ""]) => ({ id, name }));
	}

	/** What the newest container of a role has said, such as the rehearsal's. */
	async saidBy(role: Role): Promise<string> {
		const [newest] = await this.labelled(role);
		if (newest === undefined) throw new Error(`there is no container for ${role}`);
		const { stdout, errors } = await docker.run(["logs", newest.id]);
		return `${stdout}${errors}`;
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
			SAMPLE_BASE,
			"sh",
			"-c",
			script,
		);
	}

	/** A directory that goes with the stack. */
	directory(name: string): string {
		const path = join(this.home, name);
		mkdirSync(path, { recursive: true });
		return path;
	}

	private get config(): string {
		return join(this.home, "config.yaml");
	}

	/** Runs one of tools/ as npm would. */
	tool(...args: string[]): Promise<Ended> {
		return command(process.execPath, [join(ROOT, "tools", "run.mjs"), ...args], { cwd: ROOT, env: this.env });
	}

	protected get env(): NodeJS.ProcessEnv {
		return {
			...process.env,
			HOLDFAST_HOME: this.home,
			HOLDFAST_CONFIG: this.config,
			PULUMI_STACK: this.name,
			...this.environment,
		};
	}

	/** Containers, volumes, networks, images and files: all that has the name. */
	async remove(): Promise<void> {
		const mine = ["--filter", `name=-${this.name}-`, "--quiet"];
		const lines = async (...args: string[]) => (await dockerOutput(...args)).split("\n").filter(Boolean);
		const named = await lines("ps", "--all", ...mine);
		const labelled = (await this.labelled()).map(({ id }) => id);
		for (const id of [...named, ...labelled]) await docker.run(["rm", "--force", "--volumes", id]);
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
