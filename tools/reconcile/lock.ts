import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { command } from "../setup/command";
import { home, localBackendUrl } from "../workspace";

/** Whose a lock of the local backend is, as Pulumi writes it. */
export interface Lock {
	pid: number;
	hostname: string;
	username: string;
	timestamp: string;
}

/** Milliseconds after which a lock that is no JSON is not one that is being written. */
const WRITTEN = 10_000;

/** The locks of a stack that keep an update out. Undefined stands for one that was cut off while it was written. */
export function locksOf(stack: string, env: NodeJS.ProcessEnv): (Lock | undefined)[] {
	const directory = join(home(), "backend", ".pulumi", "locks", "organization", "holdfast", stack);
	if (env.PULUMI_BACKEND_URL !== localBackendUrl() || !existsSync(directory)) return [];
	const files = readdirSync(directory).filter((file) => !file.endsWith(".attrs"));
	return files.map((file) => readLock(join(directory, file))).filter((lock) => lock !== "gone");
}

function readLock(file: string): Lock | undefined | "gone" {
	try {
		const lock = parsed(readFileSync(file, "utf8"));
		if (lock !== undefined || Date.now() - statSync(file).mtimeMs > WRITTEN) return lock;
		// Somebody is about to have it.
		return { pid: process.pid, hostname: hostname(), username: "", timestamp: "" };
	} catch {
		return "gone";
	}
}

function parsed(text: string): Lock | undefined {
	try {
		return JSON.parse(text) as Lock;
	} catch {
		return undefined;
	}
}

/** Whether it is certain that whoever took a lock runs no more: on another machine, nobody here can tell. */
export async function isAbandoned(
	lock: Lock | undefined,
	machine: string,
	isUpdating: (pid: number) => Promise<boolean>,
): Promise<boolean> {
	if (lock === undefined) return true;
	return lock.hostname === machine && !(await isUpdating(lock.pid));
}

/** Whether a process of this machine lives and is Pulumi: after a restart, its number may be another program's. */
export async function isPulumi(pid: number): Promise<boolean> {
	if (pid === process.pid) return true;
	try {
		process.kill(pid, 0);
	} catch (error) {
		// Another user's process cannot be signalled, and is there.
		if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
	}
	const { code, output } = await command("ps", ["-o", "stat=,comm=", "-p", `${pid}`]);
	if (code === 127) return true;
	const [state = "Z", name = ""] = output.trim().split(/\s+/);
	return !state.startsWith("Z") && name.includes("pulumi");
}
