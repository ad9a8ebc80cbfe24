import { setTimeout as sleep } from "node:timers/promises";
import {
	type CloudRunContainer,
	type CloudRunTemplate,
	checkTemplate,
	ingressOf,
	inOrder,
	type Probe,
	volumeOf,
} from "./cloudRunTemplate";
import { type Asked, probe, type Reply, send } from "./http";
import { type Ended, Pod, type Stopped, variables } from "./pod";

/** What the platform knows, and a definition does not say. */
export interface CloudRunPlace {
	service: string;
	revision: string;
	/** The local image that stands for a reference with a digest. */
	image(reference: string): string;
	/** The value of a secret's version. */
	secret(secret: string, version: string): string;
	/** What leads to the test's store; nothing else of the environment is changed. */
	redirect: Record<string, string>;
}

/** Seconds from SIGTERM to SIGKILL. */
const STOP_SECONDS = 10;
/** Milliseconds without a request after which the processor is taken away: at once, but for what docker needs for it. */
const IDLE = 100;

/**
 * One instance of a revision, on local Docker instead of Google's machines. Of the definition nothing is changed but what
 * {@link CloudRunPlace} says: references of images and secrets, and what leads to the test's store. Not there: the CPU boost
 * at the start, and the metadata server.
 */
export class CloudRunInstance {
	private inFlight = 0;
	private isFrozen = false;
	private isOver = false;
	private switching: Promise<void> = Promise.resolve();
	/** Resolves when any container has ended, and so the instance. */
	readonly ended: Promise<Ended>;
	private end: (ended: Ended) => void = () => {};
	/** How often a request found it without a processor. */
	wakes = 0;

	private constructor(
		readonly pod: Pod,
		private readonly template: CloudRunTemplate,
		readonly place: CloudRunPlace,
	) {
		this.ended = new Promise((resolve) => {
			this.end = resolve;
		});
	}

	/**
	 * @param volumeMode of the root directory of each volume, which belongs to root. The default is assumed, for Google does
	 * not document it (looked up 2026-11-22): everybody may write, as Kubernetes makes an emptyDir.
	 */
	static async open(template: CloudRunTemplate, place: CloudRunPlace, volumeMode = "0777"): Promise<CloudRunInstance> {
		checkTemplate(template);
		const volumes = (template.volumes ?? []).map(({ name, emptyDir }) => [name, volumeOf(emptyDir, volumeMode)]);
		const pod = await Pod.open("run", { volumes: Object.fromEntries(volumes) });
		return new CloudRunInstance(pod, template, place);
	}

	/** Starts the containers in their order, each once the probes of those before have passed. @throws where that fails. */
	async start(): Promise<void> {
		const passed = new Map<string, Promise<void>>();
		const order = inOrder(this.template.containers);
		for (const container of order) {
			const before = (container.dependsOns ?? []).map((name) => passed.get(name));
			const started = Promise.all(before).then(() => this.startOne(container));
			// Whoever waits for it hears of it.
			started.catch(() => {});
			passed.set(container.name, started);
		}
		await Promise.race([
			Promise.all(passed.values()),
			this.ended.then(({ name, code }) => {
				throw new Error(`${this.place.revision}: ${name} ended with ${code} before the instance was ready`);
			}),
		]);
		for (const container of order) void this.watch(container);
		await this.rest();
	}

	/** Passes a request to the ingress container, with the processor for as long as it runs. */
	async request(path: string, asked: Asked): Promise<Reply> {
		this.inFlight += 1;
		try {
			await this.wake();
			return await send(this.pod.address, ingressOf(this.template).port, path, asked);
		} finally {
			this.inFlight -= 1;
			void sleep(IDLE).then(() => this.rest());
		}
	}

	get busy(): number {
		return this.inFlight;
	}

	get frozen(): boolean {
		return this.isFrozen;
	}

	/** SIGTERM to all containers at once, with the processor; SIGKILL to whatever is there after 10 s. */
	async stop(): Promise<Stopped> {
		this.isOver = true;
		await this.switching;
		if (this.isFrozen) await this.pod.freeze(false);
		this.isFrozen = false;
		const began = performance.now();
		const all = this.template.containers.map(({ name }) => name).filter((name) => this.pod.has(name));
		await this.pod.signal("TERM", this.pod.alive);
		const ends = Promise.all(all.map((name) => this.pod.end(name)));
		await Promise.race([ends, sleep(STOP_SECONDS * 1000)]);
		const killed = this.pod.alive;
		if (killed.length > 0) await this.pod.signal("KILL", killed);
		const codes = Object.fromEntries((await ends).map(({ name, code }) => [name, code]));
		return { seconds: (performance.now() - began) / 1000, codes, killed };
	}

	/** The machine is gone, with all that was on it. */
	async lose(): Promise<void> {
		this.isOver = true;
		await this.switching;
		await this.pod.signal("KILL", this.pod.alive);
		await this.pod.remove();
	}

	/** Whether the processor goes with the requests. */
	private get isIdle(): boolean {
		return this.template.containers.every(({ resources }) => resources.cpuIdle);
	}

	private async startOne(container: CloudRunContainer): Promise<void> {
		const { name, commands = [], args = [], resources, image } = container;
		const [entrypoint, ...words] = commands;
		const memory = resources.limits.memory.replace(/Mi$/, "m");
		const mounts = (container.volumeMounts ?? []).map((mount) => this.pod.mount(mount.name, mount.mountPath));
		await this.pod.start(
			name,
			[
				`--cpus=${Number(resources.limits.cpu.replace(/m$/, "")) / 1000}`,
				`--memory=${memory}`,
				`--memory-swap=${memory}`,
				...mounts,
				...variables(this.environment(container)),
				...(entrypoint === undefined ? [] : [`--entrypoint=${entrypoint}`]),
			],
			[this.place.image(image), ...words, ...args],
		);
		void this.pod.end(name).then(this.end);
		await this.probe(container);
	}

	/** As it is defined, and what Cloud Run adds. */
	private environment({ name, envs = [], ports }: CloudRunContainer): Record<string, string> {
		const { service, revision, redirect } = this.place;
		const isIngress = ports !== undefined;
		const own = envs.map((variable): [string, string] => {
			const reference = variable.valueSource?.secretKeyRef;
			const value = reference === undefined ? variable.value : this.place.secret(reference.secret, reference.version);
			if (value === undefined) throw new Error(`${name}: ${variable.name} has no value`);
			return [variable.name, value];
		});
		return {
			K_SERVICE: service,
			K_REVISION: revision,
			K_CONFIGURATION: service,
			...(isIngress && { PORT: `${ports.containerPort}` }),
			...Object.fromEntries(own),
			...redirect,
		};
	}

	private async probe({ name, startupProbe }: CloudRunContainer): Promise<void> {
		if (startupProbe === undefined) return;
		const { initialDelaySeconds = 0, periodSeconds, failureThreshold } = startupProbe;
		await sleep(initialDelaySeconds * 1000);
		for (let failures = 0; failures < failureThreshold; failures += 1) {
			if (this.isOver) return;
			const began = performance.now();
			if (await this.passes(startupProbe)) return;
			await sleep(Math.max(0, periodSeconds * 1000 - (performance.now() - began)));
		}
		throw new Error(`${this.place.revision}: the start-up probe of ${name} failed ${failureThreshold} times`);
	}

	/** Probes get the processor, too. A container that fails them is killed, and with it the instance ends. */
	private async watch({ name, livenessProbe }: CloudRunContainer): Promise<void> {
		if (livenessProbe === undefined) return;
		for (let failures = 0; !this.isOver; ) {
			await sleep(livenessProbe.periodSeconds * 1000);
			if (this.isOver || !this.pod.isRunning(name)) return;
			this.inFlight += 1;
			await this.wake(false);
			failures = (await this.passes(livenessProbe)) ? 0 : failures + 1;
			this.inFlight -= 1;
			if (failures >= livenessProbe.failureThreshold && !this.isOver) await this.pod.signal("KILL", [name]);
			await this.rest();
		}
	}

	private async passes({ httpGet, tcpSocket, timeoutSeconds }: Probe): Promise<boolean> {
		// A port without HTTP is asked all the same: any answer shows that it takes connections.
		const { path, port } = httpGet ?? { path: "/", port: tcpSocket?.port ?? 0 };
		const status = await probe(this.pod.address, port, path, timeoutSeconds);
		return status !== undefined && (httpGet === undefined || (status >= 200 && status < 400));
	}

	private wake(counts = true): Promise<void> {
		this.switching = this.switching.then(async () => {
			if (!this.isFrozen || this.isOver) return;
			if (counts) this.wakes += 1;
			this.isFrozen = false;
			await this.pod.freeze(false);
		});
		return this.switching;
	}

	private rest(): Promise<void> {
		this.switching = this.switching.then(async () => {
			if (!this.isIdle || this.isFrozen || this.isOver || this.inFlight > 0) return;
			this.isFrozen = true;
			await this.pod.freeze(true);
		});
		return this.switching;
	}
}
