import { randomUUID } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { BEAT_SECONDS, deadlinesOf, FREEZE_SECONDS } from "../watchdog";
import { AppDoor } from "./appDoor";
import { APP_LOOK, type AppSide, AppWellness } from "./appSide";
import { setAside } from "./database";
import { diagnose } from "./diagnostics";
import { Freeze } from "./freeze";
import { untilQuiet } from "./freshness";
import { GatedApp } from "./gatedApp";
import { Handoff } from "./handoff";
import { HandoffLease } from "./handoffLease";
import type { Hands, Memory, Source } from "./hands";
import { Keeper } from "./keeper";
import { Losses } from "./losses";
import { refuseMoved } from "./moved";
import { PlatformApp } from "./platformApp";
import { stillRunning } from "./refusal";
import { SYNC } from "./replication";
import { restoredWords, restoreInPlace } from "./restore";
import { type Parts, start } from "./start";
import { beginGeneration } from "./succession";
import { readMemory, Vouch, writeMemory } from "./vouch";

/** Seconds that a stop leaves for the process to end. */
const RESERVE = 1;

/** The keeper of an instance whose disk goes with it: its right to write comes from the instance before, and goes to the next. */
export class TemporaryKeeper extends Keeper {
	private readonly handoff: Handoff;
	private readonly freeze: Freeze;
	private readonly vouch: Vouch;
	private readonly app: AppSide;
	private readonly wellness: AppWellness;
	private readonly losses: Losses;
	private readonly door: AppDoor;
	private readonly id: string;

	constructor(parts: Parts, say: (line: string) => void) {
		const id = readMemory(parts.settings.dataDirectory)?.id ?? randomUUID().slice(0, 8);
		const settings = { ...parts.settings, owner: `${parts.settings.owner}-${id}` };
		const lease = new HandoffLease(parts.store, settings);
		super({ ...parts, settings, lease }, say);
		this.id = id;
		this.freeze = new Freeze(settings.database);
		this.vouch = new Vouch(settings.open);
		// Without a gate it is the platform that waits, and asks at /ready.
		this.app = settings.open === undefined ? new PlatformApp(settings) : new GatedApp(settings, this.vouch);
		this.wellness = new AppWellness(this.app);
		this.losses = new Losses(settings, parts.manifest);
		this.door = new AppDoor(this.parts, this.known, {
			target: () => settings.appTarget,
			pausedBy: () => this.pausedBy(),
			staleBy: () => this.handoff.standing.pausedBy(),
			look: () => this.handoff.guard.look(),
		});
		this.door.way.close();
		// Where a gate holds the app, a refusal may stand for as long as it likes: whoever deploys looks at it.
		const refusalSeconds = settings.open === undefined ? settings.refusalSeconds : undefined;
		this.handoff = new Handoff(lease, this.hands(), { ...settings, refusalSeconds }, say);
	}

	override listen(port: number): Promise<() => void> {
		return this.door.way.listen(port);
	}

	override async run(): Promise<void> {
		const attending = [this.attendGate(), this.watch(), this.beat(), this.attendApp()];
		try {
			await Promise.race([this.handoff.run(), Promise.all(attending)]);
			await Promise.all(attending);
		} finally {
			this.stopping = true;
			await this.supervisor.stop(0);
		}
	}

	/** Lets the last writes arrive, then freezes, syncs, and leaves the right to write to whoever comes next. */
	override async stop(): Promise<boolean> {
		const isComplete = await this.handoff.stop(this.parts.settings.stopSeconds - RESERVE);
		this.known.state = "stopping";
		this.stopping = true;
		this.say(isComplete ? "stopped; all is in the replica" : "stopped; the last writes may not be in the replica");
		await Promise.race([this.replication.record().catch(() => undefined), sleep((RESERVE * 1000) / 2)]);
		return isComplete;
	}

	/** Beside the transaction, the epoch of the lease that was certainly ours when the store had it. */
	override sync = () => this.handoff.acknowledge();

	/** Why the platform is not to start the app yet; undefined from when its data is in place under the lease. */
	unready(): string | undefined {
		if (this.app.isReady) return undefined;
		const { refusal } = this.handoff;
		return refusal === undefined ? `the data is not in place yet: ${this.handoff.phase}` : refusal.message;
	}

	/** Why the app does not serve, whatever becomes of its data; undefined where it does. */
	async unwell(): Promise<string | undefined> {
		return this.app.isReady ? this.app.illness() : this.unready();
	}

	override get isServing(): boolean {
		return this.handoff.phase === "serving";
	}

	protected override waiting() {
		return this.isServing ? super.waiting() : undefined;
	}

	/** Why nothing in the store is certainly ours. */
	private pausedBy(): string | undefined {
		const paused = this.handoff.standing.pausedBy();
		if (paused !== undefined || this.supervisor.isWanted) return paused;
		return `nothing is replicated: ${this.known.state}`;
	}

	private async attendApp(): Promise<void> {
		for (; !this.stopping; await this.pause(APP_LOOK)) {
			await this.wellness.look();
			this.known.app = this.wellness.alert;
			if (this.isServing) await this.losses.served(this.say);
		}
	}

	private async beat(): Promise<void> {
		const margin = deadlinesOf(this.parts.settings.leaseSeconds).margin * 1000;
		for (; !this.stopping; await this.pause(BEAT_SECONDS * 1000)) {
			if (this.handoff.standing.mayRun(margin)) this.vouch.beat();
			this.showPhase();
		}
	}

	/** What Docker's health check and `/status` tell of. */
	private showPhase(): void {
		const { phase, refusal } = this.handoff;
		this.known.refusal = refusal;
		this.known.isRetired = phase === "retired";
		this.known.lastDrill ??= this.parts.manifest.known?.lastDrill;
		this.known.epoch = this.parts.lease.epoch;
		if (refusal !== undefined) this.known.state = "refused";
		else if (phase === "resting" || phase === "handing over") this.known.state = "frozen";
		else if (phase === "handed over") this.known.state = "handed over";
		else if (phase !== "serving") this.known.state = "starting";
		this.writeHealth();
	}

	private hands(): Hands {
		const { supervisor, freeze, vouch, app, door, losses, say } = this;
		const { database, dataDirectory, appPort } = this.parts.settings;
		return {
			get memory(): Memory {
				return readMemory(dataDirectory) ?? {};
			},
			isBehindDoor: appPort > 0,
			remember: (memory) => writeMemory(dataDirectory, { id: this.id, ...memory }),
			prepare: () => this.prepare(),
			place: (source) => this.place(source),
			startApp: () => this.startApp(),
			stopApp: () => app.stop(),
			freeze: (seconds = FREEZE_SECONDS * 2) => freeze.take(seconds),
			thaw: () => freeze.letGo(),
			startReplication: () => {
				this.known.state = "waiting for the database";
				this.beginReplication();
			},
			// What must be in the store was seen there before: nothing is left to be waited for.
			stopReplication: () => supervisor.stop(0).then(() => undefined),
			sync: (seconds = SYNC) => this.syncAll(statSync(database, { throwIfNoEntry: false })?.size ?? 0, seconds),
			openDoor: (epoch) => {
				vouch.openDoor(epoch);
				door.way.open();
				// At once, for the platform may take the processor away. What fails is tried again.
				void losses.served(say);
			},
			closeDoor: () => {
				vouch.closeDoor();
				door.way.close();
			},
			drained: () => door.way.drained(),
			settled: async (seconds) => {
				const end = performance.now() + seconds * 1000;
				await door.way.drained(seconds);
				await untilQuiet(database, end);
			},
			endDoor: () => {
				vouch.closeDoor();
				door.way.end("this instance has stopped to serve: another one does, or is about to");
			},
		};
	}

	private async prepare(): Promise<void> {
		diagnose(this.parts.settings.dataDirectory, undefined, "temporary");
	}

	private async place(source: Source): Promise<void> {
		const { parts, say } = this;
		const { settings, litestream } = parts;
		const mayAct = () => this.noneRuns();
		await refuseMoved(parts);
		diagnose(settings.dataDirectory, undefined, "temporary");
		if (source !== "local") {
			if (!(await mayAct())) throw stillRunning(settings);
			if (typeof source === "object" && source.transaction > 0) {
				const restored = await restoreInPlace(settings, litestream, source, { why: "not-current" });
				say(restoredWords(restored));
				return this.losses.remember();
			}
			if (existsSync(settings.database)) await setAside(settings.database, "not-current");
		}
		const { warnings } = await start(parts, mayAct, say);
		this.known.warnings = warnings;
		// Before anything is acknowledged: it would be on this disk alone.
		await beginGeneration(parts, say);
		if (source !== "local") await this.losses.remember();
	}

	private async startApp(): Promise<boolean> {
		const illness = await this.app.start(() => this.stopping);
		if (illness === undefined) await this.losses.check();
		else this.say(`warning: the app is not well: ${illness}`);
		return illness === undefined;
	}

	protected override noneRuns(): Promise<boolean> {
		return this.app.noneRuns();
	}

	private async syncAll(bytes: number, seconds: number): Promise<number> {
		// The app has not made its database yet.
		if (bytes === 0) return 0;
		const { litestream } = this.parts;
		if (!this.freeze.isHeld) {
			const { transaction, replicated } = await litestream.sync(seconds);
			if (replicated < transaction) throw new Error(`transaction ${transaction} is not in the store yet`);
			return transaction;
		}
		// The last word before a handover is not Litestream's: the store is looked into.
		if (await this.replication.prove(seconds)) return this.known.freshness.transaction;
		throw new Error(this.known.freshness.problem ?? "the last transaction was not found in the store");
	}
}
