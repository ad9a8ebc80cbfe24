import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { BackupStore } from "../backup";
import { physicalName } from "../names";
import {
	GRACE_DAYS,
	PREFIX,
	prefixProblems,
	RETENTION_DAYS,
	type RetentionArgs,
	retentionProblems,
	type StorageClass,
	softDeleteDays,
	softDeleteProblems,
	storageClassProblems,
} from "../retention";
import { stateful } from "../stateful";
import { type Change, changed } from "../transform";
import { type Problem, shown, throwProblems } from "../validate";
import {
	lifecycleRules,
	RESTORER_PERMISSIONS,
	STATE_PERMISSIONS,
	stateObjects,
	WRITER_PERMISSIONS,
} from "./permissions";

/** What a {@link GcsBackupBucket} needs to know. */
export interface GcsBackupBucketArgs extends RetentionArgs {
	/** Where the data lies, such as `asia-southeast1` or `EU`. It cannot be changed afterwards. */
	location: string;
	/**
	 * Name of the bucket, unique in all of Google Cloud: 3 to 63 lower-case letters, digits, `-` and `_`. It does not change
	 * from one creation to the next, so that a bucket left behind by a `destroy` is met again instead of a new, empty one
	 * being used: `pulumi import gcp:storage/bucket:Bucket <name>-bucket <bucket> --parent "component=<urn>"`, with the URN of
	 * this component (`pulumi stack --show-urns`). @default - project, stack and name, and "backup"
	 */
	bucketName?: string;
	/** Path in the bucket below which the app's data lies. One app for each prefix. @default "app" */
	prefix?: string;
	/**
	 * Days for which even what was deleted for good, old versions included, can be brought back by an administrator:
	 * 0 (never) or 7 to 90. They begin where `graceDays` end. @default - `graceDays`, but at least 7 and at most 90
	 */
	softDeleteDays?: number;
	/** Class of the objects; not one whose minimum duration is longer than `retentionDays`. @default "STANDARD" */
	storageClass?: StorageClass;
	/**
	 * `projects/…/locations/…/keyRings/…/cryptoKeys/…`. The project's Cloud Storage service agent must be allowed to use it.
	 * @default - keys that Google manages
	 */
	kmsKeyName?: pulumi.Input<string>;
	/** Makes keys of the two service accounts, for hosts outside Google Cloud. @default false */
	keys?: boolean;
	/** Labels of the bucket. @default - none */
	labels?: Record<string, pulumi.Input<string>>;
	/** Changes the arguments of a child before it is made. @default - none */
	transform?: {
		bucket?: Change<gcp.storage.BucketArgs>;
		writer?: Change<gcp.serviceaccount.AccountArgs>;
		restorer?: Change<gcp.serviceaccount.AccountArgs>;
		writerRole?: Change<gcp.projects.IAMCustomRoleArgs>;
		stateRole?: Change<gcp.projects.IAMCustomRoleArgs>;
		restorerRole?: Change<gcp.projects.IAMCustomRoleArgs>;
	};
}

/**
 * A Cloud Storage bucket for the replica of an app's database: private, versioned, encrypted, kept when the stack is
 * destroyed. The keeper may add and mark, and delete only its own manifest and lease, which overwriting counts as; a
 * separate identity restores.
 *
 * @example
 * const backup = new GcsBackupBucket("notes", { location: "asia-southeast1", retentionDays: 90 });
 * export const runAs = backup.writerEmail;
 * // `backup.store` is what an app component takes as its backup.
 *
 * It has no retention policy on purpose: GCS would refuse to overwrite the lease before its age, and every deploy would
 * wait for that. Versions (`graceDays`) and soft delete (`softDeleteDays`) protect instead.
 *
 * TLS: the JSON API, which Litestream and the keeper use, speaks only HTTPS. The older XML API also answers plain HTTP,
 * and no setting of a bucket forbids it: the organization's policy `storage.secureHttpTransport` does.
 *
 * Permissions:
 * - writer: storage.objects.create, storage.objects.get, storage.objects.list, storage.objects.update on the bucket
 * - writer: storage.objects.delete on objects below PREFIX/state/
 * - restorer: storage.objects.get, storage.objects.list on the bucket
 *
 * @throws {pulumi.InputPropertiesError} with everything that is wrong with the arguments.
 *
 * Cost, Standard class in us-central1, 2026-11-22: $0.02 for a GB and month, old and soft-deleted versions included; at most
 * $13.14 a month for a write each second in which the app writes, and $1.31 for the lease, which an instance that runs
 * renews every 10 seconds ($0.005 for 1,000 writes, https://cloud.google.com/storage/pricing, read in a stored copy).
 */
export class GcsBackupBucket extends pulumi.ComponentResource {
	/** Name of the bucket. */
	readonly bucket: pulumi.Output<string>;
	/** Where it is, as it was given: a `CloudRunApp` compares it with its own place. */
	readonly location: string;
	/** E-mail of the service account as which a keeper runs. */
	readonly writerEmail: pulumi.Output<string>;
	/** E-mail of the service account as which a restore runs. */
	readonly restorerEmail: pulumi.Output<string>;
	/** What an app component takes as its backup. Its secrets are the writer's, with `keys`. */
	readonly store: BackupStore;
	/** The same place with the restorer's credentials; only with `keys`. */
	readonly restorer?: BackupStore;

	constructor(name: string, args: GcsBackupBucketArgs, opts?: pulumi.ComponentResourceOptions) {
		super("holdfast:gcp:GcsBackupBucket", name, {}, opts);
		const identity = [pulumi.getProject(), pulumi.getStack(), name];
		const { prefix = PREFIX, retentionDays = RETENTION_DAYS, graceDays = GRACE_DAYS, transform = {} } = args;
		const bucketName = args.bucketName ?? physicalName([...identity, "backup"], 63);
		const bucketArgs = changed<gcp.storage.BucketArgs>(transform.bucket, {
			name: bucketName,
			location: args.location,
			storageClass: args.storageClass ?? "STANDARD",
			uniformBucketLevelAccess: true,
			publicAccessPrevention: "enforced",
			versioning: { enabled: true },
			softDeletePolicy: { retentionDurationSeconds: softDeleteDays(args) * 24 * 60 * 60 },
			lifecycleRules: lifecycleRules(prefix, graceDays),
			...(args.kmsKeyName !== undefined && { encryption: { defaultKmsKeyName: args.kmsKeyName } }),
			labels: args.labels,
		});
		throwProblems(`GcsBackupBucket ${name}`, gcsBackupBucketProblems(bucketName, args, bucketArgs));
		const here = { parent: this };

		const bucket = new gcp.storage.Bucket(`${name}-bucket`, bucketArgs, stateful(here));
		const writer = account("writer");
		const restorer = account("restorer");
		const written = grant("writer", writer, WRITER_PERMISSIONS);
		const kept = grant("state", writer, STATE_PERMISSIONS, stateOnly());
		grant("restorer", restorer, RESTORER_PERMISSIONS);

		this.bucket = bucket.name;
		this.location = args.location;
		// Known once it may write: a keeper starts after the grants, and is gone, with its last writes, before they are.
		this.writerEmail = pulumi.all([writer.email, written.id, kept.id]).apply(([email]) => email);
		this.restorerEmail = restorer.email;
		this.store = { ...place(), ...credentials("writer", writer) };
		if (args.keys) this.restorer = { ...place(), ...credentials("restorer", restorer) };
		this.registerOutputs({
			bucket: this.bucket,
			location: this.location,
			writerEmail: this.writerEmail,
			restorerEmail: this.restorerEmail,
			store: this.store,
			restorer: this.restorer,
		});

		function account(role: "writer" | "restorer") {
			const accountArgs: gcp.serviceaccount.AccountArgs = {
				// Google's limit; it must begin with a letter.
				accountId: physicalName([role, ...identity], 30),
				displayName: `Holdfast: ${role} of the backup of ${name}`,
			};
			return new gcp.serviceaccount.Account(`${name}-${role}`, changed(transform[role], accountArgs), here);
		}

		function grant(
			role: "writer" | "state" | "restorer",
			to: gcp.serviceaccount.Account,
			permissions: string[],
			condition?: pulumi.Output<gcp.types.input.storage.BucketIAMMemberCondition>,
		) {
			const roleArgs: gcp.projects.IAMCustomRoleArgs = {
				// Letters, digits, _ and . only.
				roleId: physicalName(["holdfast", role, ...identity], 64).replaceAll("-", "_"),
				title: `Holdfast: ${role} of the backup of ${name}`.slice(0, 100),
				permissions,
			};
			const custom = new gcp.projects.IAMCustomRole(
				`${name}-${role}-role`,
				changed(transform[`${role}Role`], roleArgs),
				here,
			);
			const granted = { bucket: bucket.name, role: custom.id, member: to.member, condition };
			return new gcp.storage.BucketIAMMember(`${name}-${role}-grant`, granted, here);
		}

		function stateOnly() {
			return bucket.name.apply((bucketName) => stateObjects(bucketName, prefix));
		}

		function place(): BackupStore {
			return { url: pulumi.interpolate`gs://${bucket.name}/${prefix}`, retentionDays };
		}

		function credentials(role: "writer" | "restorer", of: gcp.serviceaccount.Account): Pick<BackupStore, "secrets"> {
			if (!args.keys) return {};
			const key = new gcp.serviceaccount.Key(`${name}-${role}-key`, { serviceAccountId: of.name }, here);
			const json = key.privateKey.apply((encoded) => Buffer.from(encoded, "base64").toString("utf8"));
			return { secrets: { GOOGLE_CREDENTIALS: pulumi.secret(json) } };
		}
	}
}

/** Everything that is wrong with the arguments of a bucket; `bucket` is what they come to, `transform` included. */
export function gcsBackupBucketProblems(
	name: string,
	args: GcsBackupBucketArgs,
	bucket: gcp.storage.BucketArgs,
): Problem[] {
	const problems = [...retentionProblems(args), ...softDeleteProblems(args.softDeleteDays)];
	problems.push(...storageClassProblems(args.storageClass, args), ...prefixProblems(args.prefix));
	const zone = /^([a-z]+-[a-z]+\d+)-[a-z]$/i.exec(`${args.location}`);
	if (typeof args.location !== "string" || !/^[A-Za-z][A-Za-z0-9-]*$/.test(args.location) || zone !== null) {
		const fix = zone === null ? "write something like asia-southeast1 or EU" : `that is a zone of it: write ${zone[1]}`;
		const reason = `must be a region or multi-region of Google Cloud (got ${shown(args.location)}): ${fix}`;
		problems.push({ propertyPath: "location", reason });
	}
	if (!/^[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]$/.test(name) || /^goog|google/.test(name)) {
		const reason = `must be 3 to 63 lower-case letters, digits, - and _, without "google" and not beginning with "goog" (got ${shown(name)}): write something like my-team-notes-backup`;
		problems.push({ propertyPath: "bucketName", reason });
	}
	const { kmsKeyName } = args;
	if (
		typeof kmsKeyName === "string" &&
		!/^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/.test(kmsKeyName)
	) {
		const reason = `must be projects/…/locations/…/keyRings/…/cryptoKeys/…, without a version (got ${shown(kmsKeyName)}): look it up with gcloud kms keys list`;
		problems.push({ propertyPath: "kmsKeyName", reason });
	}
	for (const kept of ["retentionPolicy", "defaultEventBasedHold"] as const) {
		if (bucket[kept] === undefined) continue;
		const reason = `must not set ${kept} (got ${shown(bucket[kept])}): GCS would refuse to overwrite the lease and the manifest, and no app could start; use graceDays and softDeleteDays`;
		problems.push({ propertyPath: "transform.bucket", reason });
	}
	return problems;
}
