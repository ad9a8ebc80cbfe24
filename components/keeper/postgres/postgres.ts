import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Databases } from "./databases";
import { dumpKey } from "./dumps";
import { hasPostgres, postgresUrl } from "./location";
import type { MoveReport, TableDifference } from "./report";
import { runPostgres } from "./run";

/** Where dumps are made, and asked for. */
export const DUMPS = "/dumps";
/** Milliseconds between two looks at whether a dump is done. */
const LOOK = 200;
/** Seconds without a word of it after which nobody seems to make dumps. A dump itself may take hours. */
const DUMP_SECONDS = 6 * 3600;

type Tell = (line: string) => void;

export interface CopyOptions {
	/** A file that was copied before, of which the other is a newer state. */
	after?: string;
	/** Another database than the app's. */
	into?: string;
}

/** All that deploys do with Postgres. */
export class Postgres extends Databases {
	/** Undefined where no server was named: then nothing of Postgres is loaded. */
	static from(environment: NodeJS.ProcessEnv): Postgres | undefined {
		return hasPostgres(environment)
			? new Postgres(() => postgresUrl(environment), environment.HOLDFAST_POSTGRES_DUMPS ?? DUMPS)
			: undefined;
	}

	constructor(
		url: () => string,
		/** Where dumps are made, and asked for. */
		readonly dumps: string,
	) {
		super(url);
	}

	/** All tables of a SQLite file, or what has changed in them since an older state, with verification, in one transaction. */
	copy(
		file: string,
		replace: Record<string, string>,
		tell: Tell,
		{ after, into }: CopyOptions = {},
	): Promise<MoveReport> {
		const older = after === undefined ? [] : ["--after", after];
		return runPostgres("copy", ["--from", file, ...older, ...inDatabase(into), ...replacing(replace)], tell);
	}

	/** What the migration has put into a database that we made is not anybody's rows. */
	baseline(database?: string): Promise<void> {
		return runPostgres("baseline", inDatabase(database));
	}

	/** How both sides differ; nothing where they are equal. */
	async compare(file: string, replace: Record<string, string>): Promise<TableDifference[]> {
		const all = await runPostgres("compare", ["--from", file, ...replacing(replace)]);
		return all.filter(({ onlyPostgres, onlySqlite }) => onlyPostgres > 0 || onlySqlite > 0);
	}

	/** The rows of Postgres into a SQLite file with the same tables, with verification. */
	back(file: string, replace: Record<string, string>, tell: Tell): Promise<MoveReport> {
		return runPostgres("back", ["--to", file, ...replacing(replace)], tell);
	}

	/** Has the container beside the server make a dump, and does not wait for it. */
	askForDump(word: string): void {
		writeFileSync(this.path("request.new"), `${word}\n`, { flush: true });
		renameSync(this.path("request.new"), this.path("request"));
	}

	/** Has the container beside the server make a dump. Returns its key in the store, once it has been proven by a restore. */
	async dump(word: string): Promise<string> {
		this.askForDump(word);
		for (const end = performance.now() + DUMP_SECONDS * 1000; performance.now() < end; await sleep(LOOK)) {
			const [answered, stamp = ""] = firstLines(this.path("answer"));
			if (answered === word) return dumpKey(stamp);
			const [failed, reason] = firstLines(this.path("failed"));
			if (failed === word) throw new Error(`no dump of Postgres could be made: ${reason}`);
		}
		throw new Error(`no dump of Postgres was made within ${DUMP_SECONDS / 3600} hours`);
	}

	private path(name: string): string {
		return join(this.dumps, name);
	}
}

function inDatabase(name: string | undefined): string[] {
	return name === undefined ? [] : ["--database", name];
}

function replacing(replace: Record<string, string>): string[] {
	return Object.keys(replace).length === 0 ? [] : ["--replace", JSON.stringify(replace)];
}

function firstLines(file: string): string[] {
	try {
		return readFileSync(file, "utf8").split("\n");
	} catch {
		return [];
	}
}
