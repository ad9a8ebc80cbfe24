import { existsSync, renameSync } from "node:fs";
import { needUnused, partsOf } from "./commands";
import { metaPath } from "./database";
import { databaseOf, RecordFile } from "./deploy/record";
import { inspect } from "./inspect";
import { writeMarker } from "./marker";
import { Refusal } from "./refusal";
import { readSettings } from "./settings";

const say = (line: string) => console.log(line);

/** The file is right: the next start takes it, and the replica goes on from it. Its history stays. */
export async function acceptDatabase(): Promise<number> {
	const settings = readSettings();
	const { dataDirectory, app, database } = settings;
	const { kind } = await inspect("look", database);
	if (kind !== "sqlite")
		throw new Refusal("restore-target", `${database} is ${kind}`, "put the right file there first");
	await needUnused(settings);
	// Litestream's own files of it end before the replica does. Without them it goes on behind the replica, as after a restore.
	const meta = metaPath(database);
	if (existsSync(meta)) renameSync(meta, `${meta}-${new Date().toISOString().replace(/[:.]/g, "-")}`);
	writeMarker(dataDirectory, { app, known: true, restored: true });
	say(`${database} is accepted; the next start goes on from it`);
	return 0;
}

export async function acceptReplica(): Promise<number> {
	const { manifest, settings } = partsOf();
	await manifest.claim();
	say(`the replica at ${settings.store} is ${settings.app}'s from now on; the next start checks it`);
	return 0;
}

/** Postgres has this app's data, brought back from a dump: a host that is new goes on there. */
export async function acceptPostgres(): Promise<number> {
	const { manifest, settings } = partsOf();
	await needUnused(settings);
	const record = new RecordFile(settings.dataDirectory, settings.scratch);
	const now = new Date().toISOString();
	const switched = (await manifest.read())?.moved?.since ?? now;
	record.update({ moving: { ...record.value.moving, switched, adopted: now } });
	say("Postgres is accepted: the next deploy with holdfast:database: postgres goes on there, and copies nothing");
	return 0;
}

/** What was written since the move is given up: a host that is new begins with the replica of SQLite. */
export async function acceptSqlite(): Promise<number> {
	const { manifest, settings } = partsOf();
	await needUnused(settings);
	const { moved } = (await manifest.read()) ?? {};
	if (moved === undefined) {
		throw new Refusal(
			"restore-target",
			`nothing at ${settings.store} says that the data has moved`,
			"start the keeper",
		);
	}
	if (databaseOf(new RecordFile(settings.dataDirectory, settings.scratch).value) === "postgres") {
		throw new Refusal(
			"restore-target",
			"this host has its data in Postgres",
			"set holdfast:database to sqlite, which counts the rows that were written since, and deploy",
		);
	}
	await manifest.update({ moved: undefined });
	say(`the replica at ${settings.store} is accepted as of ${moved.since}; the next start restores it`);
	return 0;
}
