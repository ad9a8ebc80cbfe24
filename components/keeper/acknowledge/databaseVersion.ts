import { statSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";

/** More than SQLite's own counter can reach, which starts anew with each connection. */
const CONNECTION = 2 ** 32;

/**
 * A number that changes with every commit, by whatever connection and in whatever table. Equal numbers mean that nothing
 * was committed in between; different ones mean that something may have been.
 *
 * It asks on a connection of its own that never writes, and leaves no transaction open behind it, which would keep the
 * app's and Litestream's checkpoints waiting. Nothing else in this process may open the file: closing any handle of it
 * would drop this connection's locks, and with them its sight of what others commit.
 */
export class DatabaseVersion {
	private connection: { database: DatabaseSync; asked: StatementSync; file: string } | undefined;
	private connections = 0;
	private unknown = 0;
	private isClosed = false;

	constructor(private readonly path: string) {}

	/** 0 where there is no database yet; a number that was never there before where it cannot be told. */
	now(): number {
		if (this.isClosed) return this.unlikeAny();
		try {
			const file = this.file();
			// What was put in its place is another database, of which this connection would see nothing.
			if (this.connection !== undefined && this.connection.file !== file) this.disconnect();
			if (file === undefined) return 0;
			this.connection ??= this.connect(file);
			const { data_version } = this.connection.asked.get() as { data_version: number };
			return this.connections * CONNECTION + data_version;
		} catch {
			// Locked by its owner, half made, damaged: whoever cannot see must take it that something was committed.
			this.disconnect();
			return this.unlikeAny();
		}
	}

	/** Which file is there; undefined where there is no database. */
	file(): string | undefined {
		const found = statSync(this.path, { throwIfNoEntry: false });
		// An inode's number alone is given to the next file once it is free.
		return found === undefined || found.size === 0 ? undefined : `${found.dev}:${found.ino}:${found.birthtimeMs}`;
	}

	/** Lets go of the file, so that another can be put in its place. */
	close(): void {
		this.isClosed = true;
		this.disconnect();
	}

	open(): void {
		this.isClosed = false;
	}

	private unlikeAny(): number {
		this.unknown -= 1;
		return this.unknown;
	}

	private connect(file: string) {
		// Loaded when it is needed: on a Node.js without it, everything else can still be tested.
		const { DatabaseSync } = require("node:sqlite") as typeof import("node:sqlite");
		const database = new DatabaseSync(this.path, { readOnly: true });
		this.connections += 1;
		return { database, asked: database.prepare("PRAGMA data_version"), file };
	}

	private disconnect(): void {
		this.connection?.database.close();
		this.connection = undefined;
	}
}
