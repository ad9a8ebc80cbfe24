import type * as gcp from "@pulumi/gcp";
import { EXPIRING, STORE_LAYOUT } from "../backup";

/** The least that a keeper needs: to find, read, write what is not there yet, and mark (`update`). */
export const WRITER_PERMISSIONS = [
	"storage.objects.create",
	"storage.objects.get",
	"storage.objects.list",
	"storage.objects.update",
];

/** Overwriting an object counts as deleting it on GCS. Only ever granted below {@link stateObjects}. */
export const STATE_PERMISSIONS = ["storage.objects.delete"];

/** The least that a restore needs, old versions included. Nothing that writes. */
export const RESTORER_PERMISSIONS = ["storage.objects.get", "storage.objects.list"];

/** The condition that is true for the few objects that are overwritten: manifest, lease, last drill. */
export function stateObjects(bucket: string, prefix: string): gcp.types.input.storage.BucketIAMMemberCondition {
	return {
		title: "holdfast-state",
		description: "Manifest, lease and last drill are overwritten; nothing else is",
		expression: `resource.name.startsWith("projects/_/buckets/${bucket}/objects/${prefix}/${STORE_LAYOUT.state}/")`,
	};
}

/**
 * What expires. A live object does only with the keeper's mark, its custom time, and only in the replica: by age alone,
 * the one snapshot of an idle database would go. `graceDays` is how long old versions stay.
 */
export function lifecycleRules(prefix: string, graceDays: number): gcp.types.input.storage.BucketLifecycleRule[] {
	return [
		{
			action: { type: "Delete" },
			condition: {
				daysSinceCustomTime: 1,
				matchesPrefixes: EXPIRING.map((place) => `${prefix}/${place}/`),
				withState: "LIVE",
			},
		},
		{ action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: graceDays, withState: "ARCHIVED" } },
		{ action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 7 } },
	];
}
