import { ROOT } from "../../../tools/workspace";
import { CLOUD_APP, DIGEST } from "./cloudApp";
import type { Base, Scenario } from "./scenario";

// A FargateApp with its bucket, on the double of the AWS provider.

/** Something more of an app. */
const app = (more: string): Scenario["change"] => [["\tbackup,\n", `\tbackup,\n\t${more},\n`]];
const bucket = (more: string): Scenario["change"] => [["retentionDays: 30,", `retentionDays: 30, ${more},`]];
const transform = (child: string, more: string) =>
	bucket(`transform: { ${child}: (args: any) => ({ ...args, ${more} }) }`);

export const AWS: Base = {
	name: "aws",
	program: `
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { FargateApp } from "${ROOT}/components/aws/fargateApp";
const backup = new S3BackupBucket("notes", {
	retentionDays: 30,
});
const args = {
	image: "ghcr.io/me/notes@${DIGEST}",
	keeper: { image: "ghcr.io/me/keeper@${DIGEST}" },
	port: 8000,
	data: { mountPath: "/app/data", databaseFile: "notes.db" },
	environment: { LOG_LEVEL: "INFO" },
	secrets: { ADMIN_KEY: pulumi.secret("a-value-that-nobody-may-read") },
};
new FargateApp("notes", {
	...args,
	migration: ["alembic", "upgrade", "head"],
	files: { mountPath: "/app/files" },
	backup,
});
// more
`,
	scenarios: [
		...CLOUD_APP,
		{ name: "a-larger-task", change: app("size: { cpu: 1024, memoryMiB: 2048 }") },
		{ name: "alerts", change: app('alerts: { email: "ops@example.com" }') },
		{ name: "shorter-log", change: app("logRetentionDays: 7") },
		{ name: "tags-of-the-bucket", change: bucket('tags: { team: "notes" }') },
		{ name: "longer-retention", change: [["retentionDays: 30,", "retentionDays: 90,"]] },
		{ name: "another-bucket-beside", change: [["// more", 'new S3BackupBucket("todo", {});']] },
		{ name: "app-removed", fault: 27, change: [['new FargateApp("notes", {', "void ({"]], refused: true, exit: 2 },
		{ name: "destroyed", fault: 25, command: ["destroy", "--preview-only", "--json"], refused: true, exit: 2 },
		{
			name: "destroyed-but-for-the-protected",
			fault: 25,
			command: ["destroy", "--preview-only", "--json", "--exclude-protected"],
		},
		{ name: "state-lost", fault: 29, forgotten: ["*"] },
		{ name: "another-bucket", fault: 32, change: bucket('bucketName: "elsewhere"'), refused: true, exit: 2 },
		{
			name: "another-prefix",
			fault: 32,
			change: bucket('prefix: "other"'),
			exit: 3,
			findings: [
				"at risk lifecycle-deletes-sooner: lifecycle of a bucket shop-test-notes-backup",
				"at risk lifecycle-deletes-sooner: lifecycle of a bucket shop-test-notes-backup",
				"at risk replica-changed: data directory /app/data of notes",
			],
		},
		{
			name: "shorter-retention",
			fault: 32,
			change: [["retentionDays: 30,", "retentionDays: 7,"]],
			exit: 3,
			findings: ["at risk retention-shortened: data directory /app/data of notes"],
		},
		{
			name: "shorter-grace",
			fault: 32,
			change: bucket("graceDays: 1"),
			exit: 3,
			findings: ["at risk lifecycle-deletes-sooner: lifecycle of a bucket shop-test-notes-backup"],
		},
		{
			name: "no-versioning",
			fault: 31,
			change: transform("versioning", 'versioningConfiguration: { status: "Suspended" }'),
			exit: 3,
			findings: ["at risk versioning-off: versioning of a bucket shop-test-notes-backup"],
		},
		{
			name: "public-access-possible",
			fault: 31,
			change: transform("publicAccess", "blockPublicPolicy: false"),
			exit: 3,
			findings: [
				"at risk no-public-bucket: public access block of a bucket shop-test-notes-backup",
				"at risk public-access-possible: public access block of a bucket shop-test-notes-backup",
			],
		},
		{
			name: "force-destroy",
			fault: 31,
			change: transform("bucket", "forceDestroy: true"),
			exit: 3,
			findings: ["at risk no-force-destroy: bucket shop-test-notes-backup"],
		},
		{
			name: "public-bucket",
			fault: 31,
			change: transform(
				"policy",
				'policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" }] })',
			),
			exit: 3,
			findings: ["at risk no-public-bucket: BucketPolicy notes-policy"],
		},
		{
			name: "wildcard-policy",
			fault: 31,
			change: [
				[
					"// more",
					'new aws.iam.Policy("all", { policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] }) });',
				],
			],
			exit: 3,
			findings: ["at risk no-wildcard-iam: Policy all"],
		},
		{
			name: "another-key",
			change: bucket('kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"'),
		},
		{
			name: "two-tasks",
			fault: 32,
			change: app("transform: { service: (args: any) => ({ ...args, desiredCount: 2 }) }"),
			exit: 3,
			findings: ["at risk several-instances: data of notes"],
		},
		{
			name: "tasks-overlap",
			fault: 32,
			change: app("transform: { service: (args: any) => ({ ...args, deploymentMaximumPercent: 200 }) }"),
			exit: 3,
			findings: ["at risk instances-overlap: data of notes"],
		},
		{
			name: "files-removed",
			fault: 27,
			change: [['\tfiles: { mountPath: "/app/files" },\n', ""]],
			refused: true,
			exit: 2,
		},
		{
			name: "files-elsewhere",
			change: [['"/app/files"', '"/app/uploads"']],
			exit: 3,
			findings: ["at risk mount-path-changed: data directory /app/files of notes"],
		},
	],
};
