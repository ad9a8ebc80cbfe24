import { existsSync, renameSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { setAside } from "../database";
import { readMarker, writeMarker } from "../marker";
import { needRoom } from "../room";
import type { Settings } from "../settings";
import { syncDirectory } from "../stores/directory";
import { Instances } from "./instances";
import type { RecordFile, Switching } from "./record";

/** Milliseconds between two tries. */
const RETRY = 2000;
/** A file beside the copy that keeps room for what going back has to write on a disk that is full by then. */
const ROOM = ".room";

/** Puts the data of before back, which needs both versions stopped. The other data is set aside. Safe to run again. */
export async function putBack(
	settings: Settings,
	instances: Instances,
	{ to, before }: Switching,
	tell: (line: string) => void,
): Promise<void> {
	await instances.get(to.instance).stop(to.version.stopSeconds);
	if (before?.copy === undefined || !existsSync(before.copy)) return;
	const { database, dataDirectory, app } = settings;
	await rm(`${before.copy}${ROOM}`, { force: true });
	writeMarker(dataDirectory, { ...readMarker(dataDirectory), app, known: true, restored: true });
	const aside = await setAside(database, "failed-deploy");
	renameSync(before.copy, database);
	await syncDirectory(dirname(database));
	await discard(before.copy);
	// Where a keeper before this one got as far, nothing is left that could be set aside.
	tell(`the data is as it was before${aside === undefined ? "" : `; what the new version made of it is in ${aside}`}`);
}

/** Does what must be done until it is, however often it fails: before, nothing may serve. What is in the way may be a person's to remove. */
export async function inTheEnd(
	work: () => void | Promise<void>,
	tell: (line: string) => void,
	pause = RETRY,
): Promise<void> {
	for (let said = ""; ; await sleep(pause)) {
		try {
			return await work();
		} catch (error) {
			const { message } = error as Error;
			if (message !== said) tell(`cannot go back yet, and goes on trying: ${message}`);
			said = message;
		}
	}
}

/** At a start of the keeper: a deploy in whose middle it died is undone. */
export async function undoInterrupted(
	settings: Settings,
	record: RecordFile,
	say: (line: string) => void,
): Promise<void> {
	await discard(copyForMove(settings));
	const { switching } = record.value;
	if (switching === undefined) return;
	say("a deploy was interrupted: back to where it began");
	await putBack(settings, new Instances(settings.open), switching, say);
	const { attempt, to } = switching;
	record.ended({ attempt, instance: to.instance, ok: false, reason: "the keeper was stopped in the middle of it" });
}

/** Where the data is copied to that goes to Postgres before the door is closed. It leads back to nothing. */
export function copyForMove({ database }: Settings): string {
	return join(dirname(database), ".holdfast-before-move.db");
}

/** Keeps room for the way back. */
export async function keepRoom(copy: string): Promise<void> {
	await writeFile(`${copy}${ROOM}`, Buffer.alloc(1_000_000), { flush: true });
}

/** Removes a copy that is not needed any more. */
export async function discard(copy: string): Promise<void> {
	for (const suffix of ["", "-wal", "-shm", "-journal", ROOM]) await rm(`${copy}${suffix}`, { force: true });
}

/** @throws {Refusal} where the copy that leads back would not fit. */
export function needRoomForCopy({ database, dataDirectory }: Settings): void {
	needRoom({
		database,
		directory: dataDirectory,
		times: 1.2,
		why: "a deploy keeps a copy of the database until it has succeeded, which needs",
		remedy: "make room on the host's disk; the version of before serves",
	});
}
