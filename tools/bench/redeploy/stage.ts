import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { answering } from "../../prove/load";
import { SAMPLE_APP } from "../../prove/sampleApp";
import { docker, dockerOutput, freePort, succeeds, Twin } from "../../prove/twin";
import { command } from "../../setup/command";
import { composeCommand } from "../../setup/compose";
import { ROOT } from "../../workspace";
import { cleanedUp } from "../turns";

/** One way to run the app, and to change its version. */
export interface Contender {
	url: string;
	redeploy(): Promise<unknown>;
	/** What its keeper says of the last one. @default - it has none */
	parts?(): Promise<string>;
}

/** As the guides have it: the migration, then the app, in one container. */
const COMMAND = "alembic upgrade head && exec gunicorn --config gunicorn.conf.py notes:app";
/** As in the guides: a new volume is root's. */
const ROOT_USER = "0:0";
/** Of the sample app. Where the provider has a default, it is the same. */
const STOP_SECONDS = 30;

/** The sample app four times, each in a way of its own, with the same image and the same data at the start. */
export class RedeployStage {
	private version = 1;

	private constructor(
		private readonly id: string,
		private readonly directory: string,
		private readonly composeWords: string[],
		private readonly ports: { compose: number; plain: number; own: number },
		private readonly twins: { door: Twin; doorless: Twin },
	) {}

	/** Sets it up, and takes all of it away afterwards, however it ended. */
	static async on<T>(work: (stage: RedeployStage) => Promise<T>): Promise<T> {
		const id = `bench-${randomBytes(3).toString("hex")}`;
		const directory = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
		const twins = {
			door: new Twin(`${id}-door`, await freePort()),
			doorless: new Twin(`${id}-doorless`, await freePort()),
		};
		const ports = { compose: await freePort(), plain: await freePort(), own: await freePort() };
		const stage = new RedeployStage(id, directory, await composeCommand(), ports, twins);
		return cleanedUp(
			() => stage.remove(),
			async () => {
				await stage.up();
				return work(stage);
			},
		);
	}

	get ours(): Contender {
		const { door } = this.twins;
		const parts = async () => {
			const { stdout, errors } = await docker.run(["logs", `${door.container}-keeper`]);
			return [...`${stdout}${errors}`.matchAll(/deploy: (the door was closed for .*)/g)].at(-1)?.[1] ?? "";
		};
		return { ...this.contender(door), parts };
	}

	/** Without a backup there is no keeper either: Pulumi stops the old container, has the migration run, and starts the new one. */
	get doorless(): Contender {
		return this.contender(this.twins.doorless);
	}

	get compose(): Contender {
		return {
			url: `http://127.0.0.1:${this.ports.compose}`,
			redeploy: async () => this.composeUp(await this.newImage()),
		};
	}

	get plain(): Contender {
		return {
			url: `http://127.0.0.1:${this.ports.plain}`,
			redeploy: async () => {
				const image = await this.newImage();
				await dockerOutput("stop", "--time", `${STOP_SECONDS}`, `${this.id}-plain`);
				await dockerOutput("rm", `${this.id}-plain`);
				await this.run("plain", image);
			},
		};
	}

	/** Seconds that a container of the app takes from its start to its first answer, with nobody else there. */
	async ownStart(): Promise<number> {
		const name = `${this.id}-own`;
		await dockerOutput("stop", name);
		const begun = performance.now();
		await dockerOutput("start", name);
		for (const end = begun + 60_000; performance.now() < end; await sleep(5)) {
			const found = await fetch(`http://127.0.0.1:${this.ports.own}/health`).catch(() => undefined);
			if (found?.ok) return Math.round(performance.now() - begun) / 1000;
		}
		throw new Error(`${name} does not answer`);
	}

	private contender(twin: Twin): Contender {
		return { url: twin.url, redeploy: async () => succeeds(twin.redeploy(`${++this.version}`)) };
	}

	private async up(): Promise<void> {
		const { door, doorless } = this.twins;
		await succeeds(door.configure().up());
		await succeeds(doorless.configure({}, { backup: false }).up());
		const image = await this.newImage();
		await this.composeUp(image);
		await this.run("plain", image);
		await this.run("own", image, "exec gunicorn --config gunicorn.conf.py notes:app", async () => {
			await this.run("own-migration", image, "alembic upgrade head");
			await dockerOutput("wait", `${this.id}-own-migration`);
		});
		for (const port of Object.values(this.ports)) await answering(`http://127.0.0.1:${port}`);
	}

	/** An image of the app that differs in its version alone. Compose and Docker get it ready made. */
	private async newImage(): Promise<string> {
		const tag = `${this.id}:${++this.version}`;
		const argument = `VERSION=${this.version}`;
		await dockerOutput("build", "--quiet", "--tag", tag, "--build-arg", argument, join(ROOT, SAMPLE_APP));
		return tag;
	}

	private async composeUp(image: string): Promise<void> {
		const app = {
			image,
			user: ROOT_USER,
			command: ["sh", "-c", COMMAND],
			ports: [`127.0.0.1:${this.ports.compose}:8000`],
			volumes: ["data:/app/data"],
			restart: "unless-stopped",
			stop_grace_period: `${STOP_SECONDS}s`,
		};
		// JSON is YAML.
		const file = join(this.directory, "compose.yaml");
		writeFileSync(file, JSON.stringify({ name: this.id, services: { app }, volumes: { data: {} } }));
		await this.composeRun(file, "up", "--detach", "--quiet-pull");
	}

	private async composeRun(file: string, ...words: string[]): Promise<void> {
		const [program = "", ...first] = this.composeWords;
		const ended = await command(program, [...first, "--file", file, ...words], { timeout: 120_000 });
		if (ended.code !== 0) throw new Error(`docker compose ${words.join(" ")}: ${ended.output}`);
	}

	private async run(kind: "plain" | "own" | "own-migration", image: string, script = COMMAND, before = async () => {}) {
		await before();
		const volume = `${this.id}-${kind.split("-")[0]}`;
		const port = kind === "own-migration" ? [] : ["--publish", `127.0.0.1:${this.ports[kind]}:8000`];
		const mount = `type=volume,source=${volume},target=/app/data`;
		const words = ["--detach", "--name", `${this.id}-${kind}`, "--user", ROOT_USER, ...port, "--mount", mount];
		await dockerOutput(
			"run",
			...words,
			"--restart",
			kind === "own-migration" ? "no" : "unless-stopped",
			image,
			"sh",
			"-c",
			script,
		);
	}

	private async remove(): Promise<void> {
		for (const twin of Object.values(this.twins)) await twin.remove();
		const lines = async (...words: string[]) => (await dockerOutput(...words)).split("\n").filter(Boolean);
		const mine = ["--quiet", "--filter", `name=${this.id}`];
		for (const id of await lines("ps", "--all", ...mine)) await docker.run(["rm", "--force", "--volumes", id]);
		for (const name of await lines("volume", "ls", ...mine)) await docker.run(["volume", "rm", "--force", name]);
		for (const id of await lines("network", "ls", ...mine)) await docker.run(["network", "rm", id]);
		for (const tag of await lines("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", this.id))
			await docker.run(["image", "rm", "--force", tag]);
		rmSync(this.directory, { recursive: true, force: true });
	}
}
