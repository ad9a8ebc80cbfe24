import { statSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { sqliteWarning } from "./database";
import type { DeployRecord } from "./deploy/record";
import type { DrillReport } from "./drill";
import { untilQuiet } from "./freshness";
import { Gate } from "./gate";
import { inspect } from "./inspect";
import type { Alert } from "./log";
import { alertsOf, problemsOf } from "./problems";
import { Refusal, refusalLines, storeWentAway } from "./refusal";
import { Replication, SYNC } from "./replication";
import { RowCount } from "./rowCount";
import { listSnapshots, type Snapshot, writeSnapshot } from "./snapshots";
import { type Parts, start } from "./start";
import { type Known, statusOf } from "./status";
import { StoreUnreachable } from "./stores/store";
import { readyToReplicate } from "./succession";
import { Supervisor } from "./supervisor";

/** Milliseconds between two looks at the replication, at the gate and between two tries of a start. */
const LOOK = 2000;
export const GATE = 100;
const RETRY = 15_000;
/** What Docker's health check reads. */
export const HEALTH_FILE = "/tmp/keeper.health";

/** The keeper beside a running app: lets it start, replicates, watches, and stops last. */
export abstract class Keeper {
	readonly known: Known;
	protected readonly supervisor: Supervisor;
	protected readonly gate: Gate;
	protected readonly replication: Replication;
	protected hasLease = false;
	protected stopping = false;
	private readonly rows: RowCount;

	constructor(
		protected readonly parts: Parts,
		protected readonly say: (line: string) => void,
	) {
		this.supervisor = new Supervisor(parts.litestream, say, (stopped) => readyToReplicate(parts, stopped, say));
		this.gate = new Gate(parts.settings.open);
		this.replication = new Replication(parts);
		this.rows = new RowCount(parts.settings.database);
		this.known = { state: "starting", freshness: this.replication.freshness, warnings: [], restarts: 0, epoch: 0 };
	}

	/** Runs until {@link stop}. A refusal is looked at again and again: its cause may go away by itself. */
	abstract run(): Promise<void>;

	/** Takes connections to the app on a port. */
	abstract listen(port: number): Promise<() => void>;

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
			await this.replication.record().catch(() => undefined);
			this.say(
				isComplete
					? `stopped; all is in the replica, to transaction ${this.known.freshness.proven}`
					: "stopped; the last writes are only on this disk",
			);
		}
		if (this.hasLease) await this.parts.lease.release().catch(() => undefined);
		return isComplete;
	}

	/** Brings what is committed by now into the store. */
	sync = (): Promise<object> => this.parts.litestream.sync(SYNC);

	/** A named point that has everything committed until now. */
	async snapshot(name: string, image?: string): Promise<Snapshot> {
		const { transaction, replicated } = await this.parts.litestream.sync(SYNC);
		if (replicated < transaction) throw new Error(`transaction ${transaction} is not in the store yet`);
		const snapshot = { name, transaction, time: new Date().toISOString(), ...(image !== undefined && { image }) };
		await writeSnapshot(this.parts.store, snapshot);
		return snapshot;
	}

	/** Points of the named snapshots. */
	snapshots = (): Promise<Snapshot[]> => listSnapshots(this.parts.store);

	async status() {
		this.known.rows = this.rows.recent();
		return statusOf(this.parts.settings, this.known, this.deployed());
	}

	/** What a person is to be told of. */
	alerts(): Alert[] {
		return alertsOf(this.known, this.parts.settings);
	}

	/** Whether the app runs, and what it writes is brought to the store. */
	get isServing(): boolean {
		return this.known.state === "replicating";
	}

	/** Which version serves, where there are deploys. */
	protected deployed(): Partial<DeployRecord> {
		return {};
	}

	drilled(report: DrillReport): void {
		this.known.lastDrill = report;
		this.writeHealth();
	}

	/** Checks the data until nothing speaks against the app's start, and lets it in. */
	protected async untilStarted(): Promise<void> {
		for (let said = ""; !this.stopping; await this.pause(RETRY)) {
			try {
				const { hasLease, warnings } = await start(this.parts, () => this.noneRuns(), this.say);
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

	/** The app, where it waits and its data here is what it is to run on. */
	protected waiting(): { admit(): void | Promise<void> } | undefined {
		return this.gate.isAsked ? this.gate : undefined;
	}

	/** Whether the app waits for the file, which it does not where its data is in Postgres. */
	protected get needsFile(): boolean {
		return true;
	}

	/** Whether no file of the replica may be marked as superfluous. */
	get keepsReplicaWhole(): boolean {
		return false;
	}

	/** Whether something else has the database in hand. */
	protected get isOccupied(): boolean {
		return false;
	}

	/** Whether no app can be running, so that a database may be put in place. */
	protected async noneRuns(): Promise<boolean> {
		return this.gate.holdsTheApp;
	}

	/** Each start of the app is let in only on a sound database. What is not sound is restored while the app waits. */
	protected async attendGate(): Promise<void> {
		for (; !this.stopping; await this.pause(GATE)) {
			const app = this.waiting();
			if (app === undefined) continue;
			const { kind, writtenBy } = await inspect("look", this.parts.settings.database);
			if ((kind === "sqlite" || !this.needsFile) && this.known.refusal === undefined) {
				const warning = sqliteWarning(writtenBy);
				if (warning !== undefined && !this.known.warnings.includes(warning)) this.known.warnings.push(warning);
				await app.admit();
				continue;
			}
			if (this.isOccupied) continue;
			await this.supervisor.stop(1);
			this.known.state = "starting";
			await this.untilStarted();
		}
	}

	protected async watch(): Promise<void> {
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
				() => this.noneRuns(),
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
	protected beginReplication(): void {
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

	protected writeHealth(): void {
		const problems = problemsOf(this.known, this.parts.settings.staleSeconds);
		writeFileSync(HEALTH_FILE, problems.length === 0 ? "ok\n" : `bad: ${problems.join("; ")}\n`);
	}

	/** Ends early when the keeper is told to stop. */
	protected async pause(milliseconds: number): Promise<void> {
		const end = performance.now() + milliseconds;
		while (!this.stopping && performance.now() < end) await sleep(Math.min(100, Math.max(1, end - performance.now())));
	}
}
