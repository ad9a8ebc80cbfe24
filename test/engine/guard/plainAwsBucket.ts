import { more, type Scenario } from "./scenario";

export const VERSIONING =
	'new aws.s3.BucketVersioning("media-versioning", { bucket: media.bucket, versioningConfiguration: { status: "Enabled" } });';
export const CLOSED =
	'new aws.s3.BucketPublicAccessBlock("media-closed", { bucket: media.bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true });';
export const ENCRYPTION =
	'new aws.s3.BucketServerSideEncryptionConfiguration("media-encryption", { bucket: media.bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn } }] });';

// What loses a bucket's data, or leaves it with less to keep it safe.

export const PLAIN_AWS_BUCKET: Scenario[] = [
	{
		name: "bucket-renamed-without-alias",
		fault: 26,
		change: [['aws.s3.Bucket("media"', 'aws.s3.Bucket("pictures"']],
		exit: 3,
		findings: ["lost renamed-without-alias: bucket shop-test-media"],
	},
	{
		name: "bucket-with-another-name",
		fault: 32,
		change: [['"STACK-media"', '"STACK-pictures"']],
		exit: 3,
		findings: ["lost replaced: bucket shop-test-media"],
	},
	{
		name: "versioning-suspended",
		fault: 32,
		change: [['versioningConfiguration: { status: "Enabled" }', 'versioningConfiguration: { status: "Suspended" }']],
		exit: 3,
		findings: ["at risk versioning-off: versioning of a bucket shop-test-media"],
	},
	{
		name: "versioning-removed",
		fault: 32,
		change: [[VERSIONING, ""]],
		exit: 3,
		findings: ["at risk safeguard-removed: versioning of a bucket shop-test-media"],
	},
	{
		name: "public-access-block-removed",
		fault: 31,
		change: [[CLOSED, ""]],
		exit: 3,
		findings: ["at risk safeguard-removed: public access block of a bucket shop-test-media"],
	},
	{
		name: "public-access-block-loosened",
		fault: 31,
		change: [["restrictPublicBuckets: true", "restrictPublicBuckets: false"]],
		exit: 3,
		findings: [
			"at risk no-public-bucket: public access block of a bucket shop-test-media",
			"at risk public-access-possible: public access block of a bucket shop-test-media",
		],
	},
	{
		name: "shorter-lifecycle",
		fault: 32,
		change: [["noncurrentDays: 90", "noncurrentDays: 7"]],
		exit: 3,
		findings: ["at risk lifecycle-deletes-sooner: lifecycle of a bucket shop-test-media"],
	},
	{
		name: "objects-expire",
		fault: 32,
		change: [["noncurrentVersionExpiration: { noncurrentDays: 90 }", "expiration: { days: 7 }"]],
		exit: 3,
		findings: ["at risk lifecycle-deletes-sooner: lifecycle of a bucket shop-test-media"],
	},
	{
		name: "no-encryption-key",
		fault: 32,
		change: [[ENCRYPTION, ""]],
		exit: 3,
		findings: ["at risk safeguard-removed: encryption of a bucket shop-test-media"],
	},
	{
		name: "public-policy",
		fault: 31,
		change: more(
			'new aws.s3.BucketPolicy("open", { bucket: media.bucket, policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" }] }) });',
		),
		exit: 3,
		findings: ["at risk no-public-bucket: BucketPolicy open"],
	},
	{
		name: "force-destroy",
		fault: 31,
		change: [['bucket: "STACK-media", ', 'bucket: "STACK-media", forceDestroy: true, ']],
		exit: 3,
		findings: ["at risk no-force-destroy: bucket shop-test-media"],
	},
];
