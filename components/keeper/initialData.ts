import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseLocation } from "../backup";
import { inspect } from "./inspect";
import { Refusal } from "./refusal";
import type { Settings } from "./settings";
import { syncDirectory } from "./stores/directory";
import { openStore } from "./stores/open";
import { StoreUnreachable } from "./stores/store";

/**
 * Takes in the database that the user brings, once: where there is neither data nor a replica. It is checked before the
 * app sees it; the original stays as it is.
 *
 * @throws {Refusal} `initial-data-unusable`
 */
export async function takeIn(source: string, { database, dataDirectory }: Settings): Promise<string> {
	const staging = join(dirname(database), `.holdfast-initial-${process.pid}`);
	mkdirSync(dirname(database), { recursive: true });
	const unusable = (found: string) =>
		new Refusal(
			"initial-data-unusable",
			`the initial data ${source} ${found}`,
			`correct initialData, or leave it out to begin with nothing; ${dataDirectory} was not changed`,
		);
	try {
		await fetchFile(source, staging).catch((error: Error) => {
			throw unusable(`cannot be read: ${error.message}`);
		});
		const { kind, defect } = await inspect("look", staging);
		if (kind !== "sqlite")
			throw unusable(kind === "corrupt" ? `is corrupt: ${defect}` : `is no SQLite database (it is ${kind})`);
		const whole = await inspect("check", staging);
		if (whole.defect !== undefined) throw unusable(`is corrupt: ${whole.defect}`);
		for (const suffix of ["-wal", "-shm"]) {
			if (existsSync(`${staging}${suffix}`)) renameSync(`${staging}${suffix}`, `${database}${suffix}`);
		}
		renameSync(staging, database);
		await syncDirectory(dirname(database));
		const { rows } = await inspect("rows", database);
		return Object.entries(rows)
			.map(([table, count]) => `${table} ${count}`)
			.join(", ");
	} finally {
		for (const suffix of ["", "-wal", "-shm"]) rmSync(`${staging}${suffix}`, { force: true });
	}
}

async function fetchFile(source: string, staging: string): Promise<void> {
	if (source.startsWith("/")) {
		copyFileSync(source, staging);
		// What was not folded into the file yet lies beside it.
		if (existsSync(`${source}-wal`)) copyFileSync(`${source}-wal`, `${staging}-wal`);
		return;
	}
	const location = parseLocation(source);
	if (location === undefined || location.scheme === "file" || location.prefix === "") {
		throw new StoreUnreachable("it must be a path, s3://bucket/key or gs://bucket/key");
	}
	const directory = dirname(location.prefix);
	await openStore({ ...location, prefix: directory === "." ? "" : directory }).download(
		basename(location.prefix),
		staging,
	);
}
