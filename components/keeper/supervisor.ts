import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Litestream } from "./litestream";

/** Milliseconds before a child that died is started again: at first, and at most. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** A child that lived for so long is no longer in a row of failures. */
const STEADY = 60_000;

/** Keeps Litestream running until it is told to stop. */
export class Supervisor {
	restarts = 0;
	private child: ChildProcess | undefined;
	private stopped = new AbortController();
	private running: Promise<void> | undefined;

	constructor(
		private readonly litestream: Litestream,
		private readonly say: (line: string) => void,
		/** What is done before each start of the child. */
		private readonly prepare: (stopped: AbortSignal) => Promise<void> = async () => {},
	) {}

	/** Once is enough: one that is wanted already goes on. */
	start(): void {
		if (this.isWanted) return;
		this.stopped = new AbortController();
		this.running = this.run(this.stopped.signal);
	}

	get isWanted(): boolean {
		return this.running !== undefined && !this.stopped.signal.aborted;
	}

	/** Asks it to sync and stop; after `seconds` it is killed. Returns whether it stopped by itself. */
	async stop(seconds: number): Promise<boolean> {
		// It also ends the pause before a restart: one that is begun anew must not run beside one that goes on.
		this.stopped.abort();
		const { child } = this;
		if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
			await this.running;
			return true;
		}
		let killed = false;
		const timer = setTimeout(() => {
			killed = true;
			child.kill("SIGKILL");
		}, seconds * 1000);
		child.kill("SIGTERM");
		await this.running;
		clearTimeout(timer);
		return !killed && child.exitCode === 0;
	}

	private async run(stopped: AbortSignal): Promise<void> {
		let pause = FIRST_PAUSE / 2;
		while (!stopped.aborted) {
			await this.prepare(stopped).catch((error: Error) => this.say(`warning: ${error.message}`));
			if (stopped.aborted) return;
			const began = performance.now();
			this.child = this.litestream.replicate((line) => this.log(line));
			const how = await ended(this.child);
			if (stopped.aborted) return;
			this.restarts += 1;
			pause = performance.now() - began > STEADY ? FIRST_PAUSE : Math.min(LONGEST_PAUSE, pause * 2);
			this.say(`Litestream ended (${how}); starting it again in ${pause} ms`);
			await sleep(pause, undefined, { signal: stopped }).catch(() => {});
		}
	}

	/** Its routine is not worth a line; what goes wrong is. */
	private log(line: string): void {
		if (!/level=(INFO|DEBUG)/.test(line)) this.say(`litestream: ${line.replace(/^time=\S+ /, "")}`);
	}
}

function ended(child: ChildProcess): Promise<string> {
	return new Promise((resolve) => {
		child.on("error", (error) => resolve(error.message));
		child.on("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
	});
}
