import type { Postgres } from "../postgres/postgres";
import type { MoveReport } from "../postgres/report";
import { Refusal } from "../refusal";
import type { Parts } from "../start";
import type { Instance } from "./instance";
import { MoveCopy } from "./moveCopy";
import { storeReport } from "./moveReport";
import { differenceWords, newerRows, noSnapshot, notYetSettled, reportLines, settled } from "./moveWords";
import { databaseOf, type Moving, type RecordFile } from "./record";
import type { Version } from "./version";

/** Seconds for the server to answer. */
const ANSWERS = 30;
/** What a deploy means for where the data is. */
export type Course =
	/** From SQLite to SQLite, as everywhere. */
	| "stay"
	/** From SQLite to Postgres. */
	| "move"
	/** From Postgres to Postgres. */
	| "go-on"
	/** From Postgres to SQLite. */
	| "return";

type Tell = (line: string) => void;

/** What deploys do where Postgres is wanted, or serves. */
export class Mover {
	/** Of the deploy that made one last. */
	private dumped: { attempt: string; key: string } | undefined;
	private readonly copy: MoveCopy;

	constructor(
		private readonly parts: Parts,
		private readonly record: RecordFile,
		private readonly server: Postgres | undefined,
	) {
		this.copy = new MoveCopy(parts.settings, () => this.postgres);
	}

	courseOf({ database = "sqlite" }: Version): Course {
		const from = databaseOf(this.record.value);
		if (database === from) return from === "sqlite" ? "stay" : "go-on";
		return database === "postgres" ? "move" : "return";
	}

	/** Does what can be done, and refuses what can be refused, while the version of before serves. */
	async prepare(course: Course, instance: Instance, version: Version, hasData: boolean, tell: Tell): Promise<void> {
		if (course === "stay") return;
		if (version.backTo !== undefined && "snapshot" in version.backTo) throw noSnapshot();
		if (course === "return") return this.prepareReturn(version, tell);
		await this.needServer();
		if (course === "go-on") return this.postgres.needKnown();
		const { current, moving } = this.record.value;
		if (version.move?.settled && hasData) throw notYetSettled();
		await this.postgres.prepare(current !== undefined || moving?.switched !== undefined, tell);
		if (version.migrates) {
			const began = performance.now();
			await migrate(instance, tell);
			await this.postgres.baseline();
			tell(`the migration made the tables in Postgres, in ${secondsSince(began)} s; the version of before serves on`);
		}
		if (hasData) await this.copy.first(version.move?.replace ?? {}, tell);
	}

	/** All rows are on the other side, proven, before the new version is let in there. Both versions are stopped. */
	async move(hasData: boolean, { move }: Version, tell: Tell): Promise<void> {
		if (hasData) {
			const report = await this.copy.last(move?.replace ?? {}, tell);
			this.record.update({ moving: { ...this.record.value.moving, replace: move?.replace } });
			await this.keep(report, tell);
			this.reached("copied", "verified");
		}
		// Before anything can be written there: a host that is lost must not come back with what SQLite has.
		const since = new Date().toISOString();
		await this.parts.manifest.update({ moved: { to: "postgres", since } });
		await this.postgres.letIn();
	}

	/** A version that stays on Postgres: what its migration makes of the data, only a dump leads back from. */
	async goOn(attempt: string, instance: Instance, version: Version, tell: Tell): Promise<void> {
		await this.postgres.letIn();
		if (!version.migrates || version.backTo !== undefined) return;
		const began = performance.now();
		const key = await this.postgres.dump(attempt);
		this.dumped = { attempt, key };
		tell(`Postgres was dumped to ${key}, and the dump restored to prove it, in ${secondsSince(began)} s`);
		await migrate(instance, tell);
		tell("the migration is done");
	}

	/** The rows that were written to Postgres come along, or stay there, as the user says. The SQLite file has its schema. */
	async bringBack({ move }: Version, tell: Tell): Promise<void> {
		if (move?.return === "leave")
			return tell("SQLite is as it was at the switch; the rows written since stay in Postgres");
		const { database } = this.parts.settings;
		if (move?.return === "copy") return this.keep(await this.postgres.back(database, this.replaced, tell), tell);
		// What was written between the first look and the stop.
		const differences = await this.postgres.compare(database, this.replaced);
		if (differences.length > 0) throw newerRows(differences);
	}

	/** What serves now has its data where it was to have it. It fails never: what a failure leads to would undo what serves. */
	async done(course: Course, attempt: string, { move }: Version, tell: Tell): Promise<void> {
		if (course === "move") {
			this.noted(tell, "switched");
			this.askForDump(attempt, tell);
			await this.copy.discard(tell);
		}
		if (course === "return") this.noted(tell, "returned");
		const isSettled = course === "go-on" && move?.settled && this.record.value.moving?.settled === undefined;
		if (isSettled && this.noted(tell, "settled")) {
			tell("the move is settled: there is no way back to SQLite by a setting any more, and its replica may be pruned");
		}
		await this.reconciled(tell);
	}

	/** All is as it was before, and what the new version may have written to Postgres is kept under another name. */
	async failed(course: Course, attempt: string, tell: Tell): Promise<void> {
		if (course === "go-on") {
			if (this.dumped?.attempt !== attempt) return;
			tell(`Postgres is as the new version left it; the dump of before is ${this.dumped.key} in the store`);
		}
		if (course !== "move") return;
		await this.copy.discard(tell);
		await this.reconciled(tell);
		// Where that cannot be done now, the next move does it: the database says that an app was let in on it.
		await this.postgres
			.setAsideServed()
			.then((aside) => aside && tell(`what it wrote to Postgres is in the database ${aside}`))
			.catch((error: Error) => tell(`warning: the Postgres database is not set aside yet: ${error.message}`));
	}

	/** Where that cannot be done now, the keeper does it later. */
	private async reconciled(tell: Tell): Promise<void> {
		await this.reconcile().catch((error: Error) => tell(`warning: the manifest is not written yet: ${error.message}`));
	}

	/** The manifest says what the record says: a keeper may have died between the two. */
	async reconcile(): Promise<void> {
		const { manifest } = this.parts;
		const { current, moving } = this.record.value;
		const isMoved = databaseOf(this.record.value) === "postgres";
		if ((manifest.known?.moved !== undefined) === isMoved || current === undefined) return;
		const since = moving?.switched ?? current.since;
		await manifest.update({ moved: isMoved ? { to: "postgres", since } : undefined });
	}

	/** In words, why Postgres does not answer; undefined where it does. */
	unreachable(seconds: number): Promise<string | undefined> {
		return this.postgres.unreachable(seconds);
	}

	/** A report is in the backup store, and in what the deploy says. */
	private async keep(report: MoveReport, tell: Tell): Promise<void> {
		if (!report.verified) throw new Error("both sides are not equal: nothing was switched");
		const key = await storeReport(this.parts, report);
		const rows = report.tables.reduce((sum, table) => sum + table.rows, 0);
		const { direction, seconds, tables } = report;
		const kept = { key, rows, tables: tables.length, seconds: seconds.total, direction };
		this.record.update({ moving: { ...this.record.value.moving, report: kept } });
		for (const line of reportLines(report)) tell(line);
	}

	/** Whether the state could be written down; what serves does so in any case. */
	private noted(tell: Tell, state: keyof Moving): boolean {
		try {
			this.reached(state);
			return true;
		} catch (error) {
			tell(`warning: the state of the move could not be written down: ${(error as Error).message}`);
			return false;
		}
	}

	private reached(...states: (keyof Moving)[]): void {
		const now = new Date().toISOString();
		const { rehearsed, report, replace, ...before } = this.record.value.moving ?? {};
		// A move that begins anew has reached nothing of what the one before had.
		const kept = states.includes("copied") ? {} : before;
		const reached = Object.fromEntries(states.map((state) => [state, now]));
		this.record.update({
			moving: {
				...(rehearsed && { rehearsed }),
				...(report && { report }),
				...(replace && { replace }),
				...kept,
				...reached,
			},
		});
	}

	private async prepareReturn({ move }: Version, tell: Tell): Promise<void> {
		if (this.record.value.moving?.settled !== undefined) throw settled();
		if (move?.return === "leave") return;
		await this.needServer();
		const differences = await this.postgres.compare(this.parts.settings.database, this.replaced);
		if (differences.length === 0) return tell("Postgres has no rows that SQLite has not: SQLite goes on as it is");
		if (move?.return === undefined) throw newerRows(differences);
		tell(`${differenceWords(differences)}: they are copied to SQLite`);
	}

	/** Those of before have nothing of what was copied, and the next by itself may be a day away. */
	private askForDump(attempt: string, tell: Tell): void {
		try {
			this.postgres.askForDump(attempt);
		} catch (error) {
			tell(`warning: no dump of Postgres could be asked for: ${(error as Error).message}`);
		}
	}

	/** What was replaced on the way there is no difference on the way back. */
	private get replaced(): Record<string, string> {
		return this.record.value.moving?.replace ?? {};
	}

	private async needServer(): Promise<void> {
		const reason = await this.postgres.unreachable(ANSWERS);
		if (reason === undefined) return;
		throw new Refusal(
			"postgres-unreachable",
			`Postgres does not answer: ${reason}`,
			"docker logs of its container say why; then run this again. The version of before serves",
		);
	}

	private get postgres(): Postgres {
		if (this.server !== undefined) return this.server;
		throw new Refusal(
			"settings-wrong",
			"this version has its data in Postgres, and the keeper was told of no server",
			"add holdfast:postgres to the settings, or set holdfast:database to sqlite",
		);
	}
}

/** On Postgres, by the version that is to serve, from a container at rest. */
export async function migrate(instance: Instance, tell: Tell): Promise<void> {
	if (instance.isAtWork) {
		tell("a migration that a keeper before this one began is stopped first");
		await instance.stop(1);
	}
	const code = await instance.migrate("postgres");
	if (code === undefined) throw new Error("the new version's container ended during its migration on Postgres");
	if (code !== 0) throw new Error(`the migration failed on Postgres with exit code ${code}`);
}

function secondsSince(began: number): string {
	return ((performance.now() - began) / 1000).toFixed(1);
}
