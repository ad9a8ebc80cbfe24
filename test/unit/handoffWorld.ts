import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../../components/keeper/clock";
import { Handoff } from "../../components/keeper/handoff";
import { HandoffLease } from "../../components/keeper/handoffLease";
import type { Hands, Memory, Source } from "../../components/keeper/hands";
import { Refusal } from "../../components/keeper/refusal";
import { type Condition, type Store, StoreUnreachable } from "../../components/keeper/stores/store";
import { BEAT_SECONDS, deadlinesOf } from "../../components/watchdog";
import { MemoryStore } from "./memoryStore";

export const LEASE = 5;
const DEADLINES = deadlinesOf(LEASE);

/** What is wrong on purpose, to see that it is found. */
export type Bug =
	| "no freeze"
	| "unconditional writes"
	| "wall clocks"
	| "hand over before the sync"
	| "no look at the lease before an acknowledgement"
	| "no dead-man switch"
	| "no replica per generation";

/** When a write is acknowledged: by the app alone, at the door once it is on the disk, or there once the store has it. */
export type Acknowledge = "app" | "local" | "replicated";

/** Numbers that the same seed brings again (mulberry32). */
export function randomOf(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Machines, a store and time, all simulated; the lease and the protocol are the real ones. */
export class World {
	now = 0;
	readonly machines: Machine[] = [];
	/** What clients were told, in order. */
	readonly acknowledged: { row: string; epoch: number; by: string }[] = [];
	/** Rows of the replica by generation: a path of its own for each owner that did not get the lease from the one before. */
	readonly replicas = new Map<number, string[]>([[0, []]]);
	generation = 0;
	readonly violations: string[] = [];
	readonly objects = new MemoryStore();
	/** Seconds that a request to the store may take, and how often its answer is lost. */
	slowness = 0.02;
	lostAnswers = 0;
	private timers: { at: number; wake: () => void }[] = [];

	constructor(
		readonly random: () => number,
		readonly acknowledge: Acknowledge,
		readonly bugs: Set<Bug> = new Set(),
	) {}

	sleep(milliseconds: number): Promise<void> {
		return new Promise((wake) => this.timers.push({ at: this.now + Math.max(0, milliseconds), wake }));
	}

	/** Lets time pass; as fast as the simulation can. */
	async pass(seconds: number): Promise<void> {
		const end = this.now + seconds * 1000;
		for (;;) {
			await turn();
			const next = this.timers.reduce<{ at: number; wake: () => void } | undefined>(
				(best, one) => (best === undefined || one.at < best.at ? one : best),
				undefined,
			);
			if (next === undefined || next.at > end) break;
			this.timers.splice(this.timers.indexOf(next), 1);
			this.now = Math.max(this.now, next.at);
			next.wake();
		}
		this.now = end;
	}

	tell(row: string, epoch: number, by: Machine): void {
		const last = this.acknowledged.at(-1);
		if (last !== undefined && epoch < last.epoch) {
			this.violations.push(`${by.name} acknowledged under epoch ${epoch} after ${last.by} had under ${last.epoch}`);
		}
		for (const other of this.machines) {
			if (other !== by && other.canAcknowledge) this.violations.push(`${by.name} and ${other.name} both acknowledge`);
		}
		this.acknowledged.push({ row, epoch, by: by.name });
	}
}

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
	private beat = 0;
	private isReplicating = false;
	private generation = 0;
	private replicated = 0;
	private life = 0;
	private sleeping: (() => void)[] = [];
	private readonly offset: number;

	constructor(
		readonly world: World,
		readonly name: string,
	) {
		world.machines.push(this);
		this.offset = (world.random() - 0.5) * 7_200_000;
		void this.runApp();
		void this.watchApp();
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
		const settings = { owner: this.name, leaseSeconds: LEASE, app: "notes" };
		const LeaseClass = this.world.bugs.has("wall clocks") ? WallClockLease : HandoffLease;
		this.lease = new LeaseClass(this.storeOf(life), settings, alive);
		this.keeper = new Handoff(this.lease, this.handsOf(life), settings, () => {}, alive);
		this.keeper.run().catch((error: Error) => this.world.violations.push(`${this.name} died: ${error.stack}`));
		void this.beatOn(life, this.keeper);
	}

	crash(): void {
		this.life += 1;
		this.keeper = undefined;
		this.isReplicating = false;
		this.isFrozen = false;
		// Where writes wait for the store, they wait at the keeper's door. Else the app might go on until it is killed.
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
		return this.keeper?.phase === "serving" && !this.isKeeperStopped && (this.lease?.isFresh ?? false);
	}

	private async wake<T>(work: Promise<T>): Promise<T> {
		const done = await work;
		while (this.isPaused || this.isKeeperStopped) await new Promise<void>((resolve) => this.sleeping.push(resolve));
		return done;
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
		const { world } = this;
		const request = async <T>(work: () => Promise<T>, isWrite: boolean): Promise<T> => {
			await world.sleep(world.random() * world.slowness * 1000);
			if (this.isCutOff) {
				await this.sleep(1000);
				throw new StoreUnreachable("no route");
			}
			const answer = await work();
			await this.sleep(world.random() * world.slowness * 1000);
			if (isWrite && world.random() < world.lostAnswers) throw new StoreUnreachable("the answer was lost");
			return answer;
		};
		const alive = <T>(work: () => Promise<T>, isWrite = false) => this.whileAlive(life, request(work, isWrite));
		return {
			get: (key: string) => alive(() => world.objects.get(key)),
			put: (key: string, content: string, condition: Condition) =>
				alive(async () => {
					if (!world.bugs.has("unconditional writes")) return world.objects.put(key, content, condition);
					const found = await world.objects.get(key);
					return world.objects.put(key, content, found === undefined ? "absent" : { version: found.version });
				}, true),
		} as unknown as Store;
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
			stopApp: () => {
				// The beat stops, and with it the app.
			},
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
				this.isReplicating = false;
			},
			sync: () => alive(this.sync()),
			openDoor: (epoch) => {
				this.door = epoch;
			},
			closeDoor: () => {
				this.door = undefined;
			},
		};
	}

	private async place(source: Source): Promise<void> {
		const { world } = this;
		await this.sleep(world.random() * 300);
		if (source !== "local") {
			if (this.isAppAlive) throw new Refusal("app-may-be-running", "the app runs", "wait");
			// Whoever did not get the lease from the one before leaves that one's path to it.
			const before = world.replicas.get(world.generation) ?? [];
			if (source === "replica" && !world.bugs.has("no replica per generation")) {
				world.generation += 1;
				world.replicas.set(world.generation, [...before]);
			}
			const transaction = typeof source === "object" ? source.transaction : before.length;
			if (before.length < transaction) world.violations.push(`${this.name} finds less than was handed over`);
			this.rows = before.slice(0, transaction);
			this.replicated = transaction;
		}
		this.generation = world.generation;
	}

	private async startApp(): Promise<boolean> {
		await this.sleep(this.world.random() * 1000);
		this.isAppAlive = true;
		this.beat += 1;
		this.rows?.push(`${this.name} wrote at its start`);
		this.rows?.pop();
		if (!this.isHealthy) await this.sleep(2000);
		return this.isHealthy;
	}

	private async sync(): Promise<number> {
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
			if (keeper.mayRun(DEADLINES.margin * 1000)) this.beat += 1;
			await this.whileAlive(life, this.sleep(BEAT_SECONDS * 1000));
		}
	}

	/** The dead-man switch, beside the app: it sleeps only when the whole machine does. */
	private async watchApp(): Promise<void> {
		let seen = { beat: 0, at: this.world.now };
		for (;;) {
			await this.world.sleep(500);
			if (this.isPaused) continue;
			if (this.beat !== seen.beat || !this.isAppAlive) seen = { beat: this.beat, at: this.world.now };
			else if (this.world.now - seen.at >= DEADLINES.quiet * 1000 && !this.world.bugs.has("no dead-man switch")) {
				this.isAppAlive = false;
			}
		}
	}

	private async runApp(): Promise<void> {
		for (let count = 1; ; count += 1) {
			await this.world.sleep(20 + this.world.random() * 180);
			if (!this.isAppAlive || this.isPaused || this.isFrozen || this.rows === undefined) continue;
			const { door } = this;
			const row = `${this.name}-${count}`;
			// Without a request it writes too, now and then: nobody is told of that.
			if (door === undefined && this.world.random() < 0.8) continue;
			this.rows.push(row);
			if (this.world.acknowledge === "app") this.world.tell(row, this.lease?.epoch ?? 0, this);
			else if (door === undefined) continue;
			else if (this.world.acknowledge === "local") this.world.tell(row, door, this);
			else void this.tellWhenReplicated(row, door);
		}
	}

	private async tellWhenReplicated(row: string, door: number): Promise<void> {
		const { keeper, life } = this;
		if (keeper === undefined || this.isKeeperStopped) return;
		const skip = this.world.bugs.has("no look at the lease before an acknowledgement");
		try {
			const epoch = skip
				? await this.sync().then(() => door)
				: (await this.whileAlive(life, keeper.acknowledge())).epoch;
			if (this.life === life) this.world.tell(row, epoch, this);
		} catch {
			// The client got an error.
		}
	}
}

/** The bug that design.md warns of: the holder's clock is compared with ours. */
class WallClockLease extends HandoffLease {
	constructor(
		store: Store,
		settings: ConstructorParameters<typeof HandoffLease>[1],
		private readonly own: Clock,
	) {
		const put: Store["put"] = (key, content, condition) =>
			store.put(key, JSON.stringify({ ...JSON.parse(content), wall: own.now() }), condition);
		super({ ...store, put }, settings, own);
	}

	override isExpired(record: Parameters<HandoffLease["isExpired"]>[0]): boolean {
		return this.own.now() - (record as unknown as { wall: number }).wall >= record.seconds * 1000;
	}
}
