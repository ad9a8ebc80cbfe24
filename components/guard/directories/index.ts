import type { Plan } from "../plan";
import type { Finding, Information } from "../verdict";
import { VERDICTS } from "../verdict";
import { type Change, changesOf } from "./changes";
import { begin, compare, findingOf, subjectOf } from "./compare";
import { goesWithContainer } from "./database";
import { afterDeletion, deletedUnder, deletedVolumes } from "./fate";
import { newImages, told } from "./told";
import { shownMount } from "./words";
import type { Workload } from "./workload";

export { sharedReplicas } from "./replicas";

/**
 * What an update does to each data directory, wherever a plan shows one: a container that mounts a volume or is told where
 * its SQLite is. App and keeper of one app are one directory.
 */
export function dataDirectories(plan: Plan): { findings: Finding[]; information: Information[] } {
	const changes = changesOf(plan);
	const deleted = deletedVolumes(plan);
	const keptApps = new Set(changes.flatMap(({ after }) => after?.app ?? []));
	const findings: Finding[] = [];
	const information = newImages(plan);
	for (const change of changes) {
		const { urn, before, after } = change;
		if (before !== undefined) {
			findings.push(...deletedUnder(before, deleted).map((found) => findingOf(urn, before, found)));
		}
		if (before !== undefined && after !== undefined) {
			findings.push(...compare(urn, before, after, change.replaceReasons), ...kept(urn, before));
			if (change.isReplaced) {
				findings.push(...goesWithContainer(before, after).map((found) => findingOf(urn, before, found)));
			}
			information.push(...told(before, after).map((text) => ({ urn, text })));
		} else if (before !== undefined) {
			findings.push(...afterDeletion(change, { keptApps }).map((found) => findingOf(urn, before, found)));
		} else if (after !== undefined) {
			findings.push(...begin(urn, after));
		}
	}
	return { findings: once(underOneName(findings, changes)), information };
}

/** Of the directory with the database, and of whatever else is mounted to stay. */
function kept(urn: string, workload: Workload): Finding[] {
	const { store, mounts } = workload;
	const main = subjectOf(workload);
	const replica = store === undefined ? "" : `, and its replica goes to ${store}`;
	const lasting = mounts.filter((mount) => mount.kind !== "instance disk" || subjectOf(workload, mount.path) === main);
	const stays = (where: string, path?: string) => {
		const isMain = subjectOf(workload, path) === main;
		const reason = `it stays ${where}${isMain ? replica : ""}`;
		return findingOf(urn, workload, { verdict: "kept", rule: "unchanged", reason, path });
	};
	const all = lasting.map((mount) => stays(`on ${shownMount(mount)}`, mount.path));
	return all.some(({ subject }) => subject === main) ? all : [...all, stays("where it is")];
}

/** App and keeper of one app speak under the app's URN, so that it has one verdict. */
function underOneName(findings: Finding[], changes: Change[]): Finding[] {
	const appOf = ({ before, after }: Change) => (after ?? before)?.app;
	const mains = changes.filter(({ before, after }) => (after ?? before)?.part !== "keeper");
	const names = new Map(mains.map((change) => [appOf(change), change.urn]));
	const urns = new Map(changes.map((change) => [change.urn, appOf(change) && names.get(appOf(change))]));
	return findings.map((finding) => ({ ...finding, urn: urns.get(finding.urn) ?? finding.urn }));
}

/** One of each rule for a subject, the worst; and that it is kept only of what nothing else is said of. */
function once(findings: Finding[]): Finding[] {
	const worstFirst = [...findings].sort(
		(one, other) => VERDICTS.indexOf(other.verdict) - VERDICTS.indexOf(one.verdict),
	);
	const found = new Map<string, Finding>();
	const subjects = new Set<string>();
	// What takes the place of a deleted volume is no second harm, and nothing stays in the old one.
	const deleted = new Set(findings.filter(({ rule }) => rule === "volume-deleted").map(({ subject }) => subject));
	for (const finding of worstFirst) {
		if (finding.rule === "volume-changed" && deleted.has(finding.subject)) continue;
		const subject = `${finding.urn}\n${finding.subject}`;
		const key = `${subject}\n${finding.rule}`;
		if (found.has(key) || (finding.verdict === "kept" && subjects.has(subject))) continue;
		subjects.add(subject);
		found.set(key, finding);
	}
	return [...found.values()];
}
