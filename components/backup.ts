// The keeper uses this file too, so nothing of Pulumi runs in it.
import { posix } from "node:path";
import type * as pulumi from "@pulumi/pulumi";

/** Where a replica is kept, and with what the keeper gets there. Every kind of store offers just this. */
export interface BackupStore {
	/** `file:///…`, `s3://bucket/prefix` or `gs://bucket/prefix`: one place for one app. */
	readonly url: pulumi.Input<string>;
	/** Environment of the keeper that may be seen, such as `AWS_REGION` or `AWS_ENDPOINT_URL_S3`. @default - none */
	readonly environment?: Record<string, pulumi.Input<string>>;
	/**
	 * Credentials by the name of their variable: `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or `GOOGLE_CREDENTIALS`
	 * (the JSON of a service account's key). The keeper gets each as a file. @default - those of the machine
	 */
	readonly secrets?: Record<string, pulumi.Input<string>>;
	/** Days for which every moment can be restored, 1 to 3650. @default 30 */
	readonly retentionDays?: number;
}

/** What a store holds, below its URL. The buckets' permissions and lifecycle rules rest on these names. */
export const STORE_LAYOUT = {
	/** Litestream's files. Each is written once; what a newer snapshot has made superfluous is marked, and then expires. */
	replica: "replica",
	/** Manifest, lease and last drill: small objects that are overwritten, always on a condition. */
	state: "state",
	/** One object for each named snapshot, written once. */
	snapshots: "snapshots",
	/** One object for each drill, written once. */
	drills: "drills",
	/** One object for each copy between SQLite and Postgres, written once; below it `dumps`, one for each dump of Postgres. */
	postgres: "postgres",
} as const;

/** At the root of a bucket or directory, one object for each app says where its data is. Written once. */
export const LOCATIONS = "holdfast-apps";

/** The mark of a superfluous file of the replica: an S3 tag. On GCS, it is the object's custom time. */
export const SUPERSEDED_TAG = { key: "holdfast-superseded", value: "true" } as const;

/** What a store's URL says. */
export interface Location {
	scheme: "file" | "s3" | "gs";
	/** Name of the bucket, or the directory that is mounted. */
	bucket: string;
	/** Where in it, without slashes around. */
	prefix: string;
}

/** Undefined for what is no URL of a store. `file:///backup/notes` is the prefix `notes` in what is mounted at `/backup`. */
export function parseLocation(url: string): Location | undefined {
	const found = /^(s3|gs):\/\/([^/]+)\/?(.*)$/.exec(url) ?? /^(file):\/\/(\/[^/]+)\/?(.*)$/.exec(url);
	if (found === null) return undefined;
	const [, scheme, bucket = "", rest = ""] = found;
	return { scheme: scheme as Location["scheme"], bucket, prefix: posix.join("/", rest).replace(/^\/|\/$/g, "") };
}
