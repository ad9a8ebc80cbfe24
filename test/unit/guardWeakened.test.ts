import { describe, expect, it } from "vitest";
import { readPlan, UNKNOWN } from "../../components/guard/plan";
import { statefulResources } from "../../components/guard/resources";
import { preview, step } from "./guardPlans";

type Inputs = Record<string, unknown>;

const BUCKET = "gcp:storage/bucket:Bucket";
const S3 = "aws:s3/bucket:Bucket";
const LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const OBJECT_LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
const TABLE = "aws:dynamodb/table:Table";
const KEY = "aws:kms/key:Key";
const RDS = "aws:rds/instance:Instance";
const VAULT = "azure-native:keyvault:Vault";
const ALLOYDB = "gcp:alloydb/cluster:Cluster";

/** What an update in place is told to weaken. */
function rules(type: string, old: Inputs, planned: Inputs) {
	const update = step("update", type, "it", { inputs: old }, { inputs: planned });
	return statefulResources(readPlan(preview([update]))).findings.map(({ rule }) => rule);
}

const lock = (mode: string) => ({ rule: { defaultRetention: { mode, days: 30 } } });
const expire = (days: unknown, more: Inputs = {}) => ({ status: "Enabled", expiration: { days }, ...more });
const remove = (condition: Inputs) => ({ lifecycleRules: [{ action: { type: "Delete" }, condition }] });

describe("an update in place", () => {
	it.for<[string, string, Inputs, Inputs]>([
		["retention-shortened", BUCKET, {}, { softDeletePolicy: { retentionDurationSeconds: 0 } }],
		["retention-shortened", KEY, {}, { deletionWindowInDays: 7 }],
		["retention-shortened", VAULT, { properties: {} }, { properties: { softDeleteRetentionInDays: 7 } }],
		["retention-shortened", OBJECT_LOCK, lock("COMPLIANCE"), lock("GOVERNANCE")],
		["key-disabled", KEY, {}, { isEnabled: false }],
		["kept-after-deletion-off", VAULT, { properties: { enablePurgeProtection: true } }, { properties: {} }],
		["kept-after-deletion-off", RDS, { deleteAutomatedBackups: false }, {}],
		[
			"kept-after-deletion-off",
			"gcp:sql/database:Database",
			{ deletionPolicy: "ABANDON" },
			{ deletionPolicy: "DELETE" },
		],
		[
			"kept-after-deletion-off",
			"kubernetes:core/v1:PersistentVolume",
			{ spec: { persistentVolumeReclaimPolicy: "Retain" } },
			{ spec: { persistentVolumeReclaimPolicy: "Delete" } },
		],
		["expires-sooner", TABLE, {}, { ttl: { enabled: true } }],
		["expires-sooner", "gcp:bigquery/dataset:Dataset", {}, { defaultTableExpirationMs: 3_600_000 }],
		["expires-sooner", "aws:backup/plan:Plan", { rules: [{}] }, { rules: [{ lifecycle: { deleteAfter: 7 } }] }],
		["public-access-possible", RDS, {}, { publiclyAccessible: true }],
		["backups-off", ALLOYDB, { automatedBackupPolicy: { enabled: true } }, {}],
		["point-in-time-recovery-off", ALLOYDB, {}, { continuousBackupConfig: { enabled: false } }],
		["encryption-changed", S3, { serverSideEncryptionConfiguration: encrypted() }, {}],
		[
			"lifecycle-deletes-sooner",
			LIFECYCLE,
			{ rules: [] },
			{ rules: [expire(undefined, { expiration: { date: "2027" } })] },
		],
		["lifecycle-deletes-sooner", LIFECYCLE, { rules: [expire(30)] }, { rules: [expire(UNKNOWN)] }],
		["lifecycle-unseen", LIFECYCLE, { rules: [expire(30)] }, { rules: UNKNOWN }],
		["lifecycle-deletes-sooner", S3, {}, { lifecycleRules: [{ enabled: true, expiration: { days: 1 } }] }],
		["lifecycle-deletes-sooner", LIFECYCLE, { rules: [expire(30, { prefix: "a/" })] }, { rules: [expire(30)] }],
	])("is at risk by %s: %s", ([rule, type, old, planned]) => {
		expect(rules(type, old, planned)).toEqual([rule]);
	});

	it.for<[string, string, Inputs, Inputs]>([
		[
			"what the platform does anyway is written",
			BUCKET,
			{},
			{ softDeletePolicy: { retentionDurationSeconds: 604_800 } },
		],
		["and taken out again", BUCKET, { softDeletePolicy: { retentionDurationSeconds: 604_800 } }, {}],
		["a key is said to be enabled", KEY, {}, { isEnabled: true }],
		[
			"tables end later",
			"gcp:bigquery/dataset:Dataset",
			{ defaultTableExpirationMs: 1 },
			{ defaultTableExpirationMs: 2 },
		],
		["tables do not end any more", "gcp:bigquery/dataset:Dataset", { defaultTableExpirationMs: 1 }, {}],
		["a rule for some beside one for all", LIFECYCLE, { rules: [expire(30)] }, { rules: [expire(30), tmp()] }],
		[
			"an empty prefix is none",
			LIFECYCLE,
			{ rules: [expire(30)] },
			{ rules: [expire(30, { filter: { prefix: "" } })] },
		],
		["a newer provider says more", BUCKET, remove({ age: 30 }), remove({ age: 30, sendAgeIfZero: false })],
		["fewer objects", BUCKET, remove({ age: 30 }), remove({ age: 30, matchesPrefixes: ["tmp/"] })],
		[
			"uploads that were broken off",
			LIFECYCLE,
			{ rules: [] },
			{ rules: [{ status: "Enabled", abortIncompleteMultipartUpload: { daysAfterInitiation: 1 } }] },
		],
	])("keeps the data where %s: %s", ([, type, old, planned]) => {
		expect(rules(type, old, planned)).toEqual(["kept"]);
	});
});

function tmp() {
	return expire(60, { filter: { prefix: "tmp/" } });
}

function encrypted() {
	return { rule: { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "key" } } };
}
