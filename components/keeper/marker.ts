import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the data directory itself remembers, in a file beside the database. */
export interface Marker {
	app: string;
	/** Whether a database of this app has been here. */
	known: boolean;
	/** Whether the database was put here by a restore, or accepted by a person, and no replication has begun on it yet. */
	restored: boolean;
}

const FILE = ".holdfast-keeper.json";

export function readMarker(directory: string): Marker | undefined {
	const file = join(directory, FILE);
	return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Marker) : undefined;
}

export function writeMarker(directory: string, marker: Marker): void {
	const file = join(directory, FILE);
	writeFileSync(`${file}.new`, JSON.stringify(marker), { flush: true });
	renameSync(`${file}.new`, file);
}
