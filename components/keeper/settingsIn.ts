import { posix } from "node:path";
import type { Target } from "./door/way";
import type { Revision } from "./revision";
import type { Settings } from "./settings";

/** A user and a group, by number. */
export interface Owner {
	uid: number;
	gid: number;
}

const NUMBERS = {
	retentionDays: ["HOLDFAST_RETENTION_DAYS", 30, 1, 3650],
	drillHours: ["HOLDFAST_DRILL_HOURS", 24, 0, 8760],
	staleSeconds: ["HOLDFAST_STALE_SECONDS", 60, 5, 3600],
	leaseSeconds: ["HOLDFAST_LEASE_SECONDS", 30, 5, 3600],
	appStartSeconds: ["HOLDFAST_APP_START_SECONDS", 60, 1, 3600],
	refusalSeconds: ["HOLDFAST_REFUSAL_SECONDS", 60, 1, 3600],
	stopSeconds: ["HOLDFAST_STOP_SECONDS", 40, 5, 3600],
	port: ["HOLDFAST_PORT", 9400, 1, 65535],
	appPort: ["HOLDFAST_APP_PORT", 0, 0, 65535],
	mostHeld: ["HOLDFAST_DOOR_MOST_HELD", 1000, 1, 100_000],
	mostHeldMiB: ["HOLDFAST_DOOR_MOST_HELD_MIB", 64, 1, 65_536],
	longestHoldSeconds: ["HOLDFAST_DOOR_LONGEST_HOLD_SECONDS", 60, 1, 3600],
	drainSeconds: ["HOLDFAST_DOOR_DRAIN_SECONDS", 10, 0, 120],
	mostBodyMiB: ["HOLDFAST_DOOR_MOST_BODY_MIB", 0, 0, 1_048_576],
	idleSeconds: ["HOLDFAST_DOOR_IDLE_SECONDS", 75, 1, 7200],
	acknowledgeSeconds: ["HOLDFAST_ACKNOWLEDGE_SECONDS", 10, 1, 300],
} as const;

/** The settings that are numbers. What is wrong with them is added to `wrong`, as with all of these. */
export function numbersIn(environment: NodeJS.ProcessEnv, wrong: string[]): Record<keyof typeof NUMBERS, number> {
	const entries = Object.entries(NUMBERS).map(([key, [name, standard, least, most]]) => {
		const given = environment[name];
		// Nothing but space would be 0, which for the drills means none.
		const value = given === undefined ? standard : Number(given.trim() || Number.NaN);
		if (!Number.isFinite(value) || value < least || value > most) {
			wrong.push(`${name} must be a number from ${least} to ${most} (got ${environment[name]})`);
		}
		return [key, value];
	});
	return Object.fromEntries(entries);
}

/** Reads settings that are one of two words, of which the first is what holds where none is given. */
export function wordsIn(environment: NodeJS.ProcessEnv, wrong: string[]) {
	return <Word extends string>(name: string, [standard, other]: readonly [Word, Word]): Word => {
		const value = environment[name] ?? standard;
		if (value !== standard && value !== other) wrong.push(`${name} must be ${standard} or ${other} (got ${value})`);
		return value as Word;
	};
}

export function targetIn({ HOLDFAST_APP_TARGET: given }: NodeJS.ProcessEnv, wrong: string[]): Target | undefined {
	if (given === undefined) return undefined;
	const [, host = "", port = ""] = /^([^\s:/]+):(\d{1,5})$/.exec(given) ?? [];
	const target = { host, port: Number(port) };
	if (host !== "" && target.port >= 1 && target.port <= 65535) return target;
	wrong.push(`HOLDFAST_APP_TARGET must be a host and a port, such as 127.0.0.1:8000 (got ${given})`);
	return undefined;
}

export function userIn({ HOLDFAST_USER: given }: NodeJS.ProcessEnv, wrong: string[]): Owner | undefined {
	if (given === undefined) return undefined;
	const found = /^(\d{1,10}):(\d{1,10})$/.exec(given);
	if (found !== null) return { uid: Number(found[1]), gid: Number(found[2]) };
	wrong.push(`HOLDFAST_USER must be a user's and a group's number, such as 1000:1000 (got ${given})`);
	return undefined;
}

export function directoriesIn({ HOLDFAST_DIRECTORIES: given }: NodeJS.ProcessEnv, wrong: string[]): string[] {
	if (given === undefined) return [];
	const paths = given.split(":");
	// Root gives them away, and so each must be what it looks like.
	if (!paths.every((path) => /^\/[^/]/.test(path) && posix.normalize(path) === path)) {
		wrong.push(
			`HOLDFAST_DIRECTORIES must be absolute paths with colons between them, such as /cache:/uploads (got ${given})`,
		);
	}
	return paths;
}

/**
 * Cloud Run counts its revisions in their names, such as `notes-00005-abc`. One with a name of the user's own has none. They
 * are counted for one service in one region: of which one they are, the platform says only half.
 */
export function revisionIn(environment: NodeJS.ProcessEnv, wrong: string[]): Revision | undefined {
	const { HOLDFAST_REVISION: given, HOLDFAST_SERVICE, K_REVISION, K_SERVICE } = environment;
	const number = given ?? /-(\d{5,})-[a-z0-9]+$/.exec(K_REVISION ?? "")?.[1];
	if (number === undefined) return undefined;
	if (!/^\d{1,12}$/.test(number)) {
		wrong.push(`HOLDFAST_REVISION must be a whole number (got ${number})`);
		return undefined;
	}
	if (!HOLDFAST_SERVICE) return undefined;
	return { number: Number(number), service: [HOLDFAST_SERVICE, ...(K_SERVICE ? [K_SERVICE] : [])].join(" ") };
}

/** Whether the door can do what is asked of it, where the disk is. */
export function doorProblems({
	disk,
	door,
	acknowledge,
	appPort,
	appTarget,
}: Pick<Settings, "disk" | "door" | "acknowledge" | "appPort" | "appTarget">): string[] {
	const isTemporary = disk === "temporary";
	const problems: string[] = [];
	if (acknowledge === "replicated" && (door === "relay" || appPort === 0)) {
		problems.push(
			"HOLDFAST_ACKNOWLEDGE must be local without a door that could wait: replicated needs HOLDFAST_APP_PORT and HOLDFAST_DOOR=http",
		);
	}
	if (isTemporary && appPort > 0 && appTarget === undefined) {
		problems.push("HOLDFAST_APP_TARGET must be given with HOLDFAST_APP_PORT where HOLDFAST_DISK is temporary");
	}
	if (appTarget !== undefined && (!isTemporary || appPort === 0)) {
		problems.push(
			"HOLDFAST_APP_TARGET is for HOLDFAST_DISK=temporary with HOLDFAST_APP_PORT: elsewhere deploys say it",
		);
	}
	// An answer to a write must be held back once the lease has lapsed, and a relay does not know an answer.
	if (isTemporary && appPort > 0 && door === "relay") {
		problems.push("HOLDFAST_DOOR must be http where HOLDFAST_DISK is temporary: a relay can hold no answer back");
	}
	return problems;
}
