import type { Base, Scenario } from "./scenario";

// A program of another project, without our components, on the double of the AWS provider.

const more = (resource: string): Scenario["change"] => [["// more", resource]];
const VERSIONING =
	'new aws.s3.BucketVersioning("media-versioning", { bucket: media.bucket, versioningConfiguration: { status: "Enabled" } });';
const CLOSED =
	'new aws.s3.BucketPublicAccessBlock("media-closed", { bucket: media.bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true });';
const LIFECYCLE =
	'new aws.s3.BucketLifecycleConfiguration("media-lifecycle", { bucket: media.bucket, rules: [{ id: "old", status: "Enabled", filter: {}, noncurrentVersionExpiration: { noncurrentDays: 90 } }] });';
const ENCRYPTION =
	'new aws.s3.BucketServerSideEncryptionConfiguration("media-encryption", { bucket: media.bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn } }] });';

export const PLAIN_AWS: Base = {
	name: "plain-aws",
	program: `
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
const key = new aws.kms.Key("key", { description: "of the shop", deletionWindowInDays: 30 }, { protect: true });
const media = new aws.s3.Bucket("media", { bucket: "STACK-media", tags: { team: "web" } });
${VERSIONING}
${CLOSED}
${LIFECYCLE}
${ENCRYPTION}
const files = new aws.efs.FileSystem("files", { creationToken: "STACK-files", encrypted: true });
new aws.efs.BackupPolicy("files-backup", { fileSystemId: files.id, backupPolicy: { status: "ENABLED" } });
const secret = new aws.secretsmanager.Secret("token", { name: "STACK-token", recoveryWindowInDays: 30 });
new aws.rds.Instance("server", {
	identifier: "STACK-server",
	engine: "postgres",
	engineVersion: "16.4",
	instanceClass: "db.t4g.micro",
	allocatedStorage: 20,
	username: "shop",
	password: pulumi.secret("a-value-that-nobody-may-read"),
	backupRetentionPeriod: 14,
	deletionProtection: true,
	skipFinalSnapshot: false,
	finalSnapshotIdentifier: "STACK-server-last",
	storageEncrypted: true,
});
new aws.dynamodb.Table("carts", {
	name: "STACK-carts",
	billingMode: "PAY_PER_REQUEST",
	hashKey: "id",
	attributes: [{ name: "id", type: "S" }],
	pointInTimeRecovery: { enabled: true },
	deletionProtectionEnabled: true,
});
const task = new aws.ecs.TaskDefinition("web", {
	family: "STACK-web",
	networkMode: "awsvpc",
	requiresCompatibilities: ["FARGATE"],
	cpu: "256",
	memory: "512",
	volumes: [{ name: "data" }],
	containerDefinitions: JSON.stringify([{
		name: "web",
		image: "ghcr.io/me/web:1",
		essential: true,
		environment: [{ name: "DATABASE_URL", value: "sqlite:////data/app.db" }, { name: "LOG_LEVEL", value: "INFO" }],
		mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
	}]),
});
new aws.ecs.Service("web", {
	name: "STACK-web",
	cluster: "shop",
	taskDefinition: task.arn,
	desiredCount: 1,
	deploymentMinimumHealthyPercent: 0,
	deploymentMaximumPercent: 100,
});
void secret;
// more
`,
	scenarios: [
		{ name: "nothing-changed" },
		{ name: "another-image", change: [["web:1", "web:2"]] },
		{ name: "another-environment", change: [['"INFO"', '"DEBUG"']] },
		{
			name: "a-larger-task",
			change: [
				['cpu: "256"', 'cpu: "512"'],
				['memory: "512"', 'memory: "1024"'],
			],
		},
		{ name: "another-tag", change: [['team: "web"', 'team: "shop"']] },
		{ name: "longer-lifecycle", change: [["noncurrentDays: 90", "noncurrentDays: 365"]] },
		{ name: "another-bucket-beside", change: more('new aws.s3.Bucket("logs", { bucket: "STACK-logs" });') },
		{
			name: "bucket-renamed-with-alias",
			fault: 26,
			change: [
				[
					'Bucket("media", { bucket: "STACK-media", tags: { team: "web" } }',
					'Bucket("pictures", { bucket: "STACK-media", tags: { team: "web" } }, { aliases: [{ name: "media" }] }',
				],
			],
		},
		{
			name: "bucket-renamed-without-alias",
			fault: 26,
			change: [['aws.s3.Bucket("media"', 'aws.s3.Bucket("pictures"']],
			exit: 3,
		},
		{ name: "bucket-with-another-name", fault: 32, change: [['"STACK-media"', '"STACK-pictures"']], exit: 3 },
		{
			name: "versioning-suspended",
			fault: 32,
			change: [['versioningConfiguration: { status: "Enabled" }', 'versioningConfiguration: { status: "Suspended" }']],
			exit: 3,
		},
		{ name: "versioning-removed", fault: 32, change: [[VERSIONING, ""]], exit: 3 },
		{ name: "public-access-block-removed", fault: 31, change: [[CLOSED, ""]], exit: 3 },
		{
			name: "public-access-block-loosened",
			fault: 31,
			change: [["restrictPublicBuckets: true", "restrictPublicBuckets: false"]],
			exit: 3,
		},
		{ name: "shorter-lifecycle", fault: 32, change: [["noncurrentDays: 90", "noncurrentDays: 7"]], exit: 3 },
		{
			name: "objects-expire",
			fault: 32,
			change: [["noncurrentVersionExpiration: { noncurrentDays: 90 }", "expiration: { days: 7 }"]],
			exit: 3,
		},
		{ name: "no-encryption-key", fault: 32, change: [[ENCRYPTION, ""]], exit: 3 },
		{
			name: "public-policy",
			fault: 31,
			change: more(
				'new aws.s3.BucketPolicy("open", { bucket: media.bucket, policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" }] }) });',
			),
			exit: 3,
		},
		{
			name: "wildcard-policy",
			fault: 31,
			change: more(
				'new aws.iam.Policy("all", { name: "STACK-all", policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] }) });',
			),
			exit: 3,
		},
		{
			name: "force-destroy",
			fault: 31,
			change: [['bucket: "STACK-media", ', 'bucket: "STACK-media", forceDestroy: true, ']],
			exit: 3,
		},
		{ name: "file-system-replaced", fault: 32, change: [["encrypted: true", "encrypted: false"]], exit: 3 },
		{ name: "file-system-backup-off", fault: 32, change: [['"ENABLED"', '"DISABLED"']], exit: 3 },
		{
			name: "secret-removed",
			fault: 27,
			change: [
				[
					'const secret = new aws.secretsmanager.Secret("token", { name: "STACK-token", recoveryWindowInDays: 30 });',
					"const secret = 0;",
				],
			],
			exit: 3,
		},
		{
			name: "shorter-recovery-of-a-secret",
			fault: 32,
			change: [["recoveryWindowInDays: 30", "recoveryWindowInDays: 0"]],
			exit: 3,
		},
		{ name: "key-unprotected", fault: 32, change: [[", { protect: true }", ""]], exit: 3 },
		{
			name: "shorter-deletion-window-of-a-key",
			fault: 32,
			change: [["deletionWindowInDays: 30", "deletionWindowInDays: 7"]],
			exit: 3,
		},
		{ name: "key-replaced", fault: 32, change: [['Key("key"', 'Key("other"']], refused: true, exit: 2 },
		{
			name: "mount-path-changed",
			fault: 32,
			change: [['containerPath: "/data"', 'containerPath: "/app/data"']],
			exit: 3,
		},
		{ name: "database-variable-changed", fault: 32, change: [["/data/app.db", "/data/other.db"]], exit: 3 },
		{ name: "two-tasks", fault: 32,command: ["preview", "--json", "--show-sames"], change: [["desiredCount: 1", "desiredCount: 2"]], exit: 3 },
		{
			name: "tasks-overlap",
			fault: 32,command: ["preview", "--json", "--show-sames"],
			change: [["deploymentMaximumPercent: 100", "deploymentMaximumPercent: 200"]],
			exit: 3,
		},
		{
			name: "sqlite-on-efs",
			fault: 32,
			change: [
				[
					'volumes: [{ name: "data" }]',
					'volumes: [{ name: "data", efsVolumeConfiguration: { fileSystemId: files.id } }]',
				],
			],
			exit: 3,
		},
		{
			name: "secret-in-plain-environment",
			fault: 30,
			change: [
				[
					'{ name: "LOG_LEVEL", value: "INFO" }',
					'{ name: "LOG_LEVEL", value: "INFO" }, { name: "API_TOKEN", value: "a-token-nobody-may-read" }',
				],
			],
			exit: 3,
		},
		{ name: "a-larger-server", change: [["db.t4g.micro", "db.t4g.small"]] },
		{ name: "a-larger-disk", change: [["allocatedStorage: 20", "allocatedStorage: 40"]] },
		{ name: "another-version-of-the-server", change: [['"16.4"', '"16.6"']] },
		{ name: "another-password", fault: 30, change: [["nobody-may-read", "nobody-may-see"]] },
		{ name: "more-backups", change: [["backupRetentionPeriod: 14", "backupRetentionPeriod: 30"]] },
		{ name: "server-with-another-name", fault: 32, change: [['"STACK-server",', '"STACK-other",']], exit: 3 },
		{ name: "fewer-backups", fault: 32, change: [["backupRetentionPeriod: 14", "backupRetentionPeriod: 1"]], exit: 3 },
		{ name: "no-backups", fault: 32, change: [["backupRetentionPeriod: 14", "backupRetentionPeriod: 0"]], exit: 3 },
		{
			name: "deletion-protection-off",
			fault: 32,
			change: [["deletionProtection: true", "deletionProtection: false"]],
			exit: 3,
		},
		{
			name: "no-final-snapshot",
			fault: 32,
			change: [["skipFinalSnapshot: false", "skipFinalSnapshot: true"]],
			exit: 3,
		},
		{ name: "server-unencrypted", fault: 32, change: [["storageEncrypted: true", "storageEncrypted: false"]], exit: 3 },
		{ name: "table-with-another-name", fault: 32, change: [['"STACK-carts"', '"STACK-baskets"']], exit: 3 },
		{
			name: "no-recovery-of-a-table",
			fault: 32,
			change: [["pointInTimeRecovery: { enabled: true }", "pointInTimeRecovery: { enabled: false }"]],
			exit: 3,
		},
		{
			name: "deletion-protection-of-a-table-off",
			fault: 32,
			change: [["deletionProtectionEnabled: true", "deletionProtectionEnabled: false"]],
			exit: 3,
		},
		{ name: "destroyed", fault: 25, command: ["destroy", "--preview-only", "--json"], refused: true, exit: 2 },
		{
			name: "destroyed-but-for-the-protected",
			fault: 25,
			command: ["destroy", "--preview-only", "--json", "--exclude-protected"],
			exit: 3,
		},
	],
};
