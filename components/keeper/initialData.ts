import {
	closeSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	openSync,
	readSync,
	renameSync,
	rmSync,
	statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseLocation } from "../backup";
import { inspect } from "./inspect";
import { Refusal } from "./refusal";
import type { Settings } from "./settings";
import { syncDirectory } from "./stores/directory";
import { openStore } from "./stores/open";
import { StoreUnreachable } from "./stores/store";

/** Beside a database that was not closed: commits that the file lacks, and what undoes a transaction that was cut off. */
const BESIDE = ["-wal", "-journal"];

/**
 * Takes in the database that the user brings, once: where there is neither data nor a replica. It is checked before the
 * app sees it; the original stays as it is. What lies beside it, as after a crash, is taken along.
 *
 * @returns in words, what was taken in.
 * @throws {Refusal} `initial-data-unusable`
 */
export async function takeIn(source: string, { database, dataDirectory }: Settings): Promise<string> {
	const staging = join(dirname(database), `.holdfast-initial-${process.pid}`);
	mkdirSync(dirname(database), { recursive: true });
	const unusable = (found: string, todo = "correct initialData, or leave it out to begin with nothing") =>
		new Refusal(
			"initial-data-unusable",
			`the initial data ${source} ${found}`,
			`${todo}; ${dataDirectory} was not changed`,
		);
	try {
		const beside = await fetchFile(source, staging).catch((error: Error) => {
			if (error instanceof Written) throw unusable(error.message, "stop whatever writes it, and try again");
			throw unusable(`cannot be read: ${error.message}`);
		});
		// SQLite folds in or undoes what was left, as the app would have. What it cannot read, the checks name.
		if (beside.length > 0) await inspect("settle", staging);
		const { kind, defect } = await inspect("look", staging);
		if (kind !== "sqlite")
			throw unusable(kind === "corrupt" ? `is corrupt: ${defect}` : `is no SQLite database (it is ${kind})`);
		const whole = await inspect("check", staging);
		if (whole.defect !== undefined) throw unusable(`is corrupt: ${whole.defect}`);
		if (statSync(`${staging}-wal`, { throwIfNoEntry: false })?.size)
			throw unusable(`does not go together with the ${basename(source)}-wal beside it`);
		const warning = beside.includes("-wal") ? "" : walWarning(source, staging);
		renameSync(staging, database);
		await syncDirectory(dirname(database));
		const { rows } = await inspect("rows", database);
		const counted = Object.entries(rows).map(([table, count]) => `${table} ${count}`);
		const along = beside.map((suffix) => ` with its ${basename(source)}${suffix}`).join("");
		return `${counted.join(", ")}${along}${warning}`;
	} finally {
		for (const suffix of ["", "-shm", ...BESIDE]) rmSync(`${staging}${suffix}`, { force: true });
	}
}

/** A file in WAL mode without a WAL was closed well, or copied without it: which of the two, nobody can see. */
function walWarning(source: string, staging: string): string {
	const header = Buffer.alloc(20);
	const file = openSync(staging, "r");
	readSync(file, header, 0, 20, 0);
	closeSync(file);
	if (header[18] !== 2) return "";
	return `; it is in WAL mode with no ${basename(source)}-wal beside it, as after a clean stop: if it was copied while its app ran, the newest rows are missing`;
}

/** Somebody writes the file. */
class Written extends Error {}

/** Copies the file and what lies beside it. Returns the suffixes of the latter. */
async function fetchFile(source: string, staging: string): Promise<string[]> {
	if (source.startsWith("/")) {
		const beside = BESIDE.filter((suffix) => existsSync(`${source}${suffix}`));
		const state = () =>
			["", ...BESIDE].map((suffix) => {
				const found = statSync(`${source}${suffix}`, { throwIfNoEntry: false, bigint: true });
				return found && `${found.ino} ${found.size} ${found.mtimeNs}`;
			});
		const before = state();
		for (const suffix of ["", ...beside]) copyFileSync(`${source}${suffix}`, `${staging}${suffix}`);
		// Files of two moments are no database, and might pass every check.
		if (before.join() !== state().join()) throw new Written("changed while it was copied");
		return beside;
	}
	const location = parseLocation(source);
	if (location === undefined || location.scheme === "file" || location.prefix === "") {
		throw new StoreUnreachable("it must be a path, s3://bucket/key or gs://bucket/key");
	}
	const directory = dirname(location.prefix);
	const store = openStore({ ...location, prefix: directory === "." ? "" : directory });
	const key = basename(location.prefix);
	await store.download(key, staging);
	const listed: string[] = [];
	for await (const { key: found } of store.list(key)) listed.push(found);
	const beside = BESIDE.filter((suffix) => listed.includes(`${key}${suffix}`));
	for (const suffix of beside) await store.download(`${key}${suffix}`, `${staging}${suffix}`);
	return beside;
}
