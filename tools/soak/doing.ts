import { setTimeout as sleep } from "node:timers/promises";
import { Load } from "../prove/load";
import type { Acknowledge } from "../prove/scene";
import { docker, dockerOutput, succeeds } from "../prove/twin";
import type { Ended } from "../setup/command";
import { prefixOf } from "./book";
import type { Step } from "./plan";
import type { Stage } from "./stage";

/** What a step does to the stack, and what may be asked of the data after it. */
export class Doing {
	readonly load: Load;
	/** What did not go as it must. */
	readonly problems: string[] = [];
	/** What happened on the way that a reader wants to know. */
	readonly notes: string[] = [];
	redeploys = 0;
	/** Processes that were killed, stopped or frozen, where there was one. */
	kills = 0;
	/** No request may fail then. */
	isQuiet = false;
	/** The writes of the last moment may be gone, where they are acknowledged before they are in the store. */
	hostLost = false;
	/** Up to this id all must be there; what is above it was left out as it was asked for. */
	keptTo: number | undefined;
	/** A file with what the replica holds, and the id up to which it must hold all. */
	restored: { directory: string; file: string; to: number } | undefined;

	constructor(
		readonly stage: Stage,
		readonly step: Step,
		public acknowledge: Acknowledge,
		/** The last id that was acknowledged in the steps before. */
		readonly before: number,
	) {
		this.load = new Load(stage.scene.twin.url, { writers: 4, readers: 2, prefix: prefixOf(step.number) });
	}

	/** The last id that was acknowledged until now. */
	get last(): number {
		return this.load.acknowledged.reduce((last, { id }) => Math.max(last, id), this.before);
	}

	/** Runs one of tools/ on the stack. */
	tool(...args: string[]): Promise<string> {
		const { twin } = this.stage.scene;
		return succeeds(twin.tool(...args, "--stack", twin.name));
	}

	/** A deploy that must succeed. */
	async redeployed(deploy: Promise<Ended>): Promise<void> {
		this.redeploys += 1;
		await succeeds(deploy);
	}

	/** A deploy in whose middle something is done. It may fail then, and the next one must not. */
	async disturbed(disturb: () => Promise<unknown>): Promise<void> {
		const deploy = this.stage.versions.redeploy();
		await sleep(this.step.moment);
		await disturb();
		this.redeploys += 1;
		if ((await deploy).code === 0) return;
		this.notes.push("the deploy failed, and the next one did not");
		await succeeds(this.stage.scene.twin.up());
	}

	/** Kills a container and starts it again, as Docker does after a crash. Not where a deploy has stopped it meanwhile. */
	async killed(container: () => Promise<string>): Promise<void> {
		const name = await container().catch(() => undefined);
		if (name === undefined || (await docker.run(["kill", name])).code !== 0) {
			this.notes.push("there was nothing to kill at that moment");
			return;
		}
		this.kills += 1;
		await docker.run(["start", name]);
	}

	/** Sends a signal to Litestream, in the keeper's container. */
	async signalLitestream(signal: string): Promise<void> {
		const script = `for p in /proc/[0-9]*; do case "$(tr '\\0' ' ' <$p/cmdline)" in litestream*) kill -${signal} \${p#/proc/} && echo "$p";; esac; done`;
		const found = await dockerOutput("exec", this.stage.scene.keeper, "sh", "-c", script);
		if (found === "") this.problems.push(`no Litestream was there for SIG${signal}`);
		else if (signal !== "CONT") this.kills += 1;
	}

	/** Has the store away while something is done. */
	async without(
		begin: (store: NonNullable<Stage["store"]>) => unknown,
		end: typeof begin,
		work: () => Promise<unknown>,
	) {
		const { store } = this.stage;
		if (store === undefined) throw new Error("a store on the host is never away");
		await begin(store);
		try {
			await work();
		} finally {
			await end(store);
		}
	}
}
