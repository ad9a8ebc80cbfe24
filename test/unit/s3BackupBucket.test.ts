import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { S3BackupBucket, type S3BackupBucketArgs } from "../../components/aws/backupBucket";
import { lifecycleRules, restorerStatements, type Statement, writerStatements } from "../../components/aws/policies";
import { SUPERSEDED_TAG } from "../../components/backup";
import { BESIDE_THE_REPLICA } from "./besideTheReplica";
import { Made, problemsOf, resolved } from "./mocks";

const ARN = "arn:aws:s3:::vault";
const KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const s3 = (kind: string) => `aws:s3/${kind[0]?.toLowerCase()}${kind.slice(1)}:${kind}`;
const POLICY = "aws:iam/policy:Policy";

const made = new Made();
beforeAll(() =>
	made.start(({ name, inputs }) => ({
		arn: inputs.bucket === undefined ? `arn:${name}` : `arn:aws:s3:::${inputs.bucket}`,
		region: "eu-west-1",
		name: `${name}-name`,
		secret: `${name}-hidden`,
	})),
);
beforeEach(() => made.forget());

async function make(args?: S3BackupBucketArgs) {
	const backup = new S3BackupBucket("notes", args);
	const { bucket, arn, writerPolicyArn, restorerPolicyArn, store, restorer } = backup;
	const outputs = await resolved(pulumi.output({ bucket, arn, writerPolicyArn, restorerPolicyArn, store, restorer }));
	await pulumi.runtime.disconnect();
	return { backup, outputs };
}

const problems = (args: object) => problemsOf(() => new S3BackupBucket("notes", args as S3BackupBucketArgs));

/** Every action by the resource it is allowed on. */
const grants = (statements: Statement[]) =>
	statements.flatMap(({ Effect, Action, Resource }) => {
		expect(Effect).toBe("Allow");
		return Resource.flatMap((resource) => Action.map((action) => `${action} ${resource}`));
	});

describe("S3BackupBucket", () => {
	it("defaults: named for good, private, versioned, encrypted, TLS only, never emptied", async () => {
		const { outputs } = await make();
		expect(outputs).toEqual({
			bucket: "shop-test-notes-backup",
			arn: "arn:aws:s3:::shop-test-notes-backup",
			writerPolicyArn: "arn:notes-writer",
			restorerPolicyArn: "arn:notes-restorer",
			store: {
				url: "s3://shop-test-notes-backup/app",
				environment: { AWS_REGION: "eu-west-1" },
				retentionDays: 30,
			},
			restorer: undefined,
		});
		const bucket = "shop-test-notes-backup";
		expect(made.of(s3("Bucket"))).toEqual({ "notes-bucket": { bucket } });
		const rule = { objectOwnership: "BucketOwnerEnforced" };
		expect(made.of(s3("BucketOwnershipControls"))["notes-ownership"]).toEqual({ bucket, rule });
		const versioningConfiguration = { status: "Enabled" };
		expect(made.of(s3("BucketVersioning"))["notes-versioning"]).toEqual({ bucket, versioningConfiguration });
		expect(made.of(s3("BucketPublicAccessBlock"))["notes-public-access"]).toEqual({
			bucket,
			blockPublicAcls: true,
			blockPublicPolicy: true,
			ignorePublicAcls: true,
			restrictPublicBuckets: true,
		});
		expect(made.of(s3("BucketServerSideEncryptionConfiguration"))["notes-encryption"]).toEqual({
			bucket,
			rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
		});
		expect(JSON.parse(made.of(s3("BucketPolicy"))["notes-policy"]?.policy).Statement).toEqual([
			{
				Sid: "TlsOnly",
				Effect: "Deny",
				Principal: "*",
				Action: ["s3:*"],
				Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
				Condition: { Bool: { "aws:SecureTransport": "false" } },
			},
		]);
		const rules = lifecycleRules("app", 7);
		expect(made.of(s3("BucketLifecycleConfiguration"))["notes-lifecycle"]).toEqual({ bucket, rules });
		const policies = made.of(POLICY);
		expect(JSON.parse(policies["notes-writer"]?.policy)).toEqual({
			Version: "2012-10-17",
			Statement: writerStatements(outputs.arn, "app"),
		});
		expect(JSON.parse(policies["notes-restorer"]?.policy).Statement).toEqual(restorerStatements(outputs.arn, "app"));
		expect(made.types().filter((type) => /ObjectLock|AccessKey|User/.test(type))).toEqual([]);
	});

	it("custom: every option reaches its resource", async () => {
		const { outputs } = await make({
			bucketName: "vault",
			prefix: "shop/notes",
			retentionDays: 90,
			graceDays: 14,
			kmsKeyArn: KEY,
			objectLock: { mode: "compliance", days: 90 },
			tags: { team: "kelp" },
			transform: {
				bucket: (bucket) => ({ ...bucket, bucketNamespace: "global" }),
				writerPolicy: (policy) => ({ ...policy, path: "/holdfast/" }),
			},
		});
		expect(outputs.store).toMatchObject({ url: "s3://vault/shop/notes", retentionDays: 90 });
		expect(made.of(s3("Bucket"))["notes-bucket"]).toEqual({
			bucket: "vault",
			tags: { team: "kelp" },
			bucketNamespace: "global",
		});
		expect(made.of(s3("BucketServerSideEncryptionConfiguration"))["notes-encryption"]?.rules).toEqual([
			{
				applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: KEY },
				bucketKeyEnabled: true,
			},
		]);
		expect(made.of(s3("BucketLifecycleConfiguration"))["notes-lifecycle"]?.rules).toEqual(
			lifecycleRules("shop/notes", 14),
		);
		expect(made.of(s3("BucketObjectLockConfiguration"))["notes-object-lock"]).toEqual({
			bucket: "vault",
			rule: { defaultRetention: { mode: "COMPLIANCE", days: 90 } },
		});
		const writer = made.of(POLICY)["notes-writer"];
		expect(writer).toMatchObject({ path: "/holdfast/", tags: { team: "kelp" } });
		expect(JSON.parse(writer?.policy).Statement).toEqual(writerStatements(ARN, "shop/notes", KEY));
		expect(JSON.parse(made.of(POLICY)["notes-restorer"]?.policy).Statement).toEqual(
			restorerStatements(ARN, "shop/notes", KEY),
		);
	});

	it("access keys: one user for each role, its own policy only, secret", async () => {
		const { backup, outputs } = await make({ accessKeys: true });
		const secrets = (role: string) => ({
			AWS_ACCESS_KEY_ID: `notes-${role}-key-id`,
			AWS_SECRET_ACCESS_KEY: `notes-${role}-key-hidden`,
		});
		expect(outputs.store.secrets).toEqual(secrets("writer"));
		expect(outputs.restorer).toEqual({ ...outputs.store, secrets: secrets("restorer") });
		for (const secret of [backup.store, backup.restorer].flatMap((store) => Object.values(store?.secrets ?? {}))) {
			expect(await pulumi.isSecret(pulumi.output(secret))).toBe(true);
		}
		expect(made.of("aws:iam/userPolicyAttachment:UserPolicyAttachment")).toEqual({
			"notes-writer-user-policy": { user: "notes-writer-user-name", policyArn: "arn:notes-writer" },
			"notes-restorer-user-policy": { user: "notes-restorer-user-name", policyArn: "arn:notes-restorer" },
		});
	});

	it("throws: everything that is wrong at once, with both values where wishes disagree", () => {
		const lock = { mode: "governance", days: 40 };
		const reasons = problems({
			retentionDays: 30,
			graceDays: 0,
			objectLock: lock,
			prefix: "/notes/",
			bucketName: "A.b",
		});
		expect(Object.keys(reasons)).toEqual(["graceDays", "objectLock.days", "prefix", "bucketName"]);
		expect(reasons.graceDays).toContain("got 0): versioning would keep nothing");
		expect(reasons["objectLock.days"]).toContain("got 40 days and 30 days");
		expect(reasons.prefix).toContain('got "/notes/"');
		expect(reasons.bucketName).toContain('got "A.b"');
		expect(problems({ objectLock: lock })["objectLock.days"]).toContain("got 40 days and 30 days");
		expect(problems({ objectLock: { mode: "none", days: 3 } })["objectLock.mode"]).toContain('got "none"');
		expect(problems({ objectLock: { mode: "governance" } })["objectLock.days"]).toContain("from 1 to 3650");
		expect(problems({ objectLock: { mode: "compliance", days: 3 } }).retentionDays).toContain("lock of 3 days");
		expect(problems({ retentionDays: 0, graceDays: 366 })).toEqual({
			retentionDays: "must be a whole number from 1 to 3650 (got 0)",
			graceDays: "must be a whole number from 1 to 365 (got 366)",
		});
		expect(problems({ kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:alias/a" }).kmsKeyArn).toContain("alias/a");
		for (const prefix of ["", "a//b", "a/", "../b", "holdfast-apps", "a b", "*", "a".repeat(201)]) {
			expect(Object.keys(problems({ prefix }))).toEqual(["prefix"]);
		}
		for (const bucketName of ["ab", "-abc", "abc-", "a_bc", "a".repeat(64)]) {
			expect(Object.keys(problems({ bucketName }))).toEqual(["bucketName"]);
		}
		expect(made.types()).toEqual([]);
	});

	it("least privilege: the writer finds, reads, adds and marks, the restorer reads; nobody deletes", () => {
		expect(grants(writerStatements(ARN, "a/b", KEY))).toEqual([
			`s3:ListBucket ${ARN}`,
			`s3:GetBucketLocation ${ARN}`,
			`s3:GetObject ${ARN}/a/b/*`,
			`s3:PutObject ${ARN}/a/b/*`,
			`s3:AbortMultipartUpload ${ARN}/a/b/*`,
			`s3:PutObjectTagging ${ARN}/a/b/replica/*`,
			`s3:PutObjectTagging ${ARN}/a/b/postgres/dumps/*`,
			`s3:GetObject ${ARN}/holdfast-apps/*`,
			`s3:PutObject ${ARN}/holdfast-apps/*`,
			`kms:GenerateDataKey ${KEY}`,
			`kms:Decrypt ${KEY}`,
		]);
		expect(grants(restorerStatements(ARN, "a/b", KEY))).toEqual([
			`s3:ListBucket ${ARN}`,
			`s3:GetBucketLocation ${ARN}`,
			`s3:ListBucketVersions ${ARN}`,
			`s3:GetObject ${ARN}/a/b/*`,
			`s3:GetObjectVersion ${ARN}/a/b/*`,
			`s3:GetObject ${ARN}/holdfast-apps/*`,
			`s3:GetObjectVersion ${ARN}/holdfast-apps/*`,
			`kms:Decrypt ${KEY}`,
		]);
		const withoutKey = [...writerStatements(ARN, "app"), ...restorerStatements(ARN, "app")];
		expect(grants(withoutKey).filter((grant) => grant.startsWith("kms:"))).toEqual([]);
	});

	it("lifecycle: a current object expires only with the mark, and only in the replica", () => {
		const rules = lifecycleRules("a/b", 9);
		const mark = { [SUPERSEDED_TAG.key]: SUPERSEDED_TAG.value };
		expect(expires(rules, "a/b/replica/ltx/0/1-2.ltx", mark)).toEqual(["superseded"]);
		expect(expires(rules, "a/b/postgres/dumps/x.dump", mark)).toEqual(["superseded-dumps"]);
		expect(expires(rules, "a/b/postgres/dumps/x.dump", {})).toEqual([]);
		expect(expires(rules, "a/b/postgres/x.json", mark)).toEqual([]);
		for (const key of BESIDE_THE_REPLICA) expect(expires(rules, key, mark)).toEqual([]);
		for (const key of [...BESIDE_THE_REPLICA, "a/b/replica/ltx/9/1-2.ltx"]) {
			expect(expires(rules, key, {})).toEqual([]);
			expect(expires(rules, key, { [SUPERSEDED_TAG.key]: "false", other: "true" })).toEqual([]);
		}
		const old = rules.map(({ noncurrentVersionExpiration }) => noncurrentVersionExpiration);
		expect(old).toEqual([undefined, undefined, { noncurrentDays: 9 }, undefined]);
		expect(rules[2]?.expiration).toEqual({ expiredObjectDeleteMarker: true });
		expect(rules[3]?.abortIncompleteMultipartUpload).toEqual({ daysAfterInitiation: 7 });
	});
});

/** The rules that let a current object expire, however old it is: S3's reading of a filter. */
function expires(rules: ReturnType<typeof lifecycleRules>, key: string, tags: Record<string, string>): string[] {
	// Plain values, as the builder makes them.
	const plain = JSON.parse(JSON.stringify(rules)) as {
		id: string;
		prefix?: string;
		filter?: { prefix?: string; and?: { prefix?: string; tags?: Record<string, string> } };
		expiration?: { days?: number; date?: string };
	}[];
	return plain
		.filter(({ expiration }) => expiration?.days !== undefined || expiration?.date !== undefined)
		.filter(({ prefix, filter }) => key.startsWith(prefix ?? filter?.prefix ?? filter?.and?.prefix ?? ""))
		.filter(({ filter }) => Object.entries(filter?.and?.tags ?? {}).every(([tag, value]) => tags[tag] === value))
		.map(({ id }) => id);
}
