import { isHidden } from "../rules/values";
import type { Workload } from "./workload";

/** What changes without harm, in words. */
export function told(before: Workload, after: Workload): string[] {
	const keeper = after.part === "keeper" ? "keeper of " : "";
	const of = `${keeper}${after.name}`;
	const lines: string[] = [];
	if (before.image !== after.image && after.image !== undefined) {
		lines.push(
			`${of}: new image ${shownImage(after.image)}${before.image ? ` in place of ${shownImage(before.image)}` : ""}`,
		);
	}
	if (before.migration !== after.migration && !isHidden(after.image)) {
		lines.push(
			after.migration === undefined
				? `${of}: no migration runs any more`
				: `${of}: the migration is ${after.migration}${before.migration === undefined ? "" : `, it was ${before.migration}`}`,
		);
	} else if (before.image !== after.image && after.migration !== undefined) {
		lines.push(`${of}: the migration command runs: ${after.migration}`);
	}
	if (after.settled && !before.settled) lines.push(`${of}: the move to Postgres is settled, no setting leads back`);
	lines.push(...weaker(before, after).map((line) => `${of}: ${line}`));
	return lines;
}

/** Settings of the keeper that protect less, where the data's own disk stays. */
function weaker({ settings: was = {} }: Workload, { settings: is = {} }: Workload): string[] {
	const lines: string[] = [];
	if (
		is.HOLDFAST_DISK !== "temporary" &&
		was.HOLDFAST_ACKNOWLEDGE === "replicated" &&
		is.HOLDFAST_ACKNOWLEDGE !== "replicated"
	) {
		lines.push("a write counts once it is on this disk (acknowledge: local in place of replicated)");
	}
	if (is.HOLDFAST_DRILL_HOURS === "0" && was.HOLDFAST_DRILL_HOURS !== "0") {
		lines.push("no drill proves the backup any more (drillHours: 0)");
	}
	return lines;
}

function shownImage(image: string): string {
	if (isHidden(image)) return "that this update builds";
	return image.replace(/(sha256:[0-9a-f]{12})[0-9a-f]+/, "$1");
}
