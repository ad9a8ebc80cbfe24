import type { Clock } from "../../components/keeper/clock";
import { Handoff } from "../../components/keeper/handoff";
import { HandoffLease } from "../../components/keeper/handoffLease";
import type { Hands, Memory, Source } from "../../components/keeper/hands";
import { Ended, Refusal } from "../../components/keeper/refusal";
import type { Revision } from "../../components/keeper/revision";
import { type Store, StoreUnreachable } from "../../components/keeper/stores/store";
import { BEAT_SECONDS, deadlinesOf } from "../../components/watchdog";
import { runApp, watchApp } from "./handoffApp";
import { beginGeneration, simulatedStore, WallClockLease } from "./handoffStore";
import type { World } from "./handoffWorld";

const LEASE = 5;
const DEADLINES = deadlinesOf(LEASE);

/** An instance: a keeper and an app with a disk of their own. */
export class Machine implements Clock {
	keeper: Handoff | undefined;
	lease: HandoffLease | undefined;
	isPaused = false;
	isKeeperStopped = false;
	isCutOff = false;
	isHealthy = true;
	/** The app's process, what it may acknowledge, and its database. */
	isAppAlive = false;
	door: number | undefined;
	isFrozen = false;
	rows: string[] | undefined;
	memory: Memory = {};
	/** What the dead-man switch hears. */
	beat = 0;
	isReplicating = false;
	/** How often the platform started another in its place. */
	replacements = 0;
	/** How often the replication was stopped. */
	stops = 0;
	private generation = 0;
	private replicated = 0;
	private life = 0;
	private sleeping: (() => void)[] = [];
	private readonly offset: number;

	constructor(
		readonly world: World,
		readonly name: string,
		private readonly revision?: Revision,
	) {
		world.machines.push(this);
		this.offset = (world.random() - 0.5) * 7_200_000;
		void runApp(this);
		void watchApp(this, DEADLINES.quiet * 1000);
	}

	/** Its own clock: an hour off from another's. */
	now(): number {
		return this.world.now + this.offset;
	}

	sleep(milliseconds: number): Promise<void> {
		return this.wake(this.world.sleep(milliseconds));
	}

	/** Starts the keeper, on whatever is on the disk. */
	start(): void {
		this.life += 1;
		this.isReplicating = false;
		this.isFrozen = false;
		const { life } = this;
		const alive: Clock = {
			now: () => this.now(),
			sleep: (milliseconds) => this.whileAlive(life, this.sleep(milliseconds)),
		};
		const settings = { owner: this.name, leaseSeconds: LEASE, app: "notes", revision: this.revision };
		const LeaseClass = this.world.bugs.has("wall clocks") ? WallClockLease : HandoffLease;
		this.lease = new LeaseClass(this.storeOf(life), settings, alive);
		this.keeper = new Handoff(this.lease, this.handsOf(life), settings, () => {}, alive);
		this.keeper.run().catch((error: Error) => {
			if (!(error instanceof Ended)) this.world.violations.push(`${this.name} died: ${error.stack}`);
			else if (this.life === life) this.beReplaced();
		});
		void this.beatOn(life, this.keeper);
	}

	crash(): void {
		this.life += 1;
		if (this.world.isPlatform) this.isAppAlive = false;
		this.keeper = undefined;
		this.isReplicating = false;
		this.isFrozen = false;
	}

	/** The platform starts another in its place, with a disk of its own. */
	private beReplaced(): void {
		this.destroy();
		this.rows = undefined;
		this.memory = {};
		this.replacements += 1;
		void this.world.sleep(1000).then(() => this.keeper ?? this.start());
	}

	/** Both end for good. */
	destroy(): void {
		this.crash();
		this.isAppAlive = false;
	}

	resume(): void {
		this.isPaused = false;
		this.isKeeperStopped = false;
		for (const wake of this.sleeping.splice(0)) wake();
	}

	get canAcknowledge(): boolean {
		const canWrite = this.isAppAlive && !this.isPaused && !this.isFrozen;
		if (!canWrite || this.world.acknowledge === "app") return canWrite;
		if (this.world.acknowledge === "local") return this.door !== undefined;
		return this.keeper?.standing.pausedBy() === undefined && this.keeper !== undefined && !this.isKeeperStopped;
	}

	private async wake<T>(work: Promise<T>): Promise<T> {
		const done = await work;
		while (this.isPaused || this.isKeeperStopped) await new Promise<void>((resolve) => this.sleeping.push(resolve));
		return done;
	}

	/** What the processes of this life wait for; it never comes once they have died. */
	ofThisLife(): <T>(work: Promise<T>) => Promise<T> {
		const { life } = this;
		return (work) => this.whileAlive(life, work);
	}

	/** What a process waits for when it dies never comes. */
	private async whileAlive<T>(life: number, work: Promise<T>): Promise<T> {
		const done = await work.catch((error) => {
			if (this.life !== life) return undefined as T;
			throw error;
		});
		return this.life === life ? done : new Promise(() => {});
	}

	private storeOf(life: number): Store {
		return simulatedStore(this, (work) => this.whileAlive(life, work));
	}

	private handsOf(life: number): Hands {
		const machine = this;
		const { world } = this;
		const alive = <T>(work: Promise<T>) => this.whileAlive(life, work);
		return {
			get memory() {
				return machine.memory;
			},
			remember: (memory) => {
				this.memory = memory;
			},
			prepare: () => alive(this.sleep(world.random() * 500)),
			place: (source) => alive(this.place(source)),
			startApp: () => alive(this.startApp()),
			// A door of the keeper's own is where it acknowledges; else the app itself looks at a file.
			isBehindDoor: world.isPlatform,
			// The beat stops, and with it the app; on a platform, the keeper ends, and with it the instance.
			stopApp: () => world.isPlatform && this.isAppAlive,
			freeze: async () => {
				await alive(this.sleep(world.random() * 200));
				this.isFrozen = !world.bugs.has("no freeze");
				return true;
			},
			thaw: async () => {
				this.isFrozen = false;
			},
			startReplication: () => {
				this.isReplicating = true;
			},
			stopReplication: async () => {
				if (this.isReplicating) this.stops += 1;
				this.isReplicating = false;
			},
			sync: () => alive(this.sync()),
			openDoor: (epoch) => {
				this.door = epoch;
			},
			closeDoor: () => {
				this.door = undefined;
			},
			drained: () => alive(this.sleep(world.random() * 300)),
			settled: () => alive(this.sleep(world.random() * 300)),
			endDoor: () => {
				this.door = undefined;
			},
		};
	}

	private async place(source: Source): Promise<void> {
		const { world } = this;
		let { generation } = world;
		await this.sleep(world.random() * 300);
		if (source !== "local") {
			if (this.isAppAlive) throw new Refusal("app-may-be-running", "the app runs", "wait");
			const before = world.replicas.get(generation) ?? [];
			const transaction = typeof source === "object" ? source.transaction : before.length;
			if (before.length < transaction) world.violations.push(`${this.name} finds less than was handed over`);
			this.rows = before.slice(0, transaction);
			this.replicated = transaction;
			// Whoever did not get the lease from the one before leaves that one's path to it.
			if (source === "replica" && !world.bugs.has("no replica per generation")) {
				generation = await beginGeneration(this, generation, this.rows);
			}
		}
		this.generation = generation;
	}

	private async startApp(): Promise<boolean> {
		await this.sleep(this.world.random() * 1000);
		this.isAppAlive = true;
		this.beat += 1;
		if (!this.isHealthy) await this.sleep(2000);
		return this.isHealthy;
	}

	async sync(): Promise<number> {
		const { world } = this;
		const upTo = this.rows?.length ?? 0;
		if (world.bugs.has("hand over before the sync") && this.isFrozen) return upTo;
		await this.sleep(world.random() * world.slowness * 1000);
		if (this.isCutOff || !this.isReplicating) throw new StoreUnreachable("no route");
		const replica = world.replicas.get(this.generation) ?? [];
		for (; this.replicated < upTo; this.replicated += 1) replica[this.replicated] = this.rows?.[this.replicated] ?? "";
		await this.sleep(world.random() * world.slowness * 1000);
		return upTo;
	}

	private async beatOn(life: number, keeper: Handoff): Promise<void> {
		while (this.life === life) {
			if (keeper.standing.mayRun(DEADLINES.margin * 1000)) this.beat += 1;
			await this.whileAlive(life, this.sleep(BEAT_SECONDS * 1000));
		}
	}
}
