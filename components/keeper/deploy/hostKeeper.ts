import { setTimeout as sleep } from "node:timers/promises";
import { Door } from "../door";
import { Gate } from "../gate";
import { Keeper } from "../keeper";
import type { Refusal } from "../refusal";
import { SYNC } from "../replication";
import type { Settings } from "../settings";
import type { Parts } from "../start";
import { Deploys } from "./deploys";
import { type Instance, Instances } from "./instances";
import { RecordFile } from "./record";
import { rehearse } from "./rehearsal";
import { undoInterrupted } from "./undo";

/** Milliseconds between two looks at who wants to rehearse, and between two tries to let the app in. */
const LOOK = 100;
const RETRY = 15_000;

/** The keeper of an app on a host, whose versions follow each other on one disk: it has the door, and does the deploys. */
export class HostKeeper extends Keeper {
	private readonly instances: Instances;
	private readonly record: RecordFile;
	private readonly door: Door;
	private readonly deploys: Deploys;

	constructor(parts: Parts, say: (line: string) => void) {
		super(parts, say);
		this.instances = new Instances(parts.settings.open);
		this.record = new RecordFile(parts.settings.dataDirectory);
		this.door = new Door(() => {
			const { current } = this.record.value;
			return current && { host: current.instance, port: current.version.port };
		});
		this.deploys = new Deploys(parts, this, this.door, this.instances, this.record, say);
	}

	override async run(): Promise<void> {
		await undoInterrupted(this.parts.settings, this.record, this.say);
		await Promise.all([super.run(), this.attendRehearsals()]);
	}

	protected override deployed() {
		return this.record.value;
	}

	/** Takes connections to the app on a port. */
	listen(port: number): Promise<() => void> {
		return this.door.listen(port);
	}

	/** See {@link Deploys.follow}. */
	follow(attempt: string, instance: string): ReturnType<Deploys["follow"]> {
		return this.deploys.follow(attempt, instance);
	}

	get refusal(): Refusal | undefined {
		return this.known.refusal;
	}

	prove(seconds: number): Promise<boolean> {
		return this.replication.prove(seconds);
	}

	/** Leaves the database alone, so that another can be put in its place. */
	async rest(): Promise<void> {
		this.known.state = "switching";
		await this.supervisor.stop(SYNC);
	}

	goOn(): void {
		if (this.known.state === "switching") this.known.state = "waiting for the database";
	}

	protected override waiting() {
		const instance = this.deploys.waiting;
		return instance === undefined ? super.waiting() : { admit: () => this.admitAgain(instance) };
	}

	protected override noneRuns(): Promise<boolean> {
		return noneRuns(this.parts.settings);
	}

	private async admitAgain(instance: Instance): Promise<void> {
		await this.deploys.admitAgain(instance).catch(async (error: Error) => {
			this.say(`warning: the app waits: ${error.message}`);
			await this.pause(RETRY);
		});
	}

	/** One at a time, beside everything else. */
	private async attendRehearsals(): Promise<void> {
		for (; !this.stopping; await sleep(LOOK)) {
			const instance = this.instances.asking().find((each) => each.version?.kind === "rehearsal" && !each.isFinished);
			if (instance?.version === undefined) continue;
			await rehearse(instance, instance.version, this.parts.settings).catch((error: Error) =>
				this.say(`warning: the rehearsal could not be ended: ${error.message}`),
			);
		}
	}
}

/** Whether no app can be running, so that a database may be put in place. */
export async function noneRuns({ open }: Settings): Promise<boolean> {
	return new Gate(open).holdsTheApp && !(await new Instances(open).mayRun());
}
