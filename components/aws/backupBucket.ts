import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BackupStore } from "../backup";
import { physicalName } from "../names";
import {
	GRACE_DAYS,
	type ObjectLock,
	objectLockProblems,
	PREFIX,
	prefixProblems,
	RETENTION_DAYS,
	type RetentionArgs,
	retentionProblems,
} from "../retention";
import { stateful } from "../stateful";
import { type Change, changed } from "../transform";
import { type Problem, shown, throwProblems } from "../validate";
import {
	lifecycleRules,
	policyDocument,
	restorerStatements,
	type Statement,
	tlsOnlyStatements,
	writerStatements,
} from "./policies";

/** What an {@link S3BackupBucket} needs to know. */
export interface S3BackupBucketArgs extends RetentionArgs {
	/**
	 * Name of the bucket, unique in all of AWS: 3 to 63 lower-case letters, digits and `-`. It does not change from one
	 * creation to the next, so that a bucket left behind by a `destroy` is met again instead of a new, empty one being
	 * used: `pulumi import aws:s3/bucket:Bucket <name>-bucket <bucket> --parent "component=<urn>"`, with the URN of this
	 * component (`pulumi stack --show-urns`). @default - project, stack and name, and "backup"
	 */
	bucketName?: string;
	/** Path in the bucket below which the app's data lies. One app for each prefix. @default "app" */
	prefix?: string;
	/** ARN of the KMS key that encrypts the objects; not of an alias. @default - keys that S3 manages (AES-256) */
	kmsKeyArn?: pulumi.Input<string>;
	/** Lets nobody delete a version for a time. Once on, a bucket never loses the ability. @default - no lock */
	objectLock?: ObjectLock;
	/** Makes users with access keys for the writer and the restorer, for hosts outside AWS. @default false */
	accessKeys?: boolean;
	/** Tags of the bucket, the policies and the users. @default - none */
	tags?: Record<string, pulumi.Input<string>>;
	/** Changes the arguments of a child before it is made. @default - none */
	transform?: {
		bucket?: Change<aws.s3.BucketArgs>;
		ownership?: Change<aws.s3.BucketOwnershipControlsArgs>;
		publicAccess?: Change<aws.s3.BucketPublicAccessBlockArgs>;
		versioning?: Change<aws.s3.BucketVersioningArgs>;
		encryption?: Change<aws.s3.BucketServerSideEncryptionConfigurationArgs>;
		policy?: Change<aws.s3.BucketPolicyArgs>;
		lifecycle?: Change<aws.s3.BucketLifecycleConfigurationArgs>;
		objectLock?: Change<aws.s3.BucketObjectLockConfigurationArgs>;
		writerPolicy?: Change<aws.iam.PolicyArgs>;
		restorerPolicy?: Change<aws.iam.PolicyArgs>;
		writerUser?: Change<aws.iam.UserArgs>;
		restorerUser?: Change<aws.iam.UserArgs>;
	};
}

/**
 * An S3 bucket for the replica of an app's database: private, versioned, encrypted, reached over TLS only, kept when the
 * stack is destroyed. The keeper may add and mark, never delete; a separate identity restores.
 *
 * @example
 * const backup = new S3BackupBucket("notes", { retentionDays: 90, accessKeys: true });
 * export const writerPolicyArn = backup.writerPolicyArn;
 * // `backup.store` is what an app component takes as its backup.
 *
 * What a keeper that was broken into can do: mark files that are still needed. They then become old versions, which
 * `graceDays` keeps; `objectLock` keeps every version for its days. Within that time the marks can be undone by hand.
 *
 * Permissions: writer: s3:ListBucket, s3:GetBucketLocation on BUCKET
 * Permissions: writer: s3:GetObject, s3:PutObject, s3:AbortMultipartUpload on BUCKET/PREFIX/*
 * Permissions: writer: s3:PutObjectTagging on BUCKET/PREFIX/replica/*
 * Permissions: writer: s3:PutObjectTagging on BUCKET/PREFIX/postgres/dumps/*
 * Permissions: writer: s3:GetObject, s3:PutObject on BUCKET/holdfast-apps/*
 * Permissions: writer: kms:GenerateDataKey, kms:Decrypt on KEY
 * Permissions: restorer: s3:ListBucket, s3:GetBucketLocation, s3:ListBucketVersions on BUCKET
 * Permissions: restorer: s3:GetObject, s3:GetObjectVersion on BUCKET/PREFIX/*
 * Permissions: restorer: s3:GetObject, s3:GetObjectVersion on BUCKET/holdfast-apps/*
 * Permissions: restorer: kms:Decrypt on KEY
 *
 * Those on KEY only with `kmsKeyArn`.
 *
 * @throws {pulumi.InputPropertiesError} with everything that is wrong with the arguments.
 *
 * Cost: in us-east-1 as of 2026-11-22 and S3 Standard, 0.023 $ a GB and month, old versions included, and 0.005 $ for 1000
 * writes (source: devnotes.tech, without a date; AWS's own page could not be read here). The keeper makes one write for each
 * second in which the app writes: 13 $ for a month without a pause, cents for an app that people use by day. A KMS key of
 * your own costs extra.
 */
export class S3BackupBucket extends pulumi.ComponentResource {
	/** Name of the bucket. */
	readonly bucket: pulumi.Output<string>;
	/** ARN of the bucket. */
	readonly arn: pulumi.Output<string>;
	/** ARN of the policy that lets a keeper find, read, add and mark. */
	readonly writerPolicyArn: pulumi.Output<string>;
	/** ARN of the policy that lets a restore find and read, old versions included. */
	readonly restorerPolicyArn: pulumi.Output<string>;
	/** What an app component takes as its backup. Its secrets are the writer's, with `accessKeys`. */
	readonly store: BackupStore;
	/** The same place with the restorer's credentials; only with `accessKeys`. */
	readonly restorer?: BackupStore;

	constructor(name: string, args: S3BackupBucketArgs = {}, opts?: pulumi.ComponentResourceOptions) {
		super("holdfast:aws:S3BackupBucket", name, {}, opts);
		const bucketName = args.bucketName ?? physicalName([pulumi.getProject(), pulumi.getStack(), name, "backup"], 63);
		throwProblems(`S3BackupBucket ${name}`, s3BackupBucketProblems(bucketName, args));
		const { prefix = PREFIX, retentionDays = RETENTION_DAYS, graceDays = GRACE_DAYS, tags, transform = {} } = args;
		const here = { parent: this };
		// Whatever guards the data goes no sooner than the data: a destroy must not leave an open, unversioned bucket.
		const guard = stateful(here);

		const bucket = makeBucket();
		ownObjects();
		closeToThePublic();
		const versions = keepVersions();
		encrypt();
		refusePlainHttp();
		expire();
		lock();
		const writer = makePolicy("writer", writerStatements);
		const restorer = makePolicy("restorer", restorerStatements);

		this.bucket = bucket.bucket;
		this.arn = bucket.arn;
		this.writerPolicyArn = writer.arn;
		this.restorerPolicyArn = restorer.arn;
		this.store = { ...place(), ...credentials("writer", writer) };
		if (args.accessKeys) this.restorer = { ...place(), ...credentials("restorer", restorer) };
		this.registerOutputs({
			bucket: this.bucket,
			arn: this.arn,
			writerPolicyArn: this.writerPolicyArn,
			restorerPolicyArn: this.restorerPolicyArn,
			store: this.store,
			restorer: this.restorer,
		});

		function makeBucket() {
			return new aws.s3.Bucket(`${name}-bucket`, changed(transform.bucket, { bucket: bucketName, tags }), guard);
		}

		function ownObjects() {
			const ownership = { bucket: bucket.bucket, rule: { objectOwnership: "BucketOwnerEnforced" } };
			new aws.s3.BucketOwnershipControls(`${name}-ownership`, changed(transform.ownership, ownership), guard);
		}

		function closeToThePublic() {
			const closed = {
				bucket: bucket.bucket,
				blockPublicAcls: true,
				blockPublicPolicy: true,
				ignorePublicAcls: true,
				restrictPublicBuckets: true,
			};
			new aws.s3.BucketPublicAccessBlock(`${name}-public-access`, changed(transform.publicAccess, closed), guard);
		}

		function keepVersions() {
			const versioning = { bucket: bucket.bucket, versioningConfiguration: { status: "Enabled" } };
			return new aws.s3.BucketVersioning(`${name}-versioning`, changed(transform.versioning, versioning), guard);
		}

		function encrypt() {
			const rule =
				args.kmsKeyArn === undefined
					? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
					: {
							applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: args.kmsKeyArn },
							// One request to KMS for many objects: Litestream writes an object a second.
							bucketKeyEnabled: true,
						};
			const encryption = changed(transform.encryption, { bucket: bucket.bucket, rules: [rule] });
			new aws.s3.BucketServerSideEncryptionConfiguration(`${name}-encryption`, encryption, guard);
		}

		function refusePlainHttp() {
			const policy = bucket.arn.apply((arn) => policyDocument(tlsOnlyStatements(arn)));
			new aws.s3.BucketPolicy(`${name}-policy`, changed(transform.policy, { bucket: bucket.bucket, policy }), guard);
		}

		function expire() {
			const rules = lifecycleRules(prefix, graceDays);
			const lifecycle = changed(transform.lifecycle, { bucket: bucket.bucket, rules });
			// Before versioning is on, an expiry would delete for good.
			new aws.s3.BucketLifecycleConfiguration(`${name}-lifecycle`, lifecycle, { ...guard, dependsOn: versions });
		}

		/** A configuration of its own and no property of the bucket, which would be replaced where a lock is added later. */
		function lock() {
			if (args.objectLock === undefined) return;
			const defaultRetention = { mode: args.objectLock.mode.toUpperCase(), days: args.objectLock.days };
			const locked = changed(transform.objectLock, { bucket: bucket.bucket, rule: { defaultRetention } });
			// Not protected: taking the option out ends the lock for what is written from then on.
			new aws.s3.BucketObjectLockConfiguration(`${name}-object-lock`, locked, { ...here, dependsOn: versions });
		}

		function makePolicy(role: "writer" | "restorer", statements: typeof writerStatements) {
			const policy = pulumi
				.all([bucket.arn, args.kmsKeyArn])
				.apply(([arn, key]: [string, string | undefined]): Statement[] => statements(arn, prefix, key))
				.apply(policyDocument);
			const description = `Holdfast: ${role} of the backup of ${name}`;
			// Without a name of its own. One that an update made and forgot when it was cut off grants nothing to anybody, for
			// nothing refers to it; of a fixed name, it would be in the way of the next update until somebody took it in.
			const policyArgs = changed(transform[`${role}Policy`], { policy, description, tags });
			return new aws.iam.Policy(`${name}-${role}`, policyArgs, here);
		}

		function place(): BackupStore {
			const url = pulumi.interpolate`s3://${bucket.bucket}/${prefix}`;
			return { url, environment: { AWS_REGION: bucket.region }, retentionDays };
		}

		function credentials(role: "writer" | "restorer", policy: aws.iam.Policy): Pick<BackupStore, "secrets"> {
			if (!args.accessKeys) return {};
			const userArgs = changed(transform[`${role}User`], { tags });
			const user = new aws.iam.User(`${name}-${role}-user`, userArgs, here);
			const attachment = { user: user.name, policyArn: policy.arn };
			new aws.iam.UserPolicyAttachment(`${name}-${role}-user-policy`, attachment, here);
			const key = new aws.iam.AccessKey(`${name}-${role}-key`, { user: user.name }, here);
			const secrets = { AWS_ACCESS_KEY_ID: pulumi.secret(key.id), AWS_SECRET_ACCESS_KEY: pulumi.secret(key.secret) };
			return { secrets };
		}
	}
}

/** Everything that is wrong with the arguments of a bucket. */
export function s3BackupBucketProblems(bucketName: string, args: S3BackupBucketArgs): Problem[] {
	const problems = [...retentionProblems(args), ...objectLockProblems(args.objectLock, args)];
	problems.push(...prefixProblems(args.prefix));
	if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucketName)) {
		const reason = `must be 3 to 63 lower-case letters, digits and -, no dot, with which TLS fails (got ${shown(bucketName)}): write something like my-team-notes-backup`;
		problems.push({ propertyPath: "bucketName", reason });
	}
	const { kmsKeyArn } = args;
	if (typeof kmsKeyArn === "string" && !/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/.test(kmsKeyArn)) {
		const reason = `must be the ARN of a key, arn:aws:kms:region:account:key/id; permissions on an alias do nothing (got ${shown(kmsKeyArn)}): look it up with aws kms describe-key`;
		problems.push({ propertyPath: "kmsKeyArn", reason });
	}
	return problems;
}
