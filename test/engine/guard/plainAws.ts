import { CLOSED, ENCRYPTION, PLAIN_AWS_BUCKET, VERSIONING } from "./plainAwsBucket";
import { PLAIN_AWS_RISKS } from "./plainAwsRisks";
import { type Base, more } from "./scenario";

// A program of another project, without our components, on the double of the AWS provider.

const LIFECYCLE =
	'new aws.s3.BucketLifecycleConfiguration("media-lifecycle", { bucket: media.bucket, rules: [{ id: "old", status: "Enabled", filter: {}, noncurrentVersionExpiration: { noncurrentDays: 90 } }] });';

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
		{ name: "key-replaced", fault: 32, change: [['Key("key"', 'Key("other"']], refused: true, exit: 2 },
		{ name: "a-larger-server", change: [["db.t4g.micro", "db.t4g.small"]] },
		{ name: "a-larger-disk", change: [["allocatedStorage: 20", "allocatedStorage: 40"]] },
		{ name: "another-version-of-the-server", change: [['"16.4"', '"16.6"']] },
		{ name: "another-password", fault: 30, change: [["nobody-may-read", "nobody-may-see"]] },
		{ name: "more-backups", change: [["backupRetentionPeriod: 14", "backupRetentionPeriod: 30"]] },
		{ name: "destroyed", fault: 25, command: ["destroy", "--preview-only", "--json"], refused: true, exit: 2 },
		...PLAIN_AWS_BUCKET,
		...PLAIN_AWS_RISKS,
	],
};
