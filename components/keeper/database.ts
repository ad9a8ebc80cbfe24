import { createHash } from "node:crypto";
import {
	closeSync,
	existsSync,
	mkdirSync,
	openSync,
	readdirSync,
	readSync,
	renameSync,
	rmdirSync,
	statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { syncDirectory } from "./stores/directory";

/** The oldest SQLite without the bug that can corrupt a database when its WAL is reset (sqlite.org/releaselog/3_51_3.html). */
export const SOUND_SQLITE = "3.51.3";

/** What is at a path, and what is wrong with it. */
export interface Look {
	kind: "missing" | "empty" | "sqlite" | "corrupt" | "other";
	defect?: string;
	bytes: number;
	/** The SQLite that wrote the database last. */
	writtenBy?: string;
}

/**
 * Looks at a database that nobody has open. It is opened for reading only: a connection that could write would fold the
 * WAL into the file when it closes, before Litestream has seen it.
 */
export function look(path: string, check: "quick_check" | "integrity_check"): Look {
	const found = statSync(path, { throwIfNoEntry: false });
	if (found === undefined) return { kind: "missing", bytes: 0 };
	if (found.size === 0) return { kind: "empty", bytes: 0 };
	const header = headerOf(path);
	const base = { bytes: found.size };
	if (header.toString("latin1", 0, 15) !== "SQLite format 3") {
		// Zeros or noise where a header was is damage; a text or another format is a mistake in the configuration.
		const beside = existsSync(`${path}-wal`) || existsSync(metaPath(path));
		return beside ? { ...base, kind: "corrupt", defect: "its header is destroyed" } : { ...base, kind: "other" };
	}
	const writtenBy = versionOf(header.readUInt32BE(96));
	const defect = defectOf(path, check);
	return defect === undefined
		? { ...base, kind: "sqlite", writtenBy }
		: { ...base, kind: "corrupt", defect, writtenBy };
}

/** What is wrong with a database, by SQLite's own check; undefined when it is sound. */
export function defectOf(path: string, check: "quick_check" | "integrity_check"): string | undefined {
	try {
		return reading(path, (database) => {
			const [first] = database.prepare(`PRAGMA ${check}(1)`).all() as Record<string, string>[];
			const said = Object.values(first ?? {})[0];
			return said === "ok" ? undefined : (said ?? "the check said nothing");
		});
	} catch (error) {
		// Somebody's lock is no damage, and nothing is restored for it.
		if (/locked|busy/i.test((error as Error).message)) throw error;
		return (error as Error).message;
	}
}

/** Rows of every table of the app. */
export function rowsOf(path: string): Record<string, number> {
	return reading(path, (database) =>
		Object.fromEntries(tablesOf(database).map((name) => [name, countOf(database, name)])),
	);
}

/** The app's own tables. */
export function tablesOf(database: DatabaseSync): string[] {
	const tables = database
		.prepare(
			"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
		)
		.all() as { name: string }[];
	return tables.map(({ name }) => name).filter((name) => !name.startsWith("_litestream_"));
}

export function countOf(database: DatabaseSync, table: string): number {
	return (database.prepare(`SELECT count(*) AS rows FROM ${quotedName(table)}`).get() as { rows: number }).rows;
}

/** A name as SQL takes it, whatever is in it. */
export function quotedName(name: string): string {
	return `"${name.replaceAll('"', '""')}"`;
}

/** A hash of the schema: what tables, columns, indexes, views and triggers there are. */
export function schemaOf(path: string): string {
	return reading(path, (database) => {
		const rows = database
			.prepare(
				"SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE '\\_litestream\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name",
			)
			.all();
		return createHash("sha256").update(JSON.stringify(rows)).digest("hex");
	});
}

/** Opens a database for reading, and closes it again. */
export function reading<T>(path: string, work: (database: DatabaseSync) => T): T {
	// Loaded when it is needed: on a Node.js without it, everything else can still be tested.
	const { DatabaseSync } = require("node:sqlite") as typeof import("node:sqlite");
	const database = new DatabaseSync(path, { readOnly: true });
	try {
		database.exec("PRAGMA busy_timeout = 5000");
		return work(database);
	} finally {
		database.close();
	}
}

/** Only before anything is open: closing any handle of a file drops all of a process's POSIX locks on it. */
function headerOf(path: string): Buffer {
	const header = Buffer.alloc(100);
	const file = openSync(path, "r");
	try {
		readSync(file, header, 0, 100, 0);
	} finally {
		closeSync(file);
	}
	return header;
}

function versionOf(number: number): string | undefined {
	if (number === 0) return undefined;
	return `${Math.floor(number / 1e6)}.${Math.floor(number / 1000) % 1000}.${number % 1000}`;
}

/** The number that SQLite writes for a version. */
function numberOf(version: string): number {
	const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
	return major * 1e6 + minor * 1000 + patch;
}

/** A warning when the app's SQLite has the WAL-reset bug. */
export function sqliteWarning(writtenBy: string | undefined): string | undefined {
	if (writtenBy === undefined || numberOf(writtenBy) >= numberOf(SOUND_SQLITE)) return undefined;
	return `the app writes with SQLite ${writtenBy}: before ${SOUND_SQLITE} a rare bug can corrupt a database in WAL mode; update the app's SQLite`;
}

/** Where Litestream keeps its own files of a database. */
export function metaPath(path: string): string {
	return join(dirname(path), `.${basename(path)}-litestream`);
}

/** The last transaction that Litestream's own files beside the database know; undefined without them. */
export function localTransaction(path: string): number | undefined {
	const directory = join(metaPath(path), "ltx", "0");
	if (!existsSync(directory)) return undefined;
	const ends = readdirSync(directory).flatMap((name) => lastTransaction(name) ?? []);
	return ends.length === 0 ? undefined : Math.max(...ends);
}

/** The last transaction in a file of Litestream's, by its name `<first>-<last>.ltx` in hexadecimal digits. */
export function lastTransaction(name: string): number | undefined {
	const found = /([0-9a-f]{16})-([0-9a-f]{16})\.ltx$/.exec(name);
	return found === null ? undefined : Number.parseInt(found[2] ?? "", 16);
}

/** Whatever belongs to a database, moved together into a directory beside it. Nothing is ever deleted. */
export async function setAside(path: string, why: string): Promise<string | undefined> {
	const parts = [path, `${path}-wal`, `${path}-shm`, `${path}-journal`, metaPath(path)].filter((part) =>
		existsSync(part),
	);
	const stamp = new Date().toISOString().replace(/[:.]/g, "-");
	const directory = join(dirname(path), `set-aside-${stamp}-${why}`);
	mkdirSync(directory);
	for (const part of parts) renameSync(part, join(directory, basename(part)));
	if (parts.length === 0) {
		rmdirSync(directory);
		return undefined;
	}
	await syncDirectory(dirname(path));
	return directory;
}
