import { type ChildProcess, spawn } from "node:child_process";
import { eachLine } from "./litestream";

/** Milliseconds between two tries to get the lock. SQLite's own waiting grows longer and longer beside a busy writer. */
const PAUSE = 1;
/** What the child says when it has the lock, and is told when to let go of it. */
const HELD = "held";
const THAW = "thaw";

/**
 * Holds SQLite's write lock, so that no write of the app can be committed; its reads go on. A process of its own does it:
 * it keeps the lock while the keeper is busy or stopped, and no file that the keeper closes can drop it.
 */
export class Freeze {
	private child: ChildProcess | undefined;
	private last: Promise<unknown> = Promise.resolve();

	constructor(private readonly database: string) {}

	get isHeld(): boolean {
		return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
	}

	/** Returns whether it has the lock, which may take up to `seconds`. */
	take(seconds: number): Promise<boolean> {
		return this.inTurn(async () => this.isHeld || (await this.begin(seconds)));
	}

	/** The app may write again. */
	letGo(): Promise<void> {
		return this.inTurn(async () => {
			const { child } = this;
			this.child = undefined;
			if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
			const ended = new Promise((resolve) => child.once("close", resolve));
			child.stdin?.end(`${THAW}\n`);
			await ended;
		});
	}

	private begin(seconds: number): Promise<boolean> {
		return new Promise((resolve) => {
			const args = [...process.execArgv, process.argv[1] ?? "", "hold", this.database, `${seconds}`];
			const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
			child.stdin.on("error", () => {});
			eachLine(child.stdout, (line) => {
				if (line !== HELD) return;
				this.child = child;
				resolve(true);
			});
			child.on("error", () => resolve(false));
			child.on("close", () => resolve(false));
		});
	}

	private inTurn<T>(work: () => Promise<T>): Promise<T> {
		const done = this.last.then(work);
		this.last = done.catch(() => {});
		return done;
	}
}

/** The other side: takes the lock and holds it until it is told to let go. Without its keeper it goes on to hold it. */
export async function hold(path: string, seconds: number): Promise<number> {
	const { DatabaseSync } = require("node:sqlite") as typeof import("node:sqlite");
	const database = new DatabaseSync(path);
	database.exec("PRAGMA busy_timeout = 0");
	const end = performance.now() + seconds * 1000;
	const asleep = new Int32Array(new SharedArrayBuffer(4));
	for (;;) {
		try {
			database.exec("BEGIN IMMEDIATE");
			break;
		} catch (error) {
			if (!/locked|busy/i.test((error as Error).message) || performance.now() > end) throw error;
			Atomics.wait(asleep, 0, 0, PAUSE);
		}
	}
	console.log(HELD);
	await new Promise<void>((resolve) => {
		eachLine(process.stdin, (line) => {
			if (line === THAW) resolve();
		});
		// It goes with its container: an app that thaws because its keeper died would write what is lost.
		process.stdin.on("end", () => setInterval(() => {}, 3_600_000));
	});
	database.exec("ROLLBACK");
	database.close();
	process.stdin.destroy();
	return 0;
}
