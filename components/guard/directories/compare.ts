import type { Finding } from "../verdict";
import { compareDatabase, outside } from "./database";
import { compareEngine } from "./engine";
import { locationsOf } from "./locations";
import { compareMounts } from "./mounts";
import { compareReplica } from "./replica";
import { compareRunning } from "./running";
import type { Found } from "./words";
import type { Workload } from "./workload";

/** What an update does to the data of what runs before and after it. */
export function compare(urn: string, before: Workload, after: Workload, replaceReasons: string[]): Finding[] {
	const found = [
		...compareMounts(before, after),
		...compareDatabase(before, after, replaceReasons),
		...compareEngine(before, after),
		...compareReplica(before, after),
		...compareRunning(before, after),
	];
	return found.map((each) => findingOf(urn, before, each));
}

/** What is wrong from the beginning with what is new. */
export function begin(urn: string, after: Workload): Finding[] {
	const isOurs = after.settings !== undefined || after.engine !== undefined;
	const misplaced = isOurs ? [] : [...locationsOf(after)].flatMap(([name, location]) => outside(name, location));
	return [...misplaced, ...compareRunning(undefined, after)].map((each) => findingOf(urn, after, each));
}

export function findingOf(urn: string, workload: Workload, { path, reason, wayOut, ...found }: Found): Finding {
	const subject = subjectOf(workload, path);
	return {
		urn,
		subject,
		...found,
		reason: sentence(reason),
		...(wayOut !== undefined && { wayOut: sentence(wayOut) }),
	};
}

/** Not of a name, such as that of a variable, which stays as it is. */
function sentence(text: string): string {
	return `${text.replace(/^[a-z]+(?=[ ,'])/, (word) => word.charAt(0).toUpperCase() + word.slice(1))}.`;
}

/** `data directory /app/data of notes`. */
export function subjectOf(workload: Workload, path = directoryOf(workload)): string {
	return path === undefined ? `data of ${workload.name}` : `data directory ${path} of ${workload.name}`;
}

/** The directory with the database; else the first that is mounted. */
function directoryOf(workload: Workload): string | undefined {
	const locations = [...locationsOf(workload).values()].filter((location) => location.form === "path");
	const database = locations.find(({ mount }) => mount !== undefined) ?? locations[0];
	return (
		workload.settings?.HOLDFAST_DATA_DIRECTORY ?? database?.mount?.path ?? workload.mounts[0]?.path ?? database?.path
	);
}
