import { setTimeout as sleep } from "node:timers/promises";
import { AppDoor } from "../appDoor";
import { Gate } from "../gate";
import { GATE, Keeper } from "../keeper";
import { leaseLost } from "../lease";
import { Dumps, dumpHours } from "../postgres/dumps";
import { Postgres } from "../postgres/postgres";
import { type Refusal, refusalLines } from "../refusal";
import { SYNC } from "../replication";
import type { Settings } from "../settings";
import type { Parts } from "../start";
import type { State } from "../status";
import { Deploys } from "./deploys";
import type { Instance } from "./instance";
import { Instances } from "./instances";
import { Mover } from "./mover";
import { databaseOf, RecordFile } from "./record";
import { rehearse } from "./rehearsal";
import { undoInterrupted } from "./undo";

/** Milliseconds between two looks at who wants to rehearse, and between two tries to let the app in. */
const LOOK = 100;
const RETRY = 15_000;
/** Milliseconds between two looks at whether the manifest says where the data is. */
const MANIFEST = 15_000;
/** Milliseconds between two looks at the dumps. */
const DUMPS = 60_000;
/** Seconds for Postgres to answer, until that is told and looked at again. */
const POSTGRES = 15;

/** The keeper of an app on a host, whose versions follow each other on one disk: it has the door, and does the deploys. */
export class HostKeeper extends Keeper {
	private readonly instances: Instances;
	private readonly record: RecordFile;
	private readonly door: AppDoor;
	private readonly deploys: Deploys;
	private readonly mover: Mover;
	private readonly postgres = Postgres.from(process.env);
	/** What it was doing before it left the database alone. */
	private before: State = "starting";

	constructor(parts: Parts, say: (line: string) => void) {
		super(parts, say);
		this.instances = new Instances(parts.settings.open);
		this.record = new RecordFile(parts.settings.dataDirectory, parts.settings.scratch);
		const target = () => {
			const { current } = this.record.value;
			return current && { host: current.instance, port: current.version.port };
		};
		this.door = new AppDoor(parts, this.known, { target, pausedBy: () => this.pausedBy() });
		this.mover = new Mover(parts, this.record, this.postgres);
		this.deploys = new Deploys(parts, this, this.door.way, this.instances, this.record, say, this.mover);
	}

	override async run(): Promise<void> {
		await undoInterrupted(this.parts.settings, this.record, this.say);
		await Promise.all([this.keep(), this.attendRehearsals()]);
	}

	private async keep(): Promise<void> {
		await this.untilStarted();
		const postgres = [this.attendManifest(), this.attendDumps()];
		await Promise.all([this.attendGate(), this.watch(), this.renewLease(), this.guardLease(), ...postgres]);
	}

	protected override deployed() {
		return this.record.value;
	}

	override listen(port: number): Promise<() => void> {
		return this.door.way.listen(port);
	}

	/** See {@link Deploys.follow}. While the data is being checked or restored, nothing is begun. */
	follow(attempt: string, instance: string): ReturnType<Deploys["follow"]> {
		if (this.known.state === "starting" && !this.deploys.isUnderWay) return { lines: [] };
		return this.deploys.follow(attempt, instance);
	}

	get refusal(): Refusal | undefined {
		return this.known.refusal;
	}

	/** Tries again for so long: just after a start, the replication is still about to begin. */
	async prove(seconds: number): Promise<boolean> {
		for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(LOOK)) {
			if (await this.replication.prove(seconds)) return true;
		}
		return false;
	}

	/** Leaves the database alone, so that another can be put in its place. */
	async rest(): Promise<void> {
		this.before = this.known.state;
		this.known.state = "switching";
		this.door.acknowledgement?.suspend();
		await this.supervisor.stop(SYNC);
	}

	goOn(): void {
		this.door.acknowledgement?.resume();
		if (this.known.state !== "switching") return;
		this.known.state = this.hasLease ? "waiting for the database" : this.before;
		if (this.hasLease) this.beginReplication();
	}

	/** Why what is written to the store now is not certainly there and ours. */
	private pausedBy(): string | undefined {
		if (!this.parts.lease.isFresh) return "the lease could not be renewed";
		return this.supervisor.isWanted ? undefined : `nothing is replicated: ${this.known.state}`;
	}

	protected override waiting() {
		const instance = this.deploys.waiting;
		return instance === undefined ? super.waiting() : { admit: () => this.admitAgain(instance) };
	}

	protected override get needsFile(): boolean {
		return !this.isOnPostgres;
	}

	override get keepsReplicaWhole(): boolean {
		return this.isOnPostgres && this.record.value.moving?.settled === undefined;
	}

	private get isOnPostgres(): boolean {
		return databaseOf(this.record.value) === "postgres";
	}

	/** No database is put in place while a deploy is about to do so itself. */
	protected override get isOccupied(): boolean {
		return this.deploys.isUnderWay;
	}

	protected override noneRuns(): Promise<boolean> {
		return noneRuns(this.parts.settings);
	}

	private async admitAgain(instance: Instance): Promise<void> {
		if (this.isOnPostgres) {
			const reason = await this.mover.unreachable(POSTGRES).catch((error: Error) => error.message);
			if (reason !== undefined)
				return this.say(`warning: the app waits for Postgres, which does not answer: ${reason}`);
		}
		try {
			if (this.isOnPostgres) await this.postgres?.needKnown();
			await this.deploys.admitAgain(instance);
		} catch (error) {
			this.say(`warning: the app waits: ${(error as Error).message}`);
			await this.pause(RETRY);
		}
	}

	/** Whoever loses the lease stops to write at once. */
	private async renewLease(): Promise<void> {
		const { lease, settings } = this.parts;
		while (!this.stopping) {
			await this.pause((settings.leaseSeconds * 1000) / 3);
			if (this.stopping) return;
			if (!this.hasLease) continue;
			const isOurs = await lease.renew().catch(() => undefined);
			if (isOurs && this.known.state === "replicating") this.supervisor.start();
			if (isOurs !== false) continue;
			this.hasLease = false;
			await this.supervisor.stop(0);
			this.known.refusal = leaseLost(settings.app);
			this.known.state = "refused";
			this.say(refusalLines(this.known.refusal));
			this.writeHealth();
		}
	}

	/**
	 * A lease that was not renewed in its time may be another's, and both would write the same files: replication rests
	 * until it is known to be ours, and the app goes on.
	 */
	private async guardLease(): Promise<void> {
		const { lease } = this.parts;
		for (; !this.stopping; await this.pause(GATE)) {
			if (!this.supervisor.isWanted || lease.isFresh) continue;
			this.say("the lease could not be renewed: nothing is written to the store until it is");
			await this.supervisor.stop(0);
		}
	}

	/** The manifest says where the data is, also where the store was out of reach when that changed: a new host rests on it. */
	private async attendManifest(): Promise<void> {
		for (let said = ""; !this.stopping; await this.pause(MANIFEST)) {
			if (this.isOccupied || !this.parts.lease.isFresh) continue;
			const failure = await this.mover.reconcile().then(
				() => "",
				(error: Error) => error.message,
			);
			if (failure !== said && failure !== "") this.say(`warning: the manifest could not be written: ${failure}`);
			said = failure;
		}
	}

	/** Dumps of Postgres go to the backup store, also where SQLite serves again: they have rows that it may not have. */
	private async attendDumps(): Promise<void> {
		const { postgres, known } = this;
		if (postgres === undefined) return;
		const { store, settings } = this.parts;
		const dumps = new Dumps(postgres.dumps, store, settings.retentionDays, dumpHours(process.env));
		for (let said = ""; !this.stopping; await this.pause(DUMPS)) {
			const failure = await dumps.round().then(
				(newest) => {
					known.dump = newest;
					return "";
				},
				(error: Error) => error.message,
			);
			if (failure !== said && failure !== "") this.say(`warning: dumps of Postgres cannot be taken away: ${failure}`);
			said = failure;
			const { current, moving } = this.record.value;
			const since = this.isOnPostgres ? (moving?.switched ?? moving?.adopted ?? current?.since) : undefined;
			known.dumpProblem = since && dumps.problem(known.dump, since);
			const silent = since && (await this.mover.unreachable(0).catch((error: Error) => error.message));
			known.postgresProblem = silent && `Postgres, which has the data, does not answer: ${silent}`;
		}
	}

	/** One at a time, beside everything else. */
	private async attendRehearsals(): Promise<void> {
		for (; !this.stopping; await sleep(LOOK)) {
			const instance = this.instances.asking().find((each) => each.version?.kind === "rehearsal" && !each.isFinished);
			if (instance?.version === undefined) continue;
			await rehearse(instance, instance.version, this.parts.settings, {
				record: this.record,
				postgres: this.postgres,
			}).catch((error: Error) => this.say(`warning: the rehearsal could not be ended: ${error.message}`));
		}
	}
}

/** Whether no app can be running, so that a database may be put in place. */
export async function noneRuns({ open }: Settings): Promise<boolean> {
	return new Gate(open).holdsTheApp && !(await new Instances(open).mayRun());
}
