import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Credentials } from "../../../tools/servers/s3";
import { checkTask, type FargateContainer, type FargateTaskDefinition } from "./fargateDefinition";
import { type Ended, Pod, type Stopped, variables } from "./pod";

const CREDENTIALS_PATH = "/v2/credentials/2e1f4a1e";
/** Seconds that a container has to stop where its definition does not say. */
const STOP_SECONDS = 30;
const AGENT = readFileSync(join(__dirname, "credentialsAgent.py"), "utf8");

/**
 * One task, on local Docker instead of Fargate's machines. Of the definition nothing is changed but the references of images
 * and secrets, and what leads to the test's store. Simulated: the agent that hands out the role's credentials is a
 * small program of this test, and instead of the whole task each of its containers is limited to the task's memory and CPU.
 */
export class FargateTask {
	private readonly healthy = new Map<string, Promise<void>>();
	private isOver = false;
	/** Resolves when an essential container has ended, or one could not be started: the task is then stopped. */
	readonly failed: Promise<string>;
	private fail: (why: string) => void = () => {};
	/** How containers that are not essential came to their end. */
	readonly finished: Ended[] = [];

	private constructor(
		readonly pod: Pod,
		private readonly definition: FargateTaskDefinition,
		private readonly redirect: Record<string, string>,
	) {
		this.failed = new Promise((resolve) => {
			this.fail = resolve;
		});
	}

	/**
	 * @param role as whom the task asks the store
	 * @param redirect variables that lead to the test's store; nothing else of the environment is changed
	 */
	static async open(
		definition: FargateTaskDefinition,
		role: Credentials,
		redirect: Record<string, string>,
	): Promise<FargateTask> {
		checkTask(definition);
		const volumes = (definition.task.volumes ?? []).map((volume) => {
			// A directory of the task's disk, which is root's.
			return [volume.name, { options: [], mode: "0755" }];
		});
		const agent = {
			script: AGENT,
			capabilities: ["NET_ADMIN", "NET_BIND_SERVICE"],
			environment: {
				CREDENTIALS_PATH,
				ACCESS_KEY_ID: role.accessKeyId,
				SECRET_ACCESS_KEY: role.secretAccessKey,
			},
		};
		const pod = await Pod.open("task", { volumes: Object.fromEntries(volumes), agent });
		return new FargateTask(pod, definition, redirect);
	}

	/** Starts each container as soon as what it depends on allows; does not wait for it. */
	begin(): void {
		for (const container of this.definition.containers) {
			void this.run(container).catch((error: Error) => this.fail(error.message));
		}
	}

	/** One after the other, whoever depends on others first, each with its own time to stop. */
	async stop(): Promise<Stopped> {
		this.isOver = true;
		const began = performance.now();
		const codes: Record<string, number> = {};
		const killed: string[] = [];
		for (let left = this.pod.alive; left.length > 0; ) {
			const first = left.filter((name) => !left.some((other) => this.dependsOn(other, name)));
			await Promise.all(
				first.map(async (name) => {
					const seconds = this.containerOf(name).stopTimeout ?? STOP_SECONDS;
					await this.pod.signal("TERM", [name]);
					const end = this.pod.end(name);
					const isEnded = await Promise.race([end.then(() => true), sleep(seconds * 1000, false)]);
					if (!isEnded) {
						killed.push(name);
						await this.pod.signal("KILL", [name]);
					}
					codes[name] = (await end).code;
				}),
			);
			left = left.filter((name) => !first.includes(name));
		}
		return { seconds: (performance.now() - began) / 1000, codes, killed };
	}

	/** The machine is gone, with all that was on it. */
	async lose(): Promise<void> {
		this.isOver = true;
		await this.pod.signal("KILL", this.pod.alive);
		await this.pod.remove();
	}

	private dependsOn(container: string, on: string): boolean {
		return (this.containerOf(container).dependsOn ?? []).some(({ containerName }) => containerName === on);
	}

	private containerOf(name: string): FargateContainer {
		const found = this.definition.containers.find((container) => container.name === name);
		if (found === undefined) throw new Error(`there is no container ${name}`);
		return found;
	}

	private async run(container: FargateContainer): Promise<void> {
		const { name, essential } = container;
		await Promise.all((container.dependsOn ?? []).map((needed) => this.met(name, needed)));
		if (this.isOver) return;
		await this.start(container);
		if (container.healthCheck !== undefined) this.healthOf(container);
		const ended = await this.pod.end(name);
		if (!essential) this.finished.push(ended);
		else if (!this.isOver) this.fail(`the essential container ${name} ended with ${ended.code}`);
	}

	private async met(
		name: string,
		{ containerName, condition }: NonNullable<FargateContainer["dependsOn"]>[number],
	): Promise<void> {
		while (!this.isOver && !this.pod.has(containerName)) await sleep(50);
		if (this.isOver || condition === "START") return;
		if (condition === "HEALTHY") return this.healthOf(this.containerOf(containerName));
		const { code } = await this.pod.end(containerName);
		if (condition === "SUCCESS" && code !== 0) {
			throw new Error(`${name} waits for the success of ${containerName}, which ended with ${code}`);
		}
	}

	private async start(container: FargateContainer): Promise<void> {
		const { entryPoint = [], command = [], linuxParameters = {}, mountPoints = [] } = container;
		const { cpu, memory } = this.definition.task;
		const [entrypoint, ...words] = entryPoint;
		const limit = `${container.memory ?? memory}m`;
		await this.pod.start(
			container.name,
			[
				`--cpus=${Number(cpu) / 1024}`,
				...(container.cpu === undefined ? [] : [`--cpu-shares=${container.cpu}`]),
				`--memory=${limit}`,
				`--memory-swap=${limit}`,
				...(container.memoryReservation === undefined ? [] : [`--memory-reservation=${container.memoryReservation}m`]),
				...(container.user === undefined ? [] : [`--user=${container.user}`]),
				...(container.readonlyRootFilesystem ? ["--read-only"] : []),
				...(linuxParameters.initProcessEnabled ? ["--init"] : []),
				...(linuxParameters.capabilities?.drop ?? []).map((capability) => `--cap-drop=${capability}`),
				...mountPoints.map(({ sourceVolume, containerPath, readOnly }) =>
					this.pod.mount(sourceVolume, containerPath, readOnly),
				),
				...variables(this.environment(container)),
				...(entrypoint === undefined ? [] : [`--entrypoint=${entrypoint}`]),
			],
			[this.definition.image(container.image), ...words, ...command],
		);
	}

	private environment({ environment = [], secrets = [] }: FargateContainer): Record<string, string> {
		return {
			...Object.fromEntries(environment.map(({ name, value }) => [name, value])),
			...Object.fromEntries(secrets.map(({ name, valueFrom }) => [name, this.definition.secret(valueFrom)])),
			// What ECS injects into every container.
			AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: CREDENTIALS_PATH,
			...this.redirect,
		};
	}

	/** Resolves once the container's own check has passed; where it never does, the container is unhealthy, and the task fails. */
	private healthOf(container: FargateContainer): Promise<void> {
		const { name } = container;
		const known = this.healthy.get(name) ?? this.check(container);
		this.healthy.set(name, known);
		return known;
	}

	/** As Docker's engine does on the platform: the first look after one interval, and on until the end. */
	private check({ name, healthCheck, essential }: FargateContainer): Promise<void> {
		if (healthCheck === undefined) throw new Error(`${name} has no health check that others could wait for`);
		const { command, interval, timeout, retries, startPeriod = 0 } = healthCheck;
		const [kind, ...words] = command;
		const all = kind === "CMD-SHELL" ? ["/bin/sh", "-c", ...words] : words;
		const began = performance.now();
		return new Promise((resolve) => {
			const look = async () => {
				for (let failures = 0; !this.isOver && this.pod.isRunning(name); ) {
					await sleep(interval * 1000);
					if (this.isOver || !this.pod.isRunning(name)) return;
					const { code } = await this.pod.exec(name, all, timeout);
					if (code === 0) resolve();
					const counts = performance.now() - began > startPeriod * 1000;
					failures = code === 0 ? 0 : failures + (counts ? 1 : 0);
					if (failures >= retries && essential && !this.isOver) return this.fail(`${name} is unhealthy`);
				}
			};
			void look();
		});
	}
}
