import { isHidden } from "../rules/values";
import type { Found } from "./words";
import type { Workload } from "./workload";

/** What the keeper takes where nothing is said (components/keeper/settings.ts). */
const RETENTION_DAYS = "30";

/** What becomes of the replica and of when a write counts. */
export function compareReplica(before: Workload, after: Workload): Found[] {
	if (before.settings === undefined) return [];
	if (after.settings === undefined)
		return after.engine === "postgres" || after.hidden.length > 0 ? [] : [removed(before)];
	return [
		...changedStore(before, after),
		...shortened(before.settings, after.settings),
		...weakened(before.settings, after.settings),
	];
}

export function removed({ store }: Workload): Found {
	const reason = `the keeper goes: nothing is copied to ${store ?? "the replica"} any more, and nothing checks the data at a start`;
	return {
		verdict: "at risk",
		rule: "keeper-removed",
		reason,
		wayOut: "keep the backup; or approve, if another one takes its place",
	};
}

function changedStore({ store: was }: Workload, { store: is }: Workload): Found[] {
	if (was === undefined || was === is || isHidden(was)) return [];
	if (is === undefined || isHidden(is)) {
		const reason = `where the replica goes cannot be seen, for it is a secret or known only after the update; it was ${was}`;
		const wayOut = "name the bucket in the program, so that a preview shows it";
		return [{ verdict: "at risk", rule: "replica-unseen", reason, wayOut }];
	}
	const reason = `the replica goes to ${is} in place of ${was}: what can be restored begins anew, and the history stays in ${was}`;
	const wayOut = `keep ${was}; or approve, and keep it until the new one reaches as far back as you need`;
	return [{ verdict: "at risk", rule: "replica-changed", reason, wayOut }];
}

function shortened(before: Record<string, string>, after: Record<string, string>): Found[] {
	const [was, is] = [before, after].map(({ HOLDFAST_RETENTION_DAYS: days = RETENTION_DAYS }) => days) as [
		string,
		string,
	];
	if (was === is || isHidden(was)) return [];
	if (Number(is) >= Number(was)) return [];
	const shown = isHidden(is) ? "a number of days that cannot be seen" : `${is} days`;
	const reason = `what can be restored reaches back ${shown} in place of ${was} days: what is older expires`;
	return [{ verdict: "at risk", rule: "retention-shortened", reason, wayOut: `keep retentionDays at ${was}` }];
}

/** A write that was answered may be lost with the instance. Where the disk stays, no more than with it. */
function weakened(before: Record<string, string>, after: Record<string, string>): Found[] {
	if (after.HOLDFAST_DISK !== "temporary") return [];
	const changed = (name: string, from: string) => before[name] === from && after[name] !== from;
	if (changed("HOLDFAST_ACKNOWLEDGE", "replicated")) {
		const reason =
			"a write counts once it is on the instance's own disk (acknowledge: local in place of replicated): the last seconds go with an instance that is lost";
		return [{ verdict: "at risk", rule: "acknowledge-weakened", reason, wayOut: "keep acknowledge: replicated" }];
	}
	if (after.HOLDFAST_ON_STORE_OUTAGE === "accept" && before.HOLDFAST_ON_STORE_OUTAGE !== "accept") {
		const reason =
			"writes are accepted while the backup store cannot be reached (accept in place of refuse): they go with an instance that is lost";
		return [{ verdict: "at risk", rule: "acknowledge-weakened", reason, wayOut: "keep the door's refuse" }];
	}
	return [];
}
