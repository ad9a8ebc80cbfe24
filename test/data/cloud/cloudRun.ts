import { setTimeout as sleep } from "node:timers/promises";
import { CloudRunInstance, type CloudRunPlace } from "./cloudRunInstance";
import type { CloudRunTemplate } from "./cloudRunTemplate";
import type { Asked, Reply } from "./http";
import type { Stopped } from "./pod";

/** A rendered service, and what its references mean. */
export interface CloudRunDefinition extends Pick<CloudRunPlace, "image" | "secret"> {
	name: string;
	template: CloudRunTemplate;
}

/** Milliseconds for which the old instance stays after the traffic went to the new one. Google names no figure. */
const LINGER = 2000;

interface Revision {
	name: string;
	definition: CloudRunDefinition;
}

/**
 * What Cloud Run does with a service: one revision gets the requests, and at most one instance of it runs. Simulated: how long
 * the old instance stays ({@link LINGER}), and when an idle one is stopped, which a test says.
 */
export class CloudRunPlatform {
	/** All instances that there were, in their order. */
	readonly instances: CloudRunInstance[] = [];
	/** How those that were stopped came to their end. */
	readonly stops: Stopped[] = [];
	private revisions = 0;
	private serving: Revision | undefined;
	private current: Promise<CloudRunInstance> | undefined;

	/**
	 * @param redirect variables that lead to the test's store
	 * @param volumeMode of the root directory of each volume
	 */
	constructor(
		private readonly redirect: Record<string, string>,
		private readonly volumeMode?: string,
	) {}

	/**
	 * A new revision, with an instance of it. Requests go to it once its probes have passed; then the old one is stopped.
	 *
	 * @throws {Error} where it does not become ready: the revision before goes on.
	 */
	async deploy(definition: CloudRunDefinition): Promise<CloudRunInstance> {
		this.revisions += 1;
		const letters = Math.random().toString(36).slice(2, 5).padEnd(3, "x");
		const name = `${definition.name}-${`${this.revisions}`.padStart(5, "0")}-${letters}`;
		const revision = { name, definition };
		const next = await this.launch(revision);
		const old = await this.current?.catch(() => undefined);
		this.serving = revision;
		this.current = Promise.resolve(next);
		this.mind(next);
		if (old !== undefined) await this.retire(old);
		return next;
	}

	/** A request from outside. With no instance it waits for one: a cold start. */
	async request(path: string, asked: Asked = {}): Promise<Reply> {
		const instance = await this.instance();
		return instance.request(path, asked);
	}

	/** The instance that gets the requests, which is started where there is none. */
	instance(): Promise<CloudRunInstance> {
		const { serving } = this;
		if (serving === undefined) throw new Error("nothing was deployed");
		if (this.current === undefined) {
			const started = this.launch(serving);
			this.current = started;
			started.then(
				(instance) => this.mind(instance),
				() => this.forget(started),
			);
		}
		return this.current;
	}

	/** Nobody has asked for long enough: the instance is stopped, and none is left. */
	async stopIdle(): Promise<Stopped> {
		const instance = await this.taken();
		return this.end(instance);
	}

	/** The machine of the instance that serves is gone. */
	async lose(): Promise<void> {
		const instance = await this.taken();
		await instance.lose();
	}

	/** Everything, for good. */
	async destroy(): Promise<Stopped> {
		return this.stopIdle();
	}

	/** What all containers said. */
	async log(): Promise<string> {
		return (await Promise.all(this.instances.map(({ pod }) => pod.log()))).join("\n");
	}

	/** What is left of it, with all that was on it. */
	async remove(): Promise<void> {
		await Promise.all(this.instances.map(({ pod }) => pod.remove()));
	}

	private async launch({ name: revision, definition }: Revision): Promise<CloudRunInstance> {
		const { name: service, template, image, secret } = definition;
		const place = { service, revision, image, secret, redirect: this.redirect };
		const instance = await CloudRunInstance.open(template, place, this.volumeMode);
		this.instances.push(instance);
		try {
			await instance.start();
		} catch (error) {
			this.stops.push(await instance.stop());
			await instance.pod.remove();
			throw error;
		}
		return instance;
	}

	/** When an instance ends by itself, the next request starts another; with a least number, that does. */
	private mind(instance: CloudRunInstance): void {
		const mine = this.current;
		void instance.ended.then(async () => {
			if (this.current !== mine) return;
			this.current = undefined;
			await instance.stop();
			await instance.pod.remove();
			const least = this.serving?.definition.template.scaling.minInstanceCount ?? 0;
			if (least > 0) this.instance().catch(() => undefined);
		});
	}

	private forget(started: Promise<CloudRunInstance>): void {
		if (this.current === started) this.current = undefined;
	}

	private async taken(): Promise<CloudRunInstance> {
		const { current } = this;
		if (current === undefined) throw new Error("no instance runs");
		this.current = undefined;
		return current;
	}

	/** Requests that it has may finish; then it is stopped. */
	private async retire(old: CloudRunInstance): Promise<void> {
		await sleep(LINGER);
		for (const end = performance.now() + 60_000; old.busy > 0 && performance.now() < end; ) await sleep(50);
		await this.end(old);
	}

	private async end(instance: CloudRunInstance): Promise<Stopped> {
		const stopped = await instance.stop();
		this.stops.push(stopped);
		await instance.pod.remove();
		return stopped;
	}
}
