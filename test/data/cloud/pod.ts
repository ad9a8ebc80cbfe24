import { randomBytes } from "node:crypto";
import { type Answer, DockerCli } from "../../../components/docker/cli";
import { SAMPLE_BASE } from "../../../tools/setup/versions";
import { docker, tryDocker } from "../docker";

/** Holds the network while containers come and go. It is no part of any definition: the platforms have such a thing, too. */
const HOLDER = "import signal; signal.signal(signal.SIGTERM, lambda *_: exit(0)); signal.pause()";

/** How a container came to its end. */
export interface Ended {
	name: string;
	code: number;
}

/** How containers were stopped. */
export interface Stopped {
	seconds: number;
	/** Exit codes by container. */
	codes: Record<string, number>;
	/** Containers that had to be killed. */
	killed: string[];
}

/** A volume as `docker volume create` takes it, and what is done to its root directory before anybody uses it. */
export interface PodVolume {
	/** For the driver; none for a directory of the host. */
	options: string[];
	/** The mode that its root directory gets; it belongs to root. */
	mode: string;
}

interface PodOptions {
	volumes: Record<string, PodVolume>;
	/** A Python program of the platform's own that runs beside the network, as root with these capabilities. */
	agent?: { script: string; capabilities: string[]; environment: Record<string, string> };
}

const cli = new DockerCli();

/** Environment variables as `docker run` takes them. */
export const variables = (all: Record<string, string>) =>
	Object.entries(all).flatMap(([name, value]) => ["--env", `${name}=${value}`]);

/** Containers that share one network and their volumes, and go together: what both platforms call an instance or a task. */
export class Pod {
	readonly name: string;
	address = "";
	private readonly ends = new Map<string, Promise<Ended>>();
	private readonly running = new Set<string>();
	/** What each container that was removed had said. */
	private logs = "";

	private constructor(
		kind: string,
		private readonly options: PodOptions,
	) {
		this.name = `holdfast-${kind}-${randomBytes(4).toString("hex")}`;
	}

	static async open(kind: string, options: PodOptions): Promise<Pod> {
		const pod = new Pod(kind, options);
		const holder = `${pod.name}-holder`;
		const { script = HOLDER, capabilities = [], environment = {} } = options.agent ?? {};
		const mounts: string[] = [];
		for (const [volume, { options: driver }] of Object.entries(options.volumes)) {
			await docker("volume", "create", ...driver.flatMap((option) => ["--opt", option]), pod.volume(volume));
			mounts.push(pod.mount(volume, `/volumes/${volume}`));
		}
		const caps = ["--cap-drop=ALL", ...capabilities.map((capability) => `--cap-add=${capability}`)];
		// It keeps the volumes, too, so that those in memory stay for as long as the instance does.
		const args = [`--name=${holder}`, ...caps, ...mounts, ...variables(environment)];
		await docker("run", "--detach", ...args, SAMPLE_BASE, "python3", "-uc", script);
		const modes = Object.entries(options.volumes).map(([volume, { mode }]) => `chmod ${mode} /volumes/${volume}`);
		if (modes.length > 0) await docker("exec", holder, "sh", "-c", modes.join(" && "));
		pod.address = await docker("inspect", "--format={{.NetworkSettings.IPAddress}}", holder);
		return pod;
	}

	/** The way in which a container of this pod mounts a volume: nothing of the image's own is copied into it. */
	mount(volume: string, target: string, isReadOnly = false): string {
		const mount = `--mount=type=volume,source=${this.volume(volume)},target=${target},volume-nocopy`;
		return isReadOnly ? `${mount},readonly` : mount;
	}

	/** Starts a container in the pod's network. */
	async start(container: string, args: string[], words: string[]): Promise<void> {
		const name = this.container(container);
		await docker("run", "--detach", `--name=${name}`, `--network=container:${this.name}-holder`, ...args, ...words);
		this.running.add(container);
		// However long it runs.
		const end = cli.run(["wait", name], { timeout: 0 }).then(({ stdout }) => {
			this.running.delete(container);
			return { name: container, code: Number(`${stdout}`.trim() || "255") };
		});
		this.ends.set(container, end);
	}

	has(container: string): boolean {
		return this.ends.has(container);
	}

	isRunning(container: string): boolean {
		return this.running.has(container);
	}

	get alive(): string[] {
		return [...this.running];
	}

	/** Until a container that was started ends. */
	end(container: string): Promise<Ended> {
		const end = this.ends.get(container);
		if (end === undefined) throw new Error(`${this.name}: ${container} was never started`);
		return end;
	}

	exec(container: string, words: string[], seconds: number): Promise<Answer> {
		return cli.run(["exec", this.container(container), ...words], { timeout: seconds * 1000 });
	}

	/** Sends a signal to containers at once. One that has just ended is no error. */
	async signal(signal: string, containers: string[]): Promise<void> {
		const names = containers.map((container) => this.container(container));
		await Promise.all(names.map((name) => tryDocker("kill", `--signal=${signal}`, name)));
	}

	/** Takes the processor away from the containers, or gives it back. */
	async freeze(isFrozen: boolean): Promise<void> {
		const names = this.alive.map((container) => this.container(container));
		await Promise.all(names.map((name) => tryDocker(isFrozen ? "pause" : "unpause", name)));
	}

	/** What a container wrote to its standard output. */
	async output(container: string): Promise<string> {
		return docker("logs", this.container(container));
	}

	/** What all containers said, for a test that fails. */
	async log(): Promise<string> {
		if (this.logs !== "") return this.logs;
		const parts = [...this.ends.keys()].map(async (container) => {
			const { stdout, errors } = await tryDocker("logs", "--timestamps", this.container(container));
			return `--- ${this.container(container)}\n${stdout}${errors}`;
		});
		return (await Promise.all(parts)).join("\n");
	}

	/** All of it is gone at once. */
	async remove(): Promise<void> {
		this.logs = await this.log();
		const names = [...this.ends.keys()].map((container) => this.container(container));
		await tryDocker("rm", "--force", "--volumes", ...names, `${this.name}-holder`);
		const volumes = Object.keys(this.options.volumes).map((volume) => this.volume(volume));
		if (volumes.length > 0) await tryDocker("volume", "rm", "--force", ...volumes);
	}

	private container(name: string): string {
		return `${this.name}-${name}`;
	}

	private volume(name: string): string {
		return `${this.name}-${name}`;
	}
}

/** A definition is taken as a whole: what would be left out unseen is an error. */
export function refuseUnknown(what: string, given: object, known: string[]): void {
	const unknown = Object.keys(given).filter((key) => !known.includes(key));
	if (unknown.length > 0) throw new Error(`${what} has ${unknown.join(", ")}, which this platform does not know`);
}
