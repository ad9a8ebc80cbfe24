import type { Plan } from "../plan";
import { isHidden } from "../rules/values";
import type { Information } from "../verdict";
import { locationsOf, shownLocation } from "./locations";
import type { Workload } from "./workload";

/** What changes without harm, in words. */
export function told(before: Workload, after: Workload): string[] {
	const keeper = after.part === "keeper" ? "keeper of " : "";
	const of = `${keeper}${after.name}`;
	const lines: string[] = [];
	// Of our own containers it is not seen until the check before the start has run, whether or not there is a new one.
	const { image } = after;
	if (before.image !== image && image !== undefined && !(isHidden(image) && after.app !== undefined)) {
		lines.push(
			`${of}: new image ${shownImage(image)}${before.image ? ` in place of ${shownImage(before.image)}` : ""}`,
		);
	}
	lines.push(...temporary(after).map((line) => `${of}: ${line}`));
	// With another engine, other parts of the plan migrate, and the disk counts no more.
	if ((before.engine ?? "sqlite") !== (after.engine ?? "sqlite")) return lines;
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

/** Images that containers name by the id which only the update makes. */
export function newImages({ steps }: Plan): Information[] {
	return steps.flatMap(({ urn, type, name, old, new: next }) => {
		const [was, is] = [old?.inputs.name, next?.inputs.name];
		const isNew =
			type === "docker:index/remoteImage:RemoteImage" && was !== undefined && is !== undefined && was !== is;
		return isNew
			? [{ urn, text: `${name}: new image ${shownImage(`${is}`)} in place of ${shownImage(`${was}`)}` }]
			: [];
	});
}

/** A weakness that was there before: whatever makes the instance anew, such as this update, begins with an empty database. */
function temporary(workload: Workload): string[] {
	if (workload.settings !== undefined || workload.engine !== undefined) return [];
	return [...locationsOf(workload)]
		.filter(([, at]) => at.form === "path" && at.isDatabase && (at.mount?.kind ?? "instance disk") === "instance disk")
		.map(
			([name, at]) => `${name} names ${shownLocation(at)} on the instance's own disk: a new instance begins without it`,
		);
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
