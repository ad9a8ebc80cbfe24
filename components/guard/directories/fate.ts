import type { Plan } from "../plan";
import type { Change } from "./changes";
import { removed } from "./replica";
import { type Found, shownMount } from "./words";
import { type Mount, text, type Workload } from "./workload";

const VOLUMES = new Set([
	"docker:index/volume:Volume",
	"kubernetes:core/v1:PersistentVolumeClaim",
	"aws:efs/fileSystem:FileSystem",
]);

/** Names of the volumes that the update deletes, be it to make them anew. What is retained stays. */
export function deletedVolumes(plan: Plan): Set<string> {
	const deleted = new Set<string>();
	for (const step of plan.steps) {
		const goes = /^(delete|replace|delete-replaced)$/.test(step.op);
		if (!VOLUMES.has(step.type) || !goes || step.old === undefined || step.old.retainOnDelete) continue;
		for (const name of [step.old.inputs.name, step.old.outputs.name, step.old.id]) {
			if (text(name) !== undefined) deleted.add(`${name}`);
		}
		const { metadata } = step.old.inputs;
		const claim = text((metadata as Record<string, unknown> | undefined)?.name);
		if (claim !== undefined) deleted.add(`claim ${claim}`);
	}
	return deleted;
}

/** What is mounted and deleted in the same update. */
export function deletedUnder({ mounts }: Workload, deleted: Set<string>): Found[] {
	// A file system of EFS is named with its directory.
	const isDeleted = ({ source }: Mount) => deleted.has(source) || deleted.has(source.replace(/ .*$/, ""));
	return mounts.filter(isDeleted).map(goes);
}

function goes(mount: Mount): Found {
	const reason = `${shownMount(mount)}, which holds it, is deleted`;
	const wayOut = "keep the volume: protect and retainOnDelete on it, and its name as it is";
	return { verdict: "lost", rule: "volume-deleted", reason, wayOut, path: mount.path };
}

/** An app that goes, or its keeper alone. */
export function afterDeletion({ before }: Change, { keptApps }: { keptApps: Set<string> }): Found[] {
	if (before === undefined) return [];
	const isAppKept = before.app !== undefined && keptApps.has(before.app);
	if (before.part === "keeper") return isAppKept ? [removed(before)] : [];
	if (isAppKept) return [];
	const found = before.mounts
		.filter(({ kind }) => kind !== "instance disk")
		.map((mount): Found => {
			const reason = `the app goes; its data stays in ${shownMount(mount)}`;
			return { verdict: "kept", rule: "app-deleted", reason, path: mount.path };
		});
	if (found.length > 0) return found;
	if (before.engine === "postgres") {
		return [{ verdict: "kept", rule: "app-deleted", reason: "the app goes; its data is in Postgres" }];
	}
	if (before.store !== undefined) {
		return [
			{ verdict: "kept", rule: "app-deleted", reason: `the app goes; its data stays in the replica ${before.store}` },
		];
	}
	const reason = "the app goes, and its data with it: it is on the instance's own disk, without a replica";
	const wayOut = "copy the database out first, then approve";
	return [{ verdict: "lost", rule: "app-deleted", reason, wayOut }];
}
