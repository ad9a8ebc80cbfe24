import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { diagnose, freeIn, megabytes } from "./diagnostics";
import { logger } from "./log";
import { Refusal } from "./refusal";
import { readSettings, type Settings } from "./settings";
import type { Owner } from "./settingsIn";

/** Bytes that a drill and a restore need at the very least. */
const LEAST_FREE = 8 * 1024 * 1024;
/** What a new ext file system has of its own. */
const OF_THE_DISK = ["lost+found"];
/** Its owner may read, write and enter it. */
const OWNERS = 0o700;

/** The step before the keeper where a task's disk is root's: gives the directories to the app's user, and looks at the disk. */
export async function prepare(): Promise<number> {
	const settings = readSettings();
	prepareDirectories(settings, logger(settings.log));
	return 0;
}

/** @throws {Refusal} for whatever could lose data, or would keep the app from writing it. */
export function prepareDirectories(
	{ dataDirectory, scratch, directories, user }: Pick<Settings, "dataDirectory" | "scratch" | "directories" | "user">,
	say: (line: string) => void,
	look: (directory: string) => { lines: string[]; warnings: string[] } = lookAt,
): void {
	if (user === undefined) {
		throw new Refusal(
			"settings-wrong",
			"HOLDFAST_USER must be given: to whom the data directory is to belong",
			"set it to the app's user and group, such as 1000:1000",
		);
	}
	const all = [dataDirectory, scratch, ...directories];
	for (const directory of all) give(directory, user);
	const { lines, warnings } = look(dataDirectory);
	for (const line of lines) say(line);
	for (const warning of warnings) say(`warning: ${warning}`);
	const free = freeIn(scratch);
	if (free < LEAST_FREE) {
		throw new Refusal(
			"disk-full",
			`${scratch} has ${megabytes(free)} free, and a drill needs at least ${megabytes(LEAST_FREE)}`,
			"give the instance a larger disk",
		);
	}
	say(`${all.slice(0, -1).join(", ")} and ${all.at(-1)} belong to ${user.uid}:${user.gid}`);
}

function lookAt(directory: string) {
	return diagnose(directory, undefined, "temporary");
}

/** The directory itself; what is in it must be its owner's already. */
function give(directory: string, { uid, gid }: Owner): void {
	try {
		mkdirSync(directory, { recursive: true });
		// A link would lead somewhere else, and root may give anything away.
		if (!lstatSync(directory).isDirectory()) throw new Error("it is no directory");
		const stranger = strangerIn(directory, uid);
		if (stranger !== undefined) throw stranger;
		const { uid: owner, gid: group, mode } = lstatSync(directory);
		if (owner !== uid || group !== gid) chownSync(directory, uid, gid);
		if ((mode & OWNERS) !== OWNERS) chmodSync(directory, (mode & 0o7777) | OWNERS);
	} catch (error) {
		if (error instanceof Refusal) throw error;
		throw new Refusal(
			"data-directory-not-writable",
			`${directory} cannot be given to ${uid}:${gid} by user ${process.getuid?.()}: ${(error as Error).message}`,
			"run this step as root, on a directory of the instance's own disk that is mounted for writing",
		);
	}
}

function strangerIn(directory: string, uid: number): Refusal | undefined {
	for (const entry of readdirSync(directory, { withFileTypes: true })) {
		if (OF_THE_DISK.includes(entry.name)) continue;
		const path = join(directory, entry.name);
		const { uid: owner } = lstatSync(path);
		if (owner !== uid) {
			return new Refusal(
				"data-directory-not-writable",
				`${path} belongs to user ${owner}, not to the app's (${uid}): nothing of another's is taken`,
				`mount a disk of the app's own there, or run the app as user ${owner} (user)`,
			);
		}
		const stranger = entry.isDirectory() ? strangerIn(path, uid) : undefined;
		if (stranger !== undefined) return stranger;
	}
	return undefined;
}
