import {
	accessSync,
	closeSync,
	constants,
	fsyncSync,
	openSync,
	readFileSync,
	rmSync,
	statfsSync,
	statSync,
	writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Disk } from "./lease";
import { kindOf, type Mount, mountOf, parseMounts } from "./mounts";
import { Refusal } from "./refusal";

/** Bytes that must be free for SQLite's journal to grow at all. */
const LEAST_FREE = 8 * 1024 * 1024;
/** Below this the disk is called nearly full. */
const LITTLE_FREE = 100 * 1024 * 1024;

/** What the checks of the data directory found; none of it stops a start. */
export interface Diagnosis {
	lines: string[];
	warnings: string[];
	freeBytes: number;
}

/**
 * Looks at the data directory as a person with the guide's checklist would: is it there, is it the mounted one, is it
 * on a disk that keeps it, may we write it, is there room?
 *
 * @throws {Refusal} for whatever could lose data.
 */
export function diagnose(
	directory: string,
	mountinfo = readFileSync("/proc/self/mountinfo", "utf8"),
	disk: Disk = "kept",
): Diagnosis {
	const mount = checkedMount(directory, mountinfo, disk);
	checkWritable(directory, mount);
	const freeBytes = freeIn(directory);
	if (freeBytes < LEAST_FREE) {
		throw new Refusal(
			"disk-full",
			`${directory} has ${megabytes(freeBytes)} free, and a database needs ${megabytes(LEAST_FREE)} to be written safely`,
			"make room on the host's disk (docker system df shows what Docker holds), then start again",
		);
	}
	return {
		lines: [
			`directory ${directory}: there`,
			`mounted: yes, ${mount.type}`,
			`writable by user ${process.getuid?.()}: yes`,
			`free space: ${megabytes(freeBytes)}`,
		],
		warnings: freeBytes < LITTLE_FREE ? [`the disk is nearly full: ${megabytes(freeBytes)} free in ${directory}`] : [],
		freeBytes,
	};
}

function checkedMount(directory: string, mountinfo: string, disk: Disk): Mount {
	const found = statSync(directory, { throwIfNoEntry: false });
	if (!found?.isDirectory()) {
		throw new Refusal(
			"data-directory-missing",
			`there is no directory ${directory}`,
			"mount the data volume there (data.mountPath), then start again",
		);
	}
	const mount = mountOf(directory, parseMounts(mountinfo));
	// Not every storage driver of Docker's makes an overlay: with some, the container's own file system looks like a disk.
	const isOwn = mount?.path === "/" || (mount?.path !== directory && kindOf(mount?.type ?? "") === "temporary");
	// Where the disk goes with the instance by design, the replica is what keeps the data.
	if (mount === undefined || (isOwn && disk === "kept")) {
		throw new Refusal(
			"data-directory-not-mounted",
			`${directory} is in the container's own file system, which is gone at the next deploy: no volume is mounted there`,
			"mount the data volume at just this path (data.mountPath), then start again",
		);
	}
	if (kindOf(mount.type) === "temporary" && disk === "kept") {
		throw new Refusal(
			"data-directory-temporary",
			`${directory} is on ${mount.type}, which forgets everything when the container stops`,
			"mount a volume on a disk there, then start again",
		);
	}
	if (kindOf(mount.type) === "remote") {
		throw new Refusal(
			"data-directory-remote",
			`${directory} is on ${mount.type}: SQLite's locks do not hold on a network or shared file system, and databases there get corrupt`,
			"use a volume on a local disk; the replica in the backup store is what protects against the loss of that disk",
		);
	}
	return mount;
}

/** Writes, syncs and removes a file: the only proof that permissions, owner and mount options allow it. */
function checkWritable(directory: string, mount: Mount): void {
	const probe = join(directory, `.holdfast-probe-${process.pid}`);
	try {
		const file = openSync(probe, "wx", 0o600);
		try {
			writeSync(file, "probe");
			fsyncSync(file);
		} finally {
			closeSync(file);
			rmSync(probe);
		}
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		// A full disk has a refusal of its own, with its own remedy.
		if (code === "ENOSPC") return;
		const { uid, gid, mode } = statSync(directory);
		const rights = `${uid}:${gid} with mode ${(mode & 0o7777).toString(8).padStart(4, "0")}`;
		throw new Refusal(
			"data-directory-not-writable",
			`user ${process.getuid?.()} cannot write ${directory}, which belongs to ${rights}${mount.readOnly ? " and is mounted read-only" : ""} (${message})`,
			mount.readOnly
				? "mount it read-write, then start again"
				: `chown -R ${process.getuid?.()}:${process.getgid?.()} ${directory} on the host, or run the app as user ${uid}`,
		);
	}
}

/**
 * Asks the file system alone: opening a database's files would drop the locks of whoever has it open in this process.
 *
 * @throws {Refusal} when files of the database belong to somebody else, as after a change of the app's user.
 */
export function checkDatabaseAccess(database: string): void {
	for (const path of [database, `${database}-wal`, `${database}-shm`]) {
		const found = statSync(path, { throwIfNoEntry: false });
		if (found === undefined) continue;
		try {
			accessSync(path, constants.R_OK | constants.W_OK);
		} catch (error) {
			const [user, rights] = [`${process.getuid?.()}:${process.getgid?.()}`, (found.mode & 0o7777).toString(8)];
			throw new Refusal(
				"data-directory-not-writable",
				`user ${process.getuid?.()} cannot read and write ${path}, which belongs to ${found.uid}:${found.gid} with mode ${rights.padStart(4, "0")} (${(error as Error).message})`,
				`chown -R ${user} ${dirname(database)} on the host, or run the app as user ${found.uid}`,
			);
		}
	}
}

/** Bytes that an ordinary user may still write. */
export function freeIn(directory: string): number {
	const { bavail, bsize } = statfsSync(directory);
	return bavail * bsize;
}

export function megabytes(bytes: number): string {
	return bytes < 10e9 ? `${Math.floor(bytes / 1e6)} MB` : `${Math.floor(bytes / 1e9)} GB`;
}
