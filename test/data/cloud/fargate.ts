import { setTimeout as sleep } from "node:timers/promises";
import type { Credentials } from "../../../tools/servers/s3";
import type { FargateDefinition } from "./fargateDefinition";
import { FargateTask } from "./fargateTask";
import { type Asked, probe, type Reply, send } from "./http";
import type { Stopped } from "./pod";

/** What the load balancer says by itself where no target is well. It has no Retry-After. */
const NO_TARGET: Reply = { status: 503, body: "no target", headers: {} };

/** A task, and how the load balancer sees it. */
class Target {
	isHealthy = false;
	/** Requests that it has. */
	busy = 0;
	/** Resolves when ECS gives it up: an essential container ended, or the load balancer finds it ill. */
	readonly givenUp: Promise<string>;
	private isOver = false;
	private giveUp: (why: string) => void = () => {};

	constructor(
		readonly task: FargateTask,
		readonly definition: FargateDefinition,
	) {
		this.givenUp = new Promise((resolve) => {
			this.giveUp = resolve;
		});
		void task.failed.then(this.giveUp);
		void this.look();
	}

	leave(): void {
		this.isOver = true;
		this.isHealthy = false;
	}

	private async look(): Promise<void> {
		const { service, targetGroup } = this.definition;
		const { path, port, interval, timeout, healthyThreshold, unhealthyThreshold, matcher } = targetGroup.healthCheck;
		const began = performance.now();
		for (let good = 0, bad = 0; !this.isOver; await sleep(interval * 1000)) {
			const isGood = `${await probe(this.task.pod.address, Number(port), path, timeout)}` === matcher;
			if (this.isOver) return;
			good = isGood ? good + 1 : 0;
			bad = isGood ? 0 : bad + 1;
			if (good >= healthyThreshold) this.isHealthy = true;
			if (bad < unhealthyThreshold) continue;
			this.isHealthy = false;
			const grace = service.healthCheckGracePeriodSeconds * 1000;
			if (performance.now() - began > grace) this.giveUp(`the load balancer's check failed ${bad} times`);
		}
	}
}

/**
 * What ECS and a load balancer do with a service of one task. Simulated: the circuit breaker goes back after the first task
 * that fails, where AWS waits for three, so that a test does not take as long; and a machine and its images are there at once.
 */
export class FargatePlatform {
	/** All tasks that there were, in their order. */
	readonly tasks: FargateTask[] = [];
	/** How those that were stopped came to their end. */
	readonly stops: Stopped[] = [];
	private target: Target | undefined;
	private deployed: FargateDefinition | undefined;

	/**
	 * @param role as whom tasks ask the store
	 * @param redirect variables that lead to the test's store
	 */
	constructor(
		private readonly role: Credentials,
		private readonly redirect: Record<string, string>,
	) {}

	/**
	 * The old task is stopped, then the new one starts; done when the load balancer finds it well.
	 *
	 * @throws {Error} where it does not come to that: the definition before runs again then.
	 */
	async deploy(definition: FargateDefinition): Promise<FargateTask> {
		const { service } = definition;
		if (service.desiredCount !== 1 || service.deploymentMaximumPercent !== 100) {
			throw new Error("this platform runs one task, never two");
		}
		const before = this.deployed;
		await this.drain();
		this.deployed = definition;
		try {
			return await this.launch(definition);
		} catch (error) {
			await this.drain();
			if (before === undefined || !service.deploymentCircuitBreaker.rollback) throw error;
			this.deployed = before;
			await this.launch(before);
			throw new Error(`went back: ${(error as Error).message}`);
		}
	}

	/** A request to the load balancer. */
	async request(path: string, asked: Asked = {}): Promise<Reply> {
		const { target } = this;
		if (!target?.isHealthy) return NO_TARGET;
		target.busy += 1;
		try {
			return await send(target.task.pod.address, target.definition.targetGroup.port, path, asked);
		} finally {
			target.busy -= 1;
		}
	}

	/** The machine of the task is gone; the service starts another. */
	async lose(): Promise<FargateTask> {
		const { target, deployed } = this;
		if (target === undefined || deployed === undefined) throw new Error("no task runs");
		this.target = undefined;
		target.leave();
		await target.task.lose();
		return this.launch(deployed);
	}

	/** The service is to run no task any more. */
	async destroy(): Promise<Stopped> {
		const stopped = await this.drain();
		if (stopped === undefined) throw new Error("no task runs");
		return stopped;
	}

	/** What all containers said. */
	async log(): Promise<string> {
		return (await Promise.all(this.tasks.map(({ pod }) => pod.log()))).join("\n");
	}

	/** What is left of it, with all that was on it. */
	async remove(): Promise<void> {
		this.target?.leave();
		await Promise.all(this.tasks.map(({ pod }) => pod.remove()));
	}

	private async launch(definition: FargateDefinition): Promise<FargateTask> {
		const task = await FargateTask.open(definition, this.role, this.redirect);
		this.tasks.push(task);
		const target = new Target(task, definition);
		this.target = target;
		task.begin();
		const why = await Promise.race([target.givenUp, this.steady(target)]);
		if (why !== undefined) throw new Error(why);
		return task;
	}

	private async steady(target: Target): Promise<undefined> {
		while (!target.isHealthy && this.target === target) await sleep(50);
		return undefined;
	}

	/** No more requests for the task; those that it has may finish; then it is stopped. */
	private async drain(): Promise<Stopped | undefined> {
		const { target } = this;
		if (target === undefined) return undefined;
		this.target = undefined;
		target.leave();
		const end = performance.now() + target.definition.targetGroup.deregistrationDelay * 1000;
		while (target.busy > 0 && performance.now() < end) await sleep(50);
		const stopped = await target.task.stop();
		this.stops.push(stopped);
		await target.task.pod.remove();
		return stopped;
	}
}
