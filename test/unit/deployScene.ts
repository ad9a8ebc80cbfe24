import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished, vi } from "vitest";
import { untilHealthy } from "../../components/keeper/appHealth";
import { Deploys } from "../../components/keeper/deploy/deploys";
import type { Instances } from "../../components/keeper/deploy/instances";
import { Mover } from "../../components/keeper/deploy/mover";
import { RecordFile } from "../../components/keeper/deploy/record";
import type { Version } from "../../components/keeper/deploy/version";
import type { Replicating } from "../../components/keeper/deploy/wayBack";
import type { Way } from "../../components/keeper/door/way";
import { inspect, inspectWhenAsked } from "../../components/keeper/inspect";
import type { CopyOptions, Postgres } from "../../components/keeper/postgres/postgres";
import type { MoveReport, TableDifference } from "../../components/keeper/postgres/report";
import type { Refusal } from "../../components/keeper/refusal";
import { restoreInPlace } from "../../components/keeper/restore";
import type { Parts } from "../../components/keeper/start";
import { MemoryStore } from "./memoryStore";
import { until, VERSION } from "./shellContainer";

/** A container of the app, without a container. */
export class FakeInstance {
	isAsking = true;
	runs = false;
	/** How its migration ends; undefined: with the container. */
	migration: number | undefined | (() => number) = 0;
	version: Version | undefined;
	/** How many stops fail before one succeeds. */
	stopFails = 0;

	constructor(
		readonly id: string,
		private readonly scene: DeployScene,
	) {
		this.version = { ...VERSION, imageName: `notes:${id}`, healthPath: "/health" };
	}

	async mayRun() {
		return this.runs;
	}

	async stop() {
		if (!this.runs) return;
		if (this.stopFails > 0) {
			this.stopFails -= 1;
			throw new Error(`the app's container ${this.id} does not stop`);
		}
		this.scene.events.push(`stop ${this.id}`);
		this.runs = false;
		this.isAsking = true;
	}

	async migrate(database = "sqlite") {
		if (database !== "sqlite") {
			this.scene.events.push(`migrate ${this.id} on ${database}`);
			return typeof this.migration === "function" ? this.migration() : this.migration;
		}
		this.scene.events.push(`migrate ${this.id}`);
		writeFileSync(this.scene.database, `migrated by ${this.id}`);
		return typeof this.migration === "function" ? this.migration() : this.migration;
	}

	admit(database = "sqlite") {
		this.scene.events.push(`admit ${this.id}${database === "sqlite" ? "" : ` on ${database}`}`);
		this.isAsking = false;
		this.runs = true;
	}
}

export function reportOf(direction: MoveReport["direction"]): MoveReport {
	return {
		direction,
		sqlite: "notes.db",
		postgres: "postgres/notes",
		began: "2026-11-22T12:00:00.000Z",
		seconds: { copy: 1, verify: 2, total: 3 },
		tables: [{ name: "notes", rows: 3, hash: "0".repeat(32), decisions: ["due: text as date"], replaced: { text: 2 } }],
		leftAlone: { sqlite: ["old"], postgres: [] },
		verified: true,
	};
}

/** The keeper's deploys with real files, and fakes for containers, replication and door, which write a book of what happens. */
export class DeployScene {
	readonly directory = mkdtempSync(join(tmpdir(), "holdfast-deploys-"));
	readonly database = join(this.directory, "notes.db");
	readonly events: string[] = [];
	readonly said: string[] = [];
	readonly record = new RecordFile(this.directory);
	readonly store = new MemoryStore();
	readonly one = new FakeInstance("one", this);
	readonly two = new FakeInstance("two", this);
	refusal: Refusal | undefined;
	/** What the store answers, one proof after the other; then true. */
	proofs: boolean[] = [];
	snapshotFails: Error | undefined;
	copyFails: Error | undefined;
	/** Milliseconds for the copy of before. */
	copyTakes = 0;
	/** Processes that were started to be asked, and not left again. */
	waiting = 0;
	/** What the store knows of the data. */
	manifest: { transaction: number; moved?: { since: string } } | undefined;
	/** How Postgres differs, one look after the other; then not at all. */
	differences: TableDifference[][] = [];
	/** Why there is no copy, either way. */
	moveFails: Error | undefined;
	/** Why what has changed meanwhile is not copied. */
	restFails: Error | undefined;
	unreachable: string | undefined;
	/** Why the server is not the one that has the data. */
	lost: Refusal | undefined;
	dumpFails: Error | undefined;
	/** Which version is ill, and how. */
	ill: Record<string, string> = {};
	deploys = this.keeper();

	constructor() {
		onTestFinished(() => rmSync(this.directory, { recursive: true, force: true }));
		writeFileSync(this.database, "before");
		vi.mocked(inspect).mockImplementation((async (question: string, path: string, target = "") => {
			if (question === "copy") {
				if (this.copyFails !== undefined) throw this.copyFails;
				await sleep(this.copyTakes);
				this.events.push("copy");
				copyFileSync(path, target);
			}
			return { schema: "schema of before", rows: {} };
		}) as unknown as typeof inspect);
		vi.mocked(inspectWhenAsked).mockImplementation((async (question: "copy", path: string, target: string) => {
			this.waiting += 1;
			return { ask: () => inspect(question, path, target), leave: () => (this.waiting -= 1) };
		}) as unknown as typeof inspectWhenAsked);
		vi.mocked(untilHealthy).mockImplementation(async (url) => {
			const { hostname: id } = new URL(url ?? "http://unasked");
			this.events.push(`health ${id}`);
			return this.ill[id];
		});
		vi.mocked(restoreInPlace).mockImplementation((async () => {
			this.events.push("restore");
			writeFileSync(this.database, "of the snapshot");
			return { transaction: 1, restoreSeconds: 0, checkSeconds: 0, aside: "/aside" };
		}) as unknown as typeof restoreInPlace);
	}

	/** The deploys of another keeper on the same data. */
	keeper(): Deploys {
		const scene = this;
		const { events } = this;
		const replication: Replicating = {
			get refusal() {
				return scene.refusal;
			},
			prove: async () => {
				events.push("prove");
				return this.proofs.shift() ?? true;
			},
			snapshot: async (name, image) => {
				if (this.snapshotFails !== undefined) throw this.snapshotFails;
				events.push("snapshot");
				return { name, image, transaction: 7, time: "" };
			},
			rest: async () => void events.push("rest"),
			goOn: () => void events.push("go on"),
		};
		const door = {
			close: () => events.push("close"),
			open: () => events.push("open"),
			drained: async () => void events.push("drained"),
			end: () => void events.push("end"),
		} as unknown as Way;
		const all: Record<string, FakeInstance> = { one: this.one, two: this.two };
		const instances = { get: (id: string) => all[id], tidy: async () => {} } as unknown as Instances;
		const { directory: dataDirectory, database } = this;
		const settings = { app: "a/b/c", dataDirectory, database, store: "s3://bucket/notes" };
		const manifest = {
			read: async () => scene.manifest,
			get known() {
				return scene.manifest;
			},
			update: async (changes: { moved?: { since: string } }) => {
				events.push(`manifest ${changes.moved === undefined ? "sqlite" : "postgres"}`);
				scene.manifest = { transaction: 0, ...scene.manifest, ...changes };
			},
		};
		const parts = { settings, manifest, store: this.store } as unknown as Parts;
		const mover = new Mover(parts, this.record, this.postgres());
		return new Deploys(parts, replication, door, instances, this.record, (line) => this.said.push(line), mover);
	}

	/** A server without a server. */
	private postgres(): Postgres {
		const { events } = this;
		const moved = async (word: string, direction: MoveReport["direction"], fails = this.moveFails) => {
			events.push(word);
			if (fails !== undefined) throw fails;
			return reportOf(direction);
		};
		return {
			unreachable: async () => this.unreachable,
			prepare: async (isKnown: boolean) => void events.push(`prepare ${isKnown ? "known" : "unknown"}`),
			baseline: async () => void events.push("baseline"),
			copy: (file: string, replace: object, _tell: unknown, { after }: CopyOptions = {}) => {
				// Each part reads files that are there.
				const copied =
					after === undefined ? readFileSync(file, "utf8") : `changes since ${readFileSync(after, "utf8")}`;
				const fails = after === undefined ? this.moveFails : this.restFails;
				return moved(`copy "${copied}" to Postgres${JSON.stringify(replace)}`, "to-postgres", fails);
			},
			back: () => moved("copy to SQLite", "to-sqlite"),
			compare: async () => {
				events.push("compare");
				return this.differences.shift() ?? [];
			},
			needKnown: async () => {
				if (this.lost !== undefined) throw this.lost;
			},
			letIn: async () => void events.push("let in"),
			setAsideServed: async () => {
				events.push("set aside");
				return "notes_set_aside_x";
			},
			askForDump: () => void events.push("ask for a dump"),
			dump: async () => {
				events.push("dump");
				if (this.dumpFails !== undefined) throw this.dumpFails;
				return "postgres/dumps/2026-11-22T13-00-00Z.dump";
			},
		} as unknown as Postgres;
	}

	/** Runs a deploy to its end, as the container that asks for it does. */
	async deploy(id: string, attempt = `attempt ${id}`) {
		this.deploys.follow(attempt, id);
		await until(() => this.deploys.follow(attempt, id).outcome !== undefined);
		// Only then may another begin.
		await new Promise((resolve) => setTimeout(resolve, 5));
		return this.deploys.follow(attempt, id);
	}

	/** A version that serves, with data in place. */
	async served(): Promise<this> {
		await this.deploy("one");
		writeFileSync(this.database, "written by one");
		this.events.splice(0);
		this.said.splice(0);
		return this;
	}

	/** Whether an instance runs, which one the record says serves, and what is under way. */
	serving({ runs }: FakeInstance) {
		return [runs, this.record.value.current?.instance, this.record.value.switching];
	}

	/** Copies of the data that a deploy has left behind. */
	get copies(): string[] {
		return readdirSync(this.directory).filter((name) => name.includes(".holdfast-before-"));
	}
}
