import type * as aws from "@pulumi/aws";
import { EXPIRING, LOCATIONS, STORE_LAYOUT, SUPERSEDED_TAG } from "../backup";

/** One statement of an IAM policy. With a `Principal`, it is one of a bucket policy as well. */
export interface Statement {
	Sid: string;
	Effect: "Allow" | "Deny";
	Action: string[];
	Resource: string[];
	Principal?: "*" | { AWS: string | string[] };
	Condition?: Record<string, Record<string, string | string[]>>;
}

/**
 * The least that a keeper needs: to find, read, write and mark, never to delete. Neither does it get `DeleteObject` nor
 * `PutLifecycleConfiguration` nor `BypassGovernanceRetention`: a host that was broken into cannot take the past along.
 *
 * The listing has no condition on `s3:prefix`: S3 answers 403 instead of 404 for an object that is not there unless the
 * caller may list the bucket, and a read carries no prefix. "No manifest yet" would look like "no permission".
 */
export function writerStatements(bucketArn: string, prefix: string, kmsKeyArn?: string): Statement[] {
	return [
		allow("Find", ["s3:ListBucket", "s3:GetBucketLocation"], [bucketArn]),
		allow("Keep", ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"], [`${bucketArn}/${prefix}/*`]),
		allow(
			"Mark",
			["s3:PutObjectTagging"],
			EXPIRING.map((place) => `${bucketArn}/${prefix}/${place}/*`),
		),
		allow("Locate", ["s3:GetObject", "s3:PutObject"], [`${bucketArn}/${LOCATIONS}/*`]),
		...key(["kms:GenerateDataKey", "kms:Decrypt"], kmsKeyArn),
	];
}

/** The least that a restore needs, old versions included. Nothing that writes. */
export function restorerStatements(bucketArn: string, prefix: string, kmsKeyArn?: string): Statement[] {
	const objects = [`${bucketArn}/${prefix}/*`, `${bucketArn}/${LOCATIONS}/*`];
	return [
		allow("Find", ["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketVersions"], [bucketArn]),
		allow("Read", ["s3:GetObject", "s3:GetObjectVersion"], objects),
		...key(["kms:Decrypt"], kmsKeyArn),
	];
}

/** Refuses every request that is not encrypted on its way, whoever makes it. */
export function tlsOnlyStatements(bucketArn: string): Statement[] {
	return [
		{
			Sid: "TlsOnly",
			Effect: "Deny",
			Principal: "*",
			Action: ["s3:*"],
			Resource: [bucketArn, `${bucketArn}/*`],
			Condition: { Bool: { "aws:SecureTransport": "false" } },
		},
	];
}

/** One statement of a role's trust: which service may take it. */
export interface TrustStatement extends Omit<Statement, "Resource" | "Principal"> {
	Principal: { Service: string };
}

/** Statements as the document that AWS takes. */
export function policyDocument(statements: (Statement | TrustStatement)[]): string {
	return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/**
 * What expires. A current object does only with the keeper's mark, and only in the replica: by age alone, the one
 * snapshot of an idle database would go. `graceDays` is how long old versions stay.
 */
export function lifecycleRules(
	prefix: string,
	graceDays: number,
): aws.types.input.s3.BucketLifecycleConfigurationRule[] {
	return [
		...EXPIRING.map((place) => ({
			id: place === STORE_LAYOUT.replica ? "superseded" : "superseded-dumps",
			status: "Enabled",
			filter: {
				and: { prefix: `${prefix}/${place}/`, tags: { [SUPERSEDED_TAG.key]: SUPERSEDED_TAG.value } },
			},
			expiration: { days: 1 },
		})),
		{
			id: "old-versions",
			status: "Enabled",
			filter: {},
			noncurrentVersionExpiration: { noncurrentDays: graceDays },
			// A marker whose old versions are all gone. It takes no object along.
			expiration: { expiredObjectDeleteMarker: true },
		},
		{
			id: "unfinished-uploads",
			status: "Enabled",
			filter: {},
			abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
		},
	];
}

function allow(Sid: string, Action: string[], Resource: string[]): Statement {
	return { Sid, Effect: "Allow", Action, Resource };
}

function key(actions: string[], kmsKeyArn: string | undefined): Statement[] {
	return kmsKeyArn === undefined ? [] : [allow("Encryption", actions, [kmsKeyArn])];
}
