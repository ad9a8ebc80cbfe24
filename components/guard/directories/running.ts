import { usesSqlite } from "./locations";
import type { Found } from "./words";
import type { Workload } from "./workload";

/** How many write at once. */
export function compareRunning(before: Workload | undefined, after: Workload): Found[] {
	if (!usesSqlite(after)) return [];
	const was = before && usesSqlite(before) ? before.instances : undefined;
	const found: Found[] = [];
	const { instances: is } = after;
	if (is !== undefined && is > 1 && !(was !== undefined && was > 1)) {
		const shown = Number.isFinite(is) ? `up to ${is} instances` : "an instance on each machine";
		const reason = `${shown} run in place of ${was ?? "one"}, and SQLite has one writer: each has data of its own, or they break one file`;
		found.push({
			verdict: "at risk",
			rule: "several-instances",
			reason,
			wayOut: "keep one instance; more need Postgres",
		});
	}
	// Our keeper hands the data over from one to the other.
	if (before !== undefined && before.overlaps === false && after.overlaps === true && after.settings === undefined) {
		const reason =
			"an update starts the new version before the old one has stopped: for that time, two write one SQLite file";
		const wayOut = "let the old one stop first: maximum 100 % on ECS, Recreate on Kubernetes, stop-first in a swarm";
		found.push({ verdict: "at risk", rule: "instances-overlap", reason, wayOut });
	}
	return found;
}
