import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Database, Version } from "./version";

/** A container of the app, and the version that it runs. */
export interface Deployed {
	instance: string;
	version: Version;
	/** When it began to serve, ISO 8601. */
	since: string;
	/** Schema of the database when it was let in last; of a version that has ended, when it ended. */
	schema?: string;
	/** Where its data is. @default "sqlite" */
	database?: Database;
}

/** How far a move to Postgres is: the time of each state that was reached, ISO 8601. */
export interface Moving {
	rehearsed?: string;
	copied?: string;
	verified?: string;
	switched?: string;
	/** The user has given up the way back. */
	settled?: string;
	/** SQLite serves again. */
	returned?: string;
	/** The last report, and where it is in the backup store. */
	report?: { key: string; rows: number; tables: number; seconds: number; direction: "to-postgres" | "to-sqlite" };
	/** What was taken instead of values that Postgres cannot hold. */
	replace?: Record<string, string>;
	/** Postgres was brought back from a dump by hand, on a host that does not know of it. */
	adopted?: string;
}

/** What ran before, and how to get back to its data. */
export interface Previous extends Deployed {
	/** Named snapshot of the replica, taken when it had stopped. */
	snapshot?: string;
}

/** A deploy that has begun and not ended. */
export interface Switching {
	/** Who asked for it: the container that waits for its end. */
	attempt: string;
	to: Deployed;
	/** Schema, snapshot and copy of the data before; the copy is whole when it stands here. None where the file stays as it is. */
	before?: { copy?: string; snapshot: string; schema: string };
}

export interface Outcome {
	attempt: string;
	instance: string;
	ok: boolean;
	reason?: string;
	time: string;
	/** By which a person knows the version. @default - not known: written by an older keeper, or it never said what it is */
	imageName?: string;
}

/** Which version serves. It lies beside the database, since it must be as durable. */
export interface DeployRecord {
	format: 1;
	current?: Deployed;
	previous?: Previous;
	switching?: Switching;
	moving?: Moving;
	/** How the last deploys ended, the newest last. */
	outcomes: Outcome[];
}

const FILE = ".holdfast-deploy.json";
const KEPT_OUTCOMES = 20;

/** Where the data of what serves is. */
export function databaseOf({ current, moving }: Pick<DeployRecord, "current" | "moving">): Database {
	return current === undefined && moving?.adopted !== undefined ? "postgres" : (current?.database ?? "sqlite");
}

/** The record, in memory and on the disk. */
export class RecordFile {
	private record: DeployRecord | undefined;
	/** What the last deploy was to, also when it has ended. */
	private begun: Deployed | undefined;

	/**
	 * @param beside another disk's directory, where a copy is: the data directory can be lost while its containers are not,
	 * and then the app that serves must still be known.
	 */
	constructor(
		private readonly directory: string,
		private readonly beside?: string,
	) {}

	get value(): DeployRecord {
		this.record ??= this.read();
		return this.record;
	}

	/** Written whole before it counts: what is decided after it must find it. */
	update(changes: Partial<DeployRecord>): void {
		const next = { ...this.value, ...changes };
		for (const directory of this.directories) {
			const file = join(directory, FILE);
			writeFileSync(`${file}.new`, JSON.stringify(next, undefined, "\t"), { flush: true });
			renameSync(`${file}.new`, file);
			const opened = openSync(directory, "r");
			fsyncSync(opened);
			closeSync(opened);
		}
		this.record = next;
		this.begun = next.switching?.to ?? this.begun;
	}

	ended(outcome: Omit<Outcome, "time">, changes: Partial<DeployRecord> = {}): void {
		const to = [this.begun, this.value.current].find((each) => each?.instance === outcome.instance);
		const named = { ...outcome, time: new Date().toISOString(), ...(to && { imageName: to.version.imageName }) };
		const outcomes = [...this.value.outcomes, named].slice(-KEPT_OUTCOMES);
		this.update({ ...changes, switching: undefined, outcomes });
	}

	private read(): DeployRecord {
		const file = this.directories.map((directory) => join(directory, FILE)).find(existsSync);
		if (file === undefined) return { format: 1, outcomes: [] };
		return JSON.parse(readFileSync(file, "utf8")) as DeployRecord;
	}

	/** That of the data counts first. */
	private get directories(): string[] {
		return [this.directory, ...(this.beside !== undefined && existsSync(this.beside) ? [this.beside] : [])];
	}
}
