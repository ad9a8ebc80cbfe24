import { execFileSync } from "node:child_process";
import {
	closeSync,
	constants,
	existsSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
	writeSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Database, Version } from "./version";

/** Milliseconds between two looks at what a container answered: requests wait for most of it. */
const LOOK = 20;
/** Milliseconds for which nobody may hold the pipe of a container that has ended: its app and what listens there do. */
const SILENT = 40;
/** Milliseconds in which the listener of a container that runs must have been found. */
const LISTENS = 1000;

/** Milliseconds for a container that was let in to go through: it looks at least each second. */
const PASSES = 2500;

/** The file that says to a container where the data is. An older one does not read it, and runs on SQLite. */
const DATABASE = "database";

/** Exit code of a container that is to begin anew. */
const STOPPED = 75;

/** One container of the app: what it waits for, and what it is told (the other side is components/docker/instance.ts). */
export class Instance {
	constructor(
		readonly id: string,
		private readonly directory: string,
	) {}

	/** It waits. Its app does not run then. */
	get isAsking(): boolean {
		return existsSync(this.file("ask"));
	}

	/** What it said of itself; undefined while it does not ask. */
	get version(): Version | undefined {
		try {
			return JSON.parse(readFileSync(this.file("ask"), "utf8")) as Version;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
			throw error;
		}
	}

	/** Whether its app, or its migration, was begun and may be running. */
	async mayRun(): Promise<boolean> {
		// Let in, and not gone through yet: in a moment it runs, or its container is gone.
		for (const end = performance.now() + PASSES; existsSync(this.file("open")); await sleep(LOOK)) {
			if (performance.now() > end) return false;
		}
		const wasLetIn = existsSync(this.file("opened")) || this.isAtWork;
		return wasLetIn && !(this.isAsking && !this.isAtWork) && this.signal(undefined);
	}

	/** Lets its app start. In one step: a container is never without a question and without an answer. */
	admit(database: Database = "sqlite"): void {
		this.listen();
		this.tell(DATABASE, `${database}\n`);
		renameSync(this.file("ask"), this.file("open"));
	}

	/** Has it run its migration, and returns the exit code; undefined when the container ended before. */
	migrate(database: Database = "sqlite"): Promise<number | undefined> {
		return this.work("migrate", "migrated", database);
	}

	/** Has it run its app, and returns the exit code once the app has ended. For a rehearsal. */
	tryApp(database: Database = "sqlite"): Promise<number | undefined> {
		return this.work("try", "tried", database);
	}

	/** Sends a signal to the process that runs. Returns false when nothing runs that could hear it. */
	async signal(name: "TERM" | "KILL" | undefined): Promise<boolean> {
		// A process that has just begun is not heard yet, and one may end between the two steps.
		for (const end = performance.now() + LISTENS; ; await sleep(LOOK)) {
			const heard = this.hears(name);
			if (heard !== false) return heard === true;
			if (performance.now() > end) return false;
		}
	}

	/** Whether what hears signals has this one; undefined where there is nothing that could. */
	private hears(name?: string): boolean | undefined {
		try {
			const pipe = openSync(this.file("signal"), constants.O_WRONLY | constants.O_NONBLOCK);
			try {
				if (name !== undefined) writeSync(pipe, `${name}\n`);
			} finally {
				closeSync(pipe);
			}
			return true;
		} catch (error) {
			const { code } = error as NodeJS.ErrnoException;
			if (code === "ENOENT") return undefined;
			if (code !== "ENXIO" && code !== "EPIPE") throw error;
			return false;
		}
	}

	/**
	 * Stops its app: politely, then by force. Returns once no process of it runs any more.
	 *
	 * @param wake called now and then until it has ended. @default nobody
	 */
	async stop(seconds: number, wake: () => void = () => {}): Promise<void> {
		if (this.withdraw()) return;
		// What a migration has started goes on without it: only with its container all of that ends.
		const hasWorked = this.isAtWork || existsSync(this.file("migrated"));
		if (hasWorked && this.version?.kind === "app") {
			this.finish(STOPPED, ["holdfast: it begins anew, since its migration was stopped or has failed"]);
			await this.signal("TERM");
			for (const end = performance.now() + seconds * 1000; this.isFinished; await sleep(LOOK)) {
				if (performance.now() > end) break;
			}
		}
		if (!(await this.mayRun())) return;
		await this.signal("TERM");
		if (await this.isDown(seconds, wake)) return;
		await this.signal("KILL");
		if (await this.isDown(LISTENS / 100)) return;
		throw new Error(`the app's container ${this.id} does not stop: docker stop ${this.id}`);
	}

	/** Takes back that it was let in, where it has not gone through. */
	private withdraw(): boolean {
		for (const order of ["migrate", "try"]) rmSync(this.file(order), { force: true });
		try {
			renameSync(this.file("open"), this.file("ask"));
			return true;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
			throw error;
		}
	}

	/** It was told to end. */
	get isFinished(): boolean {
		return existsSync(this.file("exit"));
	}

	/** Ends a container that waits, with what it is to say and its exit code. */
	finish(code: number, report: string[]): void {
		writeFileSync(this.file("report"), `${report.join("\n")}\n`);
		this.tell("exit", `${code}\n`);
	}

	/** In one step: to find out takes a while, and one that Docker has started again meanwhile begins anew without its directory. */
	async forgetIfGone(): Promise<void> {
		if (this.isAsking || (await this.mayRun()) || this.isAsking) return;
		const gone = `${this.directory}.gone`;
		// Of a keeper that was killed between the two.
		rmSync(gone, { recursive: true, force: true });
		renameSync(this.directory, gone);
		rmSync(gone, { recursive: true, force: true });
	}

	/** The container has ended: nobody holds its pipe any more, or Docker has started it again already. */
	private async isDown(seconds: number, wake: () => void = () => {}): Promise<boolean> {
		let heard = performance.now();
		for (const end = heard + seconds * 1000; performance.now() < end; await sleep(LOOK)) {
			if (this.isAsking && !this.isAtWork) return true;
			if (this.hears()) heard = performance.now();
			// Only an app holds the pipe itself: after a migration, something may run that does not.
			if (performance.now() - heard > SILENT && existsSync(this.file("opened"))) return true;
			wake();
		}
		// Removed, and so never asking again.
		return !(await this.mayRun());
	}

	/** It was told to run something, and has not said how that ended. */
	get isAtWork(): boolean {
		return existsSync(this.file("working"));
	}

	private async work(order: string, result: string, database: Database): Promise<number | undefined> {
		const file = this.file(result);
		this.listen();
		rmSync(file, { force: true });
		const asked = readFileSync(this.file("ask"), "utf8");
		// Should the container end, it begins anew: without these files, and with a new question.
		writeFileSync(this.file("working"), asked);
		this.tell(DATABASE, `${database}\n`);
		this.tell(order, "");
		for (let looks = 1; ; looks += 1) {
			if (existsSync(file)) {
				const code = Number(readFileSync(file, "utf8"));
				rmSync(this.file("working"), { force: true });
				return code;
			}
			if (!existsSync(this.file("working"))) return undefined;
			// A container that was removed says nothing more.
			const isTime = looks % 40 === 0 && !existsSync(this.file(order));
			if (isTime && !(await this.signal(undefined)) && !existsSync(file)) return undefined;
			await sleep(LOOK);
		}
	}

	/** The pipe on which its process hears signals. Only one that is there is listened to. */
	private listen(): void {
		if (!existsSync(this.file("signal"))) execFileSync("mkfifo", ["-m", "600", this.file("signal")]);
	}

	/** Whole or not at all: the other side looks at any moment. */
	private tell(order: string, content: string): void {
		writeFileSync(this.file(`${order}.new`), content);
		renameSync(this.file(`${order}.new`), this.file(order));
	}

	private file(name: string): string {
		return join(this.directory, name);
	}
}
