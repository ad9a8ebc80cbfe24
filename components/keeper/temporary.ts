import { randomUUID } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { BEAT_SECONDS, deadlinesOf, FREEZE_SECONDS } from "../watchdog";
import { untilHealthy } from "./appHealth";
import { setAside } from "./database";
import { diagnose } from "./diagnostics";
import { Freeze } from "./freeze";
import { untilQuiet } from "./freshness";
import { Handoff } from "./handoff";
import { HandoffLease } from "./handoffLease";
import type { Hands, Memory, Source } from "./hands";
import { Keeper } from "./keeper";
import { Refusal } from "./refusal";
import { SYNC } from "./replication";
import { restoredWords, restoreInPlace } from "./restore";
import { type Parts, start } from "./start";
import { beginGeneration } from "./succession";
import { readMemory, Vouch, writeMemory } from "./vouch";

/** Milliseconds between two looks at the gate. */
const GATE = 50;

/** The keeper of an instance whose disk goes with it: its right to write comes from the instance before, and goes to the next. */
export class TemporaryKeeper extends Keeper {
	private readonly handoff: Handoff;
	private readonly freeze: Freeze;
	private readonly vouch: Vouch;
	private readonly id: string;

	constructor(parts: Parts, say: (line: string) => void) {
		const id = readMemory(parts.settings.dataDirectory)?.id ?? randomUUID().slice(0, 8);
		const settings = { ...parts.settings, owner: `${parts.settings.owner}-${id}` };
		const lease = new HandoffLease(parts.store, settings);
		super({ ...parts, settings, lease }, say);
		this.id = id;
		this.freeze = new Freeze(settings.database);
		this.vouch = new Vouch(settings.open);
		this.handoff = new Handoff(lease, this.hands(), settings, say);
	}

	override async run(): Promise<void> {
		await Promise.all([this.handoff.run(), this.attendGate(), this.watch(), this.beat()]);
	}

	/** Lets the last writes arrive, then freezes, syncs, and leaves the right to write to whoever comes next. */
	override async stop(): Promise<boolean> {
		const { database, stopSeconds } = this.parts.settings;
		const deadline = performance.now() + stopSeconds * 1000;
		if (this.handoff.phase === "serving") await untilQuiet(database, deadline - 15_000);
		const isComplete = await this.handoff.stop();
		this.known.state = "stopping";
		this.stopping = true;
		await this.replication.record().catch(() => undefined);
		this.say(isComplete ? "stopped; all is in the replica" : "stopped; the last writes may not be in the replica");
		return isComplete;
	}

	/** Beside the transaction, the epoch of the lease that was certainly ours when the store had it. */
	override sync = () => this.handoff.acknowledge();

	protected override waiting() {
		return this.handoff.phase === "serving" ? super.waiting() : undefined;
	}

	private async beat(): Promise<void> {
		const margin = deadlinesOf(this.parts.settings.leaseSeconds).margin * 1000;
		for (; !this.stopping; await this.pause(BEAT_SECONDS * 1000)) {
			if (this.handoff.mayRun(margin)) this.vouch.beat();
			this.showPhase();
		}
	}

	/** What Docker's health check and `/status` tell of. */
	private showPhase(): void {
		const { phase, refusal } = this.handoff;
		this.known.refusal = refusal;
		this.known.epoch = this.parts.lease.epoch;
		if (refusal !== undefined) this.known.state = "refused";
		else if (phase === "resting" || phase === "handing over") this.known.state = "frozen";
		else if (phase === "handed over") this.known.state = "handed over";
		else if (phase !== "serving") this.known.state = "starting";
		this.writeHealth();
	}

	private hands(): Hands {
		const { supervisor, freeze, vouch } = this;
		const { database, dataDirectory } = this.parts.settings;
		return {
			get memory(): Memory {
				return readMemory(dataDirectory) ?? {};
			},
			remember: (memory) => writeMemory(dataDirectory, { id: this.id, ...memory }),
			prepare: () => this.prepare(),
			place: (source) => this.place(source),
			startApp: () => this.startApp(),
			stopApp: () => vouch.stop(),
			freeze: () => freeze.take(FREEZE_SECONDS * 2),
			thaw: () => freeze.letGo(),
			startReplication: () => {
				this.known.state = "waiting for the database";
				this.beginReplication();
			},
			// What must be in the store was seen there before: nothing is left to be waited for.
			stopReplication: () => supervisor.stop(0).then(() => undefined),
			sync: () => this.syncAll(statSync(database, { throwIfNoEntry: false })?.size ?? 0),
			openDoor: (epoch) => vouch.openDoor(epoch),
			closeDoor: () => vouch.closeDoor(),
		};
	}

	private async prepare(): Promise<void> {
		diagnose(this.parts.settings.dataDirectory, undefined, "temporary");
	}

	private async place(source: Source): Promise<void> {
		const { parts, say } = this;
		const { settings, litestream } = parts;
		const mayAct = () => this.noneRuns();
		diagnose(settings.dataDirectory, undefined, "temporary");
		if (source !== "local") {
			if (!(await mayAct())) throw stillRunning(settings.database);
			if (typeof source === "object" && source.transaction > 0) {
				const restored = await restoreInPlace(settings, litestream, source, { why: "not-current" });
				return say(restoredWords(restored));
			}
			if (existsSync(settings.database)) await setAside(settings.database, "not-current");
		}
		const { warnings } = await start(parts, mayAct, say);
		this.known.warnings = warnings;
		// Before anything is acknowledged: it would be on this disk alone.
		await beginGeneration(parts, say);
	}

	private async startApp(): Promise<boolean> {
		const { gate } = this;
		const { open, appHealth, appStartSeconds } = this.parts.settings;
		const end = performance.now() + appStartSeconds * 1000;
		while (open !== undefined && !gate.isAsked && !gate.isOpen) {
			if (performance.now() > end || this.stopping) return false;
			await this.pause(GATE);
		}
		// Before it runs: the watchdog starts with it.
		this.vouch.beat();
		gate.admit();
		const asked = new AbortController();
		const watching = setInterval(() => gate.isAsked && asked.abort(), GATE);
		try {
			return (await untilHealthy(appHealth, (end - performance.now()) / 1000, asked.signal)) === undefined;
		} finally {
			clearInterval(watching);
		}
	}

	private async syncAll(bytes: number): Promise<number> {
		// The app has not made its database yet.
		if (bytes === 0) return 0;
		const { litestream } = this.parts;
		if (!this.freeze.isHeld) {
			const { transaction, replicated } = await litestream.sync(SYNC);
			if (replicated < transaction) throw new Error(`transaction ${transaction} is not in the store yet`);
			return transaction;
		}
		// The last word before a handover is not Litestream's: the store is looked into.
		if (await this.replication.prove(SYNC)) return this.known.freshness.transaction;
		throw new Error(this.known.freshness.problem ?? "the last transaction was not found in the store");
	}
}

function stillRunning(database: string): Refusal {
	return new Refusal(
		"app-may-be-running",
		`${database} is not the newest any more, and the app may be running on it`,
		"nothing: the app's watchdog ends it; without one, restart the app's container, which then waits for its data",
	);
}
