import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { onTestFinished } from "vitest";
import { type AppArgs, withDefaults } from "../../components/app";
import { type InstanceArgs, instanceProcess } from "../../components/docker/instance";
import { GATE_PATH } from "../../components/docker/waiting";
import type { Instance } from "../../components/keeper/deploy/instance";
import { Instances } from "../../components/keeper/deploy/instances";
import type { Version } from "../../components/keeper/deploy/version";
import { resolved } from "./mocks";

export const VERSION: Version = {
	kind: "app",
	image: "sha256:a",
	imageName: "me/it's notes:1",
	port: 8000,
	startSeconds: 5,
	stopSeconds: 2,
	migrates: true,
	mayLose: [],
};

/** The shells of this machine in which the script must work: dash of Debian, bash, and busybox's of Alpine. */
export const SHELLS = ["/bin/sh", "/bin/bash", "/bin/busybox sh"].filter((shell) => {
	try {
		execFileSync(shell.split(" ")[0] ?? "", [...shell.split(" ").slice(1), "-c", "true"]);
		return true;
	} catch {
		return false;
	}
});

export async function until(holds: () => unknown, seconds = 8): Promise<void> {
	const end = performance.now() + seconds * 1000;
	while (!(await holds())) {
		if (performance.now() > end) throw new Error(`not within ${seconds} s: ${holds}`);
		await sleep(10);
	}
}

/** A host with a gate, in a temporary directory that goes with the test. */
export class ShellHost {
	readonly directory = mkdtempSync(join(tmpdir(), "holdfast-instance-"));
	readonly gate = join(this.directory, "gate");
	readonly instances = new Instances(join(this.gate, "open"));

	constructor() {
		mkdirSync(this.gate);
		mkdirSync(join(this.directory, "secrets"));
		onTestFinished(() => rmSync(this.directory, { recursive: true, force: true }));
	}

	/** Makes a container that runs the real script, with its paths in the temporary directory. */
	async container(id: string, words: string[], options: ContainerOptions = {}): Promise<ShellContainer> {
		const { shell = "/bin/sh", migration, secrets = {}, edit = (text) => text, ...given } = options;
		const app = withDefaults({
			...{ image: "a", port: 1, data: { mountPath: "/d", databaseFile: "x" } },
			...{ migration, secrets: Object.fromEntries(Object.keys(secrets).map((name) => [name, "given"])) },
		} as AppArgs);
		const version = { ...VERSION, ...given.version };
		const exportSecrets = given.exportSecrets ?? false;
		const { postgresUrls } = given;
		const told = { version, process: words, exportSecrets, keeper: "shop-keeper", postgresUrls };
		const made = instanceProcess(app, told);
		const entrypoint = (await resolved(pulumi.output(made.entrypoints))) as string[];
		for (const [name, value] of Object.entries(secrets)) writeFileSync(join(this.directory, "secrets", name), value);
		const hostname = join(this.directory, `hostname-${id}`);
		writeFileSync(hostname, `${id}\n`);
		const [, ...rest] = entrypoint.map((word) =>
			edit(word)
				.replaceAll(GATE_PATH, this.gate)
				.replaceAll("/etc/hostname", hostname)
				.replaceAll("/run/secrets", join(this.directory, "secrets"))
				.replaceAll("/bin/sh", shell),
		);
		const container = new ShellContainer(this.instances.get(id), [...shell.split(" "), ...rest, ...words]);
		onTestFinished(() => container.remove());
		return container;
	}
}

export interface ContainerOptions extends Partial<Pick<InstanceArgs, "exportSecrets" | "postgresUrls">> {
	shell?: string;
	migration?: string[];
	secrets?: Record<string, string>;
	version?: Partial<Version>;
	edit?: (text: string) => string;
}

/** Processes that live and die together, as those of a container do. */
export class ShellContainer {
	stdout = "";
	stderr = "";
	/** How its process ended the last time, and how often. */
	code: number | null | undefined;
	ends = 0;
	/** Whether it is started again, as Docker does by the policy `unless-stopped`. */
	restarts = false;
	private child: ChildProcess | undefined;

	constructor(
		readonly instance: Instance,
		private readonly words: string[],
	) {}

	start(): this {
		const [program = "", ...args] = this.words;
		const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
		this.child = child;
		this.code = undefined;
		child.stdout.on("data", (chunk) => {
			this.stdout += chunk;
		});
		child.stderr.on("data", (chunk) => {
			this.stderr += chunk;
		});
		child.on("exit", (code) => {
			// With its first process, all of a container ends.
			this.killAll(child);
			setTimeout(() => {
				this.code = code;
				this.ends += 1;
				if (this.restarts) this.start();
			}, 20);
		});
		return this;
	}

	/** Started, and it waits. */
	async asking(): Promise<this> {
		this.start();
		await until(() => this.instance.isAsking);
		return this;
	}

	/** The id of its first process. */
	get pid(): number {
		return this.child?.pid ?? 0;
	}

	/** At once, and for good. */
	remove(): void {
		this.restarts = false;
		if (this.child !== undefined) this.killAll(this.child);
	}

	ended(): Promise<void> {
		return until(() => this.code !== undefined);
	}

	private killAll({ pid = 0 }: ChildProcess): void {
		try {
			process.kill(-pid, "SIGKILL");
		} catch {
			// None is left.
		}
	}
}

export const FOREVER = "while :; do sleep 0.05; done";
/** An app that ends when it is asked to. */
export const politely = ["/bin/sh", "-c", `trap 'exit 0' TERM; echo ready; ${FOREVER}`];

/** A container of the app that was let in. */
export async function running(host: ShellHost, id: string, words: string[], options: ContainerOptions = {}) {
	const app = await (await host.container(id, words, options)).asking();
	app.instance.admit();
	await until(() => app.stdout.includes("ready"));
	return app;
}
