import type { Way } from "../door/way";
import { inspect } from "../inspect";
import { Refusal } from "../refusal";
import type { Parts } from "../start";
import type { Instance } from "./instance";
import type { Instances } from "./instances";
import type { Mover } from "./mover";
import type { Outcome, RecordFile } from "./record";
import { Switch } from "./switch";
import { inTheEnd } from "./undo";
import type { Replicating } from "./wayBack";

/**
 * Deploys as transactions over the data: a version that waits becomes the one that serves, with the data that its
 * migration made; or the version of before serves again, with the data of before.
 */
export class Deploys {
	private readonly lines = new Map<string, string[]>();
	private readonly switch: Switch;
	private attempt: string | undefined;

	constructor(
		private readonly parts: Parts,
		replication: Replicating,
		door: Way,
		private readonly instances: Instances,
		private readonly record: RecordFile,
		private readonly say: (line: string) => void,
		mover: Mover,
	) {
		this.switch = new Switch(parts, replication, door, instances, record, mover);
	}

	/** The version that serves, where it waits to be let in again, after a crash or a restart of the host. */
	get waiting(): Instance | undefined {
		const { current, switching } = this.record.value;
		if (current === undefined || switching !== undefined) return undefined;
		const instance = this.instances.get(current.instance);
		return instance.isAsking ? instance : undefined;
	}

	/**
	 * Lets the version that serves in again. Where another database has been put under it since, such as a restored one,
	 * that may be older than its code: its migration runs first.
	 */
	async admitAgain(instance: Instance): Promise<void> {
		const { current } = this.record.value;
		const { database } = this.parts.settings;
		const { migrates, backTo } = current?.version ?? {};
		if (
			current !== undefined &&
			current.database !== "postgres" &&
			migrates &&
			backTo === undefined &&
			(await inspect("schema", database)).schema !== current.schema
		) {
			if (!this.isCurrent(instance)) return;
			this.say("the schema is another than the version that serves knows: its migration runs first");
			const code = await instance.migrate();
			if (code !== 0) throw new Error(`the migration of the version that serves failed with exit code ${code}`);
			const { schema } = await inspect("schema", database);
			if (this.isCurrent(instance)) this.record.update({ current: { ...current, schema } });
		}
		if (this.isCurrent(instance)) instance.admit(current?.database);
	}

	/** Whether it is the one that serves, and waits: a deploy may have begun since it was asked last. */
	private isCurrent({ id }: Instance): boolean {
		return this.waiting?.id === id;
	}

	/** Whether a deploy is going on, or one that was interrupted is being undone. */
	get isUnderWay(): boolean {
		return this.attempt !== undefined || this.record.value.switching !== undefined;
	}

	/** Begins an attempt, if it is a new one, and tells how it goes. */
	follow(attempt: string, instance: string): { lines: string[]; outcome?: Outcome } {
		const outcome = this.record.value.outcomes.find((each) => each.attempt === attempt);
		if (outcome === undefined && this.attempt !== attempt) {
			// What a keeper before this one has begun is being undone; then it has an outcome.
			if (this.attempt === undefined && this.record.value.switching !== undefined) return { lines: [] };
			if (this.attempt !== undefined) {
				throw new Refusal("deploy-running", "another deploy is running", "wait for its end, then run this one again");
			}
			this.attempt = attempt;
			void this.deploy(attempt, instance)
				.catch((error: Error) => this.say(`warning: the deploy's end could not be recorded: ${error.message}`))
				.finally(() => {
					this.attempt = undefined;
				});
		}
		return { lines: this.lines.get(attempt) ?? [], ...(outcome && { outcome }) };
	}

	private async deploy(attempt: string, id: string): Promise<void> {
		const begun = performance.now();
		const lines: string[] = [];
		this.lines.clear();
		this.lines.set(attempt, lines);
		const tell = (line: string) => {
			const seconds = ((performance.now() - begun) / 1000).toFixed(1).padStart(5);
			lines.push(`${seconds} s  ${line}`);
			this.say(`deploy: ${line}`);
		};
		const { current } = this.record.value;
		try {
			if (current?.instance === id) tell("it serves already");
			else await this.switch.to(attempt, id, tell);
			this.record.ended({ attempt, instance: id, ok: true });
		} catch (error) {
			const reason =
				error instanceof Refusal ? `${error.found}. What to do: ${error.remedy}` : (error as Error).message;
			await inTheEnd(() => this.record.ended({ attempt, instance: id, ok: false, reason }), tell);
			tell(`failed: ${reason}`);
		}
	}
}
