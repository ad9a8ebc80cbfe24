import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { Scene } from "../../prove/scene";
import { bucketFor } from "../../prove/stage";
import { docker, dockerOutput, freePort, succeeds, Twin } from "../../prove/twin";
import { type S3Server, startS3Server } from "../../servers/s3";
import { StoreProxy } from "../../servers/storeProxy";
import { CADDY_IMAGE, KEEPER_BASE } from "../../setup/versions";
import { ROOT } from "../../workspace";
import { KEEPER_PROCESS, resident } from "../resident";
import { median } from "../statistics";
import { cleanedUp } from "../turns";
import type { Idle, Job, Paced, Throughput } from "./jobs";

/** Port of the app, and of the proxy that the door is compared with. */
const PORT = 8000;

/** Two stacks as users have them, of which one acknowledges what is in the store, the store being far away; and who asks them. */
export class DoorStage {
	private readonly generator: string;

	private constructor(
		readonly local: Twin,
		readonly replicated: Twin,
		private readonly server: S3Server,
		private readonly far: StoreProxy,
	) {
		this.generator = `${local.container}-generator`;
	}

	/** Sets it up, and takes all of it away afterwards, however it ended. */
	static async on<T>(roundTrip: number, work: (stage: DoorStage) => Promise<T>): Promise<T> {
		const id = randomBytes(3).toString("hex");
		const local = new Twin(`bench-${id}-local`, await freePort());
		const replicated = new Twin(`bench-${id}-replicated`, await freePort());
		const server = await startS3Server();
		const far = await StoreProxy.start(server.endpoint);
		far.delay = roundTrip;
		const remove = async () => {
			// In this order: the generator goes with the one, and until then the other's network cannot.
			for (const twin of [local, replicated]) await twin.remove();
			await far.stop();
			await server.stop();
		};
		return cleanedUp(remove, async () => {
			const stage = new DoorStage(local, replicated, server, far);
			await stage.up(local, {});
			await stage.up(replicated, { acknowledge: "replicated" });
			await stage.startGenerator();
			return work(stage);
		});
	}

	/** URL of a stack's door as its network has it. */
	door(twin: Twin): string {
		return `http://${twin.container}-keeper:${PORT}`;
	}

	/** URL of the app behind it. */
	async app(twin: Twin): Promise<string> {
		return `http://${await twin.app()}:${PORT}`;
	}

	/** Has the work done while Caddy stands before the app as well, at that URL: a plain reverse proxy, as it comes. */
	async withCaddy<T>(work: (url: string) => Promise<T>): Promise<T> {
		const name = `${this.local.container}-caddy-bench`;
		const [network, to] = [networkOf(this.local), await this.app(this.local)];
		const command = ["reverse-proxy", "--from", `:${PORT}`, "--to", to];
		await dockerOutput("run", "--detach", "--name", name, "--network", network, CADDY_IMAGE, ...command);
		try {
			return await work(`http://${name}:${PORT}`);
		} finally {
			await dockerOutput("rm", "--force", "--volumes", name);
		}
	}

	/** Puts an app into the stack that does next to nothing, so that what is before it counts. */
	async deployTrivial(): Promise<void> {
		const context = this.local.directory("trivial");
		const program = `require("http").createServer((_, answer) => answer.end("ok")).listen(${PORT})`;
		writeFileSync(join(context, "Dockerfile"), `FROM ${KEEPER_BASE}\nCMD ${JSON.stringify(["node", "-e", program])}\n`);
		await succeeds(this.local.change({ build: { context }, migration: undefined }));
	}

	/** Milliseconds that a small object takes into the store, there and back. */
	async storeRoundTrip(): Promise<number> {
		const client = this.server.client(this.server.rootCredentials, { endpoint: this.far.endpoint });
		const milliseconds: number[] = [];
		try {
			for (let count = 0; count < 20; count += 1) {
				const start = performance.now();
				await client.send(new PutObjectCommand({ Bucket: this.local.name, Key: "round-trip", Body: "there" }));
				milliseconds.push(performance.now() - start);
			}
		} finally {
			client.destroy();
		}
		return median(milliseconds);
	}

	run(job: Extract<Job, { kind: "throughput" }>): Promise<Throughput>;
	run(job: Extract<Job, { kind: "paced" }>): Promise<Paced>;
	async run(job: Job): Promise<unknown> {
		const { code, stdout, errors } = await docker.run(this.execution(job), { timeout: 120_000 });
		if (code !== 0) throw new Error(`the load generator failed: ${errors}`);
		return JSON.parse(`${stdout}`);
	}

	/** Has the work done while so many connections are open and idle. */
	async withIdle<T>(url: string, idle: { connections: number; asked: number }, work: () => Promise<T>): Promise<T> {
		const child = spawn("docker", this.execution({ kind: "idle", url, ...idle }), {
			stdio: ["pipe", "pipe", "inherit"],
		});
		const ended = new Promise((resolve) => child.once("close", resolve));
		const said = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
		const { connections } = idle;
		const open = async () => (JSON.parse((await said.next()).value ?? '{"open":0}') as Idle).open;
		try {
			const before = await open();
			const done = await work();
			child.stdin.end();
			const after = await open();
			if (before === connections && after === connections) return done;
			throw new Error(`of ${connections} connections ${before} were open, and ${after} in the end`);
		} finally {
			child.stdin.end();
			await ended;
		}
	}

	/** MiB that the keeper's own process, without Litestream, has in memory. */
	resident(twin: Twin): Promise<number> {
		return resident(`${twin.container}-keeper`, KEEPER_PROCESS);
	}

	private execution(job: Job): string[] {
		return ["exec", "--interactive", this.generator, "node", "/bench/tools/generator.ts", JSON.stringify(job)];
	}

	private async up(twin: Twin, app: Record<string, unknown>): Promise<void> {
		const { backup, secrets } = await bucketFor(twin.name, this.server, this.far.endpoint);
		twin.secrets = secrets;
		twin.configure(app, { keeper: { drillHours: 0 }, backup });
		await twin.setSecrets();
		await succeeds(twin.up());
		await this.settled(twin);
	}

	private async settled(twin: Twin): Promise<void> {
		await new Scene(twin, { kind: "far", damage: () => Promise.reject() }, "local").settled();
	}

	/** In the networks of both, so that nothing of the host is in the way. */
	private async startGenerator(): Promise<void> {
		const mounts = [`${__dirname}:/bench/tools:ro`, `${join(ROOT, "node_modules")}:/bench/node_modules:ro`];
		await dockerOutput(
			...["run", "--detach", "--init", "--name", this.generator, "--network", networkOf(this.local)],
			...mounts.flatMap((mount) => ["--volume", mount]),
			...[KEEPER_BASE, "sleep", "infinity"],
		);
		await dockerOutput("network", "connect", networkOf(this.replicated), this.generator);
	}
}

function networkOf(twin: Twin): string {
	return `${twin.container}-network`;
}
