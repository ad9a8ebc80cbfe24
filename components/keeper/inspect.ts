import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { defectOf, type Look, look, rowsOf, schemaOf } from "./database";
import { copyDatabase, rowsSince } from "./deploy/copy";
import { shapeOf } from "./deploy/shape";

/** What can be asked of a database file. */
const QUESTIONS = {
	look: (path: string): Look => look(path, "quick_check"),
	check: (path: string) => ({ defect: defectOf(path, "integrity_check") }),
	rows: (path: string) => ({ rows: rowsOf(path), schema: schemaOf(path) }),
	schema: (path: string) => ({ schema: schemaOf(path) }),
	truncateWal: (path: string) => ({ done: truncateWal(path) }),
	settle: (path: string) => ({ done: settle(path) }),
	inUse: (path: string) => ({ inUse: isOpenElsewhere(path) }),
	shape: shapeOf,
	/** Copies it to another path, as it is at one moment, while others write. */
	copy: async (path: string, target: string) => ({ ...(await copyDatabase(path, target)), schema: schemaOf(target) }),
	/** How many rows it has that an older state at another path has not. */
	since: rowsSince,
};

type Answers = { [Q in keyof typeof QUESTIONS]: Awaited<ReturnType<(typeof QUESTIONS)[Q]>> };

/** Says to the process that it is to wait until it is asked. */
const WHEN_ASKED = "when-asked";

/** A process that has started, and waits for its question to be asked. */
export interface Waiting<Q extends keyof Answers> {
	/** Once. */
	ask(): Promise<Answers[Q]>;
	/** Ends it, where it has not been asked. */
	leave(): void;
}

/**
 * Asks in a process of its own: SQLite's checks block whoever runs them for seconds per gigabyte, while the keeper has to
 * renew its lease and answer; and whatever a damaged file does to SQLite, it does not do to the keeper.
 */
export function inspect<Q extends keyof typeof QUESTIONS>(
	question: Q,
	...paths: Parameters<(typeof QUESTIONS)[Q]>
): Promise<Answers[Q]> {
	return answerOf<Q>(begin("ignore", question, ...paths), paths[0]);
}

/**
 * As {@link inspect}, for an answer that somebody waits for: what its process takes to start is over before it is asked.
 * It goes with the keeper.
 */
export async function inspectWhenAsked<Q extends keyof typeof QUESTIONS>(
	question: Q,
	...paths: Parameters<(typeof QUESTIONS)[Q]>
): Promise<Waiting<Q>> {
	const child = begin("pipe", WHEN_ASKED, question, ...paths);
	const answered = answerOf<Q>(child, paths[0]);
	// Where it has ended, the answer says so.
	child.stdin?.on("error", () => {});
	// The first that it says is that it waits.
	await Promise.race([once(child.stdout as Readable, "data"), answered]);
	return {
		ask: () => {
			child.stdin?.end("\n");
			return answered;
		},
		leave: () => child.stdin?.destroy(),
	};
}

function begin(input: "ignore" | "pipe", ...words: string[]): ChildProcess {
	const args = [...process.execArgv, process.argv[1] ?? "", "inspect", ...words];
	return spawn(process.execPath, args, { stdio: [input, "pipe", "inherit"] });
}

function answerOf<Q extends keyof Answers>(child: ChildProcess, path: string): Promise<Answers[Q]> {
	return new Promise((resolve, reject) => {
		let output = "";
		child.stdout?.on("data", (chunk) => {
			output += chunk;
		});
		child.on("error", reject);
		child.on("close", (code) => {
			if (code === 0) resolve(JSON.parse(output) as Answers[Q]);
			else reject(new Error(`cannot inspect ${path}: the check ended with code ${code}`));
		});
	});
}

/** The other side: answers on standard output. Returns the exit code. */
export async function answer(...words: string[]): Promise<number> {
	const waits = words[0] === WHEN_ASKED;
	if (waits && !(await isAsked())) return 1;
	const [question, ...paths] = waits ? words.slice(1) : words;
	const ask = QUESTIONS[question as keyof typeof QUESTIONS] as (...paths: string[]) => unknown;
	console.log(JSON.stringify(await ask(...paths)));
	return 0;
}

/** Says that it waits, and does so. False where whoever would ask has left, or is gone. */
function isAsked(): Promise<boolean> {
	console.log();
	return new Promise((resolve) => {
		process.stdin
			.once("data", () => resolve(true))
			.once("close", () => resolve(false))
			.once("error", () => resolve(false));
	});
}

/** Whether another process has the database open, in WAL mode even without a transaction. */
function isOpenElsewhere(path: string): boolean {
	const { DatabaseSync } = require("node:sqlite") as typeof import("node:sqlite");
	const database = new DatabaseSync(path);
	try {
		database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; ROLLBACK");
		return false;
	} catch (error) {
		if (/locked|busy/i.test((error as Error).message)) return true;
		// A file that SQLite cannot read is nobody's live database.
		return false;
	} finally {
		database.close();
	}
}

/** Brings a database that was not closed to rest, as the app's next start would; false where it is none or too damaged. */
function settle(path: string): boolean {
	const { DatabaseSync } = require("node:sqlite") as typeof import("node:sqlite");
	const database = new DatabaseSync(path);
	try {
		// Reading is what lets SQLite undo a transaction that was cut off; the last one to close folds the WAL in.
		database.prepare("SELECT count(*) FROM sqlite_schema").get();
		return true;
	} catch {
		return false;
	} finally {
		database.close();
	}
}

/** Folds the whole WAL into the file and empties it; false when a reader is in the way. */
function truncateWal(path: string): boolean {
	const { DatabaseSync } = require("node:sqlite") as typeof import("node:sqlite");
	const database = new DatabaseSync(path);
	try {
		database.exec("PRAGMA busy_timeout = 5000");
		const { busy } = database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get() as { busy: number };
		return busy === 0;
	} finally {
		database.close();
	}
}
