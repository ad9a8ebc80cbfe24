import { statSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { sqliteWarning } from "./database";
import { Deploys } from "./deploy/deploys";
import { type Instance, Instances } from "./deploy/instances";
import { RecordFile } from "./deploy/record";
import { rehearse } from "./deploy/rehearsal";
import { undoInterrupted } from "./deploy/undo";
import { Door, type Target } from "./door";
import type { DrillReport } from "./drill";
import { untilQuiet } from "./freshness";
import { closeGap } from "./gap";
import { Gate } from "./gate";
import { inspect } from "./inspect";
import { leaseLost } from "./lease";
import { Refusal, refusalLines, storeWentAway } from "./refusal";
import { Replication, SYNC } from "./replication";
import type { Settings } from "./settings";
import { listSnapshots, type Snapshot, writeSnapshot } from "./snapshots";
import { type Parts, start } from "./start";
import { type Known, problemsOf, statusOf } from "./status";
import { StoreUnreachable } from "./stores/store";
import { Supervisor } from "./supervisor";

/** Milliseconds between two looks at the replication, at the gate, between two tries of a start, and before rows are counted again. */
const LOOK = 2000;
const GATE = 100;
const RETRY = 15_000;
const COUNT_AGAIN = 60_000;
/** What Docker's health check reads. */
export const HEALTH_FILE = "/tmp/keeper.health";

/** The keeper beside a running app: lets it start, replicates, watches, and stops last. */
export class Keeper {
	readonly known: Known;
	readonly door: Door;
	readonly deploys: Deploys;
	private readonly supervisor: Supervisor;
	private readonly gate: Gate;
	private readonly instances: Instances;
	private readonly record: RecordFile;
	private readonly replication: Replication;
	private hasLease = false;
	private stopping = false;
	private counting: Promise<void> | undefined;
	private rehearsing: Promise<void> | undefined;

	constructor(
		private readonly parts: Parts,
		private readonly say: (line: string) => void,
	) {
		const { database } = parts.settings;
		this.supervisor = new Supervisor(parts.litestream, say, (stopped) => closeGap(database, stopped, say));
		this.gate = new Gate(parts.settings.open);
		this.instances = new Instances(parts.settings.open);
		this.record = new RecordFile(parts.settings.dataDirectory);
		this.door = new Door(() => servedBy(this.record));
		this.deploys = new Deploys(parts, this, this.door, this.instances, this.record, say);
		this.replication = new Replication(parts);
		this.known = { state: "starting", freshness: this.replication.freshness, warnings: [], restarts: 0, epoch: 0 };
	}

	/** Runs until {@link stop}. A refusal is looked at again and again: its cause may go away by itself. */
	async run(): Promise<void> {
		await undoInterrupted(this.parts.settings, this.record, this.say);
		await this.untilStarted();
		await Promise.all([this.attendGate(), this.watch(), this.renewLease(), this.guardLease()]);
	}

	/** Lets the last writes arrive, syncs them, and gives the lease back. Returns whether all of it is in the store. */
	async stop(): Promise<boolean> {
		const deadline = performance.now() + this.parts.settings.stopSeconds * 1000;
		const left = () => Math.max(1, (deadline - performance.now()) / 1000 - 2);
		const wasReplicating = this.known.state === "replicating";
		if (wasReplicating) await untilQuiet(this.parts.settings.database, deadline - 10_000);
		const last = wasReplicating ? await this.replication.prove(left()) : false;
		this.known.state = "stopping";
		this.stopping = true;
		const ended = await this.parts.lease.during(() => this.supervisor.stop(left()));
		const isComplete = !wasReplicating || (last && ended);
		if (wasReplicating) {
			const { proven } = this.known.freshness;
			await this.replication.record().catch(() => undefined);
			this.say(
				isComplete
					? `stopped; all is in the replica, to transaction ${proven}`
					: "stopped; the last writes are only on this disk",
			);
		}
		if (this.hasLease) await this.parts.lease.release().catch(() => undefined);
		return isComplete;
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

	/** A named point that has everything committed until now. */
	async snapshot(name: string, image?: string): Promise<Snapshot> {
		const { transaction, replicated } = await this.parts.litestream.sync(SYNC);
		if (replicated < transaction) throw new Error(`transaction ${transaction} is not in the store yet`);
		const snapshot = { name, transaction, time: new Date().toISOString(), ...(image !== undefined && { image }) };
		await writeSnapshot(this.parts.store, snapshot);
		return snapshot;
	}

	/** Points of the named snapshots. */
	snapshots(): Promise<Snapshot[]> {
		return listSnapshots(this.parts.store);
	}

	async status() {
		this.countRows();
		return statusOf(this.parts.settings, this.known, this.record.value);
	}

	drilled(report: DrillReport): void {
		this.known.lastDrill = report;
		this.writeHealth();
	}

	/** Checks the data until nothing speaks against the app's start, and lets it in. */
	private async untilStarted(): Promise<void> {
		for (let said = ""; !this.stopping; await this.pause(RETRY)) {
			try {
				const { hasLease, warnings } = await start(this.parts, () => noneRuns(this.parts.settings), this.say);
				this.known.refusal = undefined;
				this.known.warnings = warnings;
				this.hasLease = hasLease;
				this.known.state = hasLease ? "waiting for the database" : "waiting for the store";
				this.known.epoch = this.parts.lease.epoch;
				this.known.lastDrill = this.parts.manifest.known?.lastDrill ?? this.known.lastDrill;
				// Where the app is behind our door, the plain gate is nobody's: open, it would say for ever that an app may run.
				if (this.parts.settings.appPort === 0) this.gate.admit();
				return;
			} catch (error) {
				const refusal = error instanceof StoreUnreachable ? storeWentAway(error) : error;
				if (!(refusal instanceof Refusal)) throw error;
				this.known.state = "refused";
				this.known.refusal = refusal;
				this.writeHealth();
				if (said !== refusal.message) this.say(refusalLines(refusal));
				said = refusal.message;
			}
		}
	}

	/** Each start of the app is let in only on a sound database. What is not sound is restored while the app waits. */
	private async attendGate(): Promise<void> {
		for (; !this.stopping; await this.pause(GATE)) {
			this.rehearse();
			const instance = this.deploys.waiting;
			if (!this.gate.isAsked && instance === undefined) continue;
			const { kind, writtenBy } = await inspect("look", this.parts.settings.database);
			if (kind === "sqlite" && this.known.refusal === undefined) {
				const warning = sqliteWarning(writtenBy);
				if (warning !== undefined && !this.known.warnings.includes(warning)) this.known.warnings.push(warning);
				if (instance === undefined) this.gate.admit();
				else await this.admitAgain(instance);
				continue;
			}
			await this.supervisor.stop(1);
			this.known.state = "starting";
			await this.untilStarted();
		}
	}

	private async admitAgain(instance: Instance): Promise<void> {
		await this.deploys.admitAgain(instance).catch(async (error: Error) => {
			this.say(`warning: the app waits: ${error.message}`);
			await this.pause(RETRY);
		});
	}

	/** One at a time, beside everything else. */
	private rehearse(): void {
		if (this.rehearsing !== undefined) return;
		for (const instance of this.instances.asking()) {
			const { version } = instance;
			if (version?.kind !== "rehearsal" || instance.isFinished) continue;
			this.rehearsing = rehearse(instance, version, this.parts.settings)
				.catch((error: Error) => this.say(`warning: the rehearsal could not be ended: ${error.message}`))
				.finally(() => {
					this.rehearsing = undefined;
				});
			return;
		}
	}

	private async watch(): Promise<void> {
		for (; !this.stopping; await this.pause(LOOK)) {
			if (this.known.state === "waiting for the store") await this.tryStore();
			if (this.known.state === "waiting for the database") this.beginReplication();
			if (this.known.state === "replicating") await this.replication.look();
			this.known.restarts = this.supervisor.restarts;
			this.writeHealth();
		}
	}

	/** The app runs on its own data, and the store was out of reach: nothing is written to it without the lease. */
	private async tryStore(): Promise<void> {
		try {
			await this.parts.manifest.read();
			// The same checks as at a start: what the store says was not known then.
			const { hasLease } = await start(
				this.parts,
				() => noneRuns(this.parts.settings),
				() => {},
			);
			if (!hasLease) return;
			this.hasLease = true;
			this.known.refusal = undefined;
			this.known.epoch = this.parts.lease.epoch;
			this.known.state = "waiting for the database";
		} catch (error) {
			if (error instanceof Refusal) this.known.refusal = error;
			else if (error instanceof StoreUnreachable) this.known.freshness.failed(error.message);
			else throw error;
		}
	}

	/** Litestream would make an empty database where there is none yet: the app's own first start comes first. */
	private beginReplication(): void {
		const { database } = this.parts.settings;
		if ((statSync(database, { throwIfNoEntry: false })?.size ?? 0) === 0) {
			// Nothing is there that could be stale.
			this.known.freshness.nothingToProve();
			return;
		}
		// A long restore took longer than the lease: it is renewed first.
		if (!this.parts.lease.isFresh) return;
		this.supervisor.start();
		this.known.state = "replicating";
		this.say("replicating");
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

	private countRows(): void {
		const { database } = this.parts.settings;
		const age = Date.now() - Date.parse(this.known.rows?.counted ?? "1970-01-01");
		if (this.counting !== undefined || age < COUNT_AGAIN) return;
		this.counting = inspect("rows", database)
			.then(({ rows }) => {
				this.known.rows = { counted: new Date().toISOString(), tables: rows };
			})
			// No database yet, or one that cannot be read: the status says so elsewhere.
			.catch(() => {})
			.finally(() => {
				this.counting = undefined;
			});
	}

	private writeHealth(): void {
		const problems = problemsOf(this.known, this.parts.settings.staleSeconds);
		writeFileSync(HEALTH_FILE, problems.length === 0 ? "ok\n" : `bad: ${problems.join("; ")}\n`);
	}

	/** Ends early when the keeper is told to stop. */
	private async pause(milliseconds: number): Promise<void> {
		const end = performance.now() + milliseconds;
		while (!this.stopping && performance.now() < end) await sleep(Math.min(100, Math.max(1, end - performance.now())));
	}
}

/** Whether no app can be running, so that a database may be put in place. */
export async function noneRuns({ open }: Settings): Promise<boolean> {
	return new Gate(open).holdsTheApp && !(await new Instances(open).mayRun());
}

function servedBy(record: RecordFile): Target | undefined {
	const { current } = record.value;
	return current && { host: current.instance, port: current.version.port };
}
