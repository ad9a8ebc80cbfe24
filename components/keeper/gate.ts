import { existsSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Where the app waits to be let in. It shares a small directory in memory with the keeper: each start of the app writes
 * `ask` and waits for `open`. After a restart of the host the directory is empty, so the order does not depend on which
 * container is started first.
 */
export class Gate {
	constructor(private readonly open: string | undefined) {}

	/** Whether an app waits. It does not run then. */
	get isAsked(): boolean {
		return this.open !== undefined && existsSync(this.ask);
	}

	/** Whether an app was let in and may be running. */
	get isOpen(): boolean {
		return this.open !== undefined && existsSync(this.open);
	}

	/** Whether no app can be running, so that a database may be put in place. */
	get holdsTheApp(): boolean {
		return this.isAsked || !this.isOpen;
	}

	/** Lets the app that waits start, or, before any has asked, the first one. */
	admit(): void {
		if (this.open === undefined) return;
		rmSync(this.ask, { force: true });
		writeFileSync(this.open, "");
	}

	private get ask(): string {
		return join(dirname(this.open ?? ""), "ask");
	}
}
