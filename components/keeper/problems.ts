import { statfsSync, statSync } from "node:fs";
import { megabytes } from "./diagnostics";
import type { Alert } from "./log";
import type { Refusal } from "./refusal";
import type { Settings } from "./settings";
import type { Known } from "./status";

/** Bytes of a disk with the data that a person is told of: as little as this, or a tenth of it. */
const LITTLE_FREE = 64 * 2 ** 20;

/** Why the data is not safe right now, in words; empty when it is. */
export function problemsOf(known: Known, staleSeconds: number): string[] {
	const { state, refusal } = known;
	const passing: string[] = [];
	if (refusal !== undefined) passing.push(refused(refusal));
	else if (state === "starting") passing.push("starting");
	else if (state === "frozen" || state === "handed over") passing.push(`the app's writes are frozen: ${state}`);
	else passing.push(...unsafe(known, staleSeconds).map(({ message }) => message));
	return [...passing, ...standing(known).map(({ message }) => message)];
}

/** What a person is to be told of; of what passes by itself, only once it has lasted. */
export function alertsOf(known: Known, settings: Pick<Settings, "staleSeconds" | "dataDirectory">): Alert[] {
	const { state, refusal, isRetired, freshness, app } = known;
	if (isRetired) return [];
	const alerts: Alert[] = [];
	if (refusal !== undefined) alerts.push({ kind: "refused", message: refused(refusal) });
	else if (state === "frozen" || state === "handed over") {
		const age = freshness.age;
		if (age > settings.staleSeconds) alerts.push(stale(age, `the app's writes are frozen: ${state}`));
	} else if (state !== "starting") alerts.push(...unsafe(known, settings.staleSeconds));
	return [...alerts, ...standing(known), ...(app === undefined ? [] : [app]), ...nearlyFull(settings.dataDirectory)];
}

function refused({ code, found }: Refusal): string {
	return `refused (${code}): ${found}`;
}

function unsafe({ state, freshness }: Known, staleSeconds: number): Alert[] {
	if (state === "waiting for the store") {
		const message = `nothing is replicated: ${freshness.problem ?? "the store cannot be reached"}`;
		return [{ kind: "stale", message }];
	}
	if (freshness.age <= staleSeconds) return [];
	return [stale(freshness.age, freshness.problem ?? "no proof from the store")];
}

function stale(age: number, reason: string): Alert {
	return { kind: "stale", message: `the replica is stale: last proven ${Math.round(age)} s ago (${reason})` };
}

function standing({ acknowledgement, lastDrill, dumpProblem, postgresProblem }: Known): Alert[] {
	const alerts: Alert[] = [];
	if (acknowledgement?.problem !== undefined) alerts.push({ kind: "acknowledge", message: acknowledgement.problem });
	if (lastDrill?.ok === false) alerts.push({ kind: "drill", message: `the last drill failed: ${lastDrill.reason}` });
	if (dumpProblem !== undefined) alerts.push({ kind: "dump", message: dumpProblem });
	if (postgresProblem !== undefined) alerts.push({ kind: "postgres", message: postgresProblem });
	return alerts;
}

function nearlyFull(directory: string): Alert[] {
	const disk = spaceIn(directory);
	if (disk === undefined || (disk.free >= LITTLE_FREE && disk.free >= disk.size / 10)) return [];
	const message = `the disk is nearly full: ${megabytes(disk.free)} of ${megabytes(disk.size)} free in ${directory}`;
	return [{ kind: "disk", message }];
}

/** Undefined where there is no such directory. */
export function spaceIn(directory: string): { free: number; size: number } | undefined {
	if (statSync(directory, { throwIfNoEntry: false }) === undefined) return undefined;
	const { bavail, blocks, bsize } = statfsSync(directory);
	return { free: bavail * bsize, size: blocks * bsize };
}
