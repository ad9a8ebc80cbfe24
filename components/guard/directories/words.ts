import { isHidden } from "../rules/values";
import type { Verdict } from "../verdict";
import type { Mount } from "./workload";

/** What a check has found about a data directory. */
export interface Found {
	verdict: Verdict;
	rule: string;
	reason: string;
	wayOut?: string;
	/** Of the directory that it is about. @default - the one with the database */
	path?: string;
}

/** `volume notes-data`; a value that cannot be seen is said to be so. */
export function shownMount({ kind, source }: Mount): string {
	if (isHidden(source)) return `a ${kind} whose name is known only after the update`;
	if (kind === "instance disk") return "the instance's own disk";
	return `${kind} ${source}`;
}
