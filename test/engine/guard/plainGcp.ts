import type { Base, Scenario } from "./scenario";

// A program of another project, without our components, on the double of the Google Cloud provider.

const SERVICE_IMAGE = 'image: "ghcr.io/me/web:1",';
const more = (resource: string): Scenario["change"] => [["// more", resource]];

export const PLAIN_GCP: Base = {
	name: "plain-gcp",
	program: `
import * as gcp from "@pulumi/gcp";
const key = "projects/shop-1/locations/europe-west1/keyRings/shop/cryptoKeys/data";
const media = new gcp.storage.Bucket("media", {
	name: "STACK-media",
	location: "EU",
	uniformBucketLevelAccess: true,
	publicAccessPrevention: "enforced",
	versioning: { enabled: true },
	softDeletePolicy: { retentionDurationSeconds: 2592000 },
	retentionPolicy: { retentionPeriod: 2592000 },
	encryption: { defaultKmsKeyName: key },
	lifecycleRules: [{ action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 90 } }],
	labels: { team: "web" },
});
const server = new gcp.sql.DatabaseInstance("server", {
	name: "STACK-server",
	region: "europe-west1",
	databaseVersion: "POSTGRES_16",
	deletionProtection: true,
	settings: {
		tier: "db-custom-1-3840",
		diskSize: 20,
		deletionProtectionEnabled: true,
		backupConfiguration: {
			enabled: true,
			pointInTimeRecoveryEnabled: true,
			transactionLogRetentionDays: 7,
			backupRetentionSettings: { retainedBackups: 14 },
		},
	},
});
new gcp.sql.Database("shop", { name: "shop", instance: server.name });
new gcp.cloudrunv2.Service("web", {
	name: "STACK-web",
	location: "europe-west1",
	deletionProtection: false,
	template: {
		scaling: { maxInstanceCount: 1 },
		containers: [{
			${SERVICE_IMAGE}
			envs: [{ name: "DATABASE_URL", value: "sqlite:////data/app.db" }, { name: "LOG_LEVEL", value: "INFO" }],
			volumeMounts: [{ name: "data", mountPath: "/data" }],
		}],
		volumes: [{ name: "data", emptyDir: { medium: "MEMORY", sizeLimit: "128Mi" } }],
	},
});
void media;
// more
`,
	scenarios: [
		{ name: "nothing-changed" },
		{ name: "another-image", change: [["web:1", "web:2"]] },
		{ name: "another-environment", change: [['"INFO"', '"DEBUG"']] },
		{ name: "scaling-to-zero", change: [["maxInstanceCount: 1", "maxInstanceCount: 1, minInstanceCount: 0"]] },
		{ name: "another-label", change: [['team: "web"', 'team: "shop"']] },
		{ name: "a-larger-server", change: [["db-custom-1-3840", "db-custom-2-7680"]] },
		{ name: "a-larger-disk", change: [["diskSize: 20", "diskSize: 40"]] },
		{ name: "more-backups", change: [["retainedBackups: 14", "retainedBackups: 30"]] },
		{
			name: "longer-soft-delete",
			change: [["retentionDurationSeconds: 2592000", "retentionDurationSeconds: 5184000"]],
		},
		{
			name: "another-role",
			change: more(
				'new gcp.storage.BucketIAMMember("reader", { bucket: "STACK-media", role: "roles/storage.objectViewer", member: "serviceAccount:web@shop-1.iam.gserviceaccount.com" });',
			),
		},
		{
			name: "bucket-renamed-with-alias",
			fault: 26,
			change: [
				['Bucket("media"', 'Bucket("pictures"'],
				['labels: { team: "web" },\n}', 'labels: { team: "web" },\n}, { aliases: [{ name: "media" }] }'],
			],
		},
		{ name: "bucket-renamed-without-alias", fault: 26, change: [['Bucket("media"', 'Bucket("pictures"']], exit: 3 },
		{ name: "bucket-with-another-name", fault: 32, change: [['"STACK-media"', '"STACK-pictures"']], exit: 3 },
		{ name: "bucket-in-another-location", fault: 32, change: [['location: "EU"', 'location: "US"']], exit: 3 },
		{
			name: "bucket-removed",
			fault: 27,
			change: [['const media = new gcp.storage.Bucket("media", {', "const media = ({"]],
			exit: 3,
		},
		{
			name: "no-versioning",
			fault: 32,
			change: [["versioning: { enabled: true }", "versioning: { enabled: false }"]],
			exit: 3,
		},
		{
			name: "shorter-soft-delete",
			fault: 32,
			change: [["retentionDurationSeconds: 2592000", "retentionDurationSeconds: 604800"]],
			exit: 3,
		},
		{
			name: "no-soft-delete",
			fault: 32,
			change: [["retentionDurationSeconds: 2592000", "retentionDurationSeconds: 0"]],
			exit: 3,
		},
		{
			name: "shorter-retention-policy",
			fault: 32,
			change: [["retentionPeriod: 2592000", "retentionPeriod: 86400"]],
			exit: 3,
		},
		{
			name: "shorter-lifecycle",
			fault: 32,
			change: [["daysSinceNoncurrentTime: 90", "daysSinceNoncurrentTime: 7"]],
			exit: 3,
		},
		{ name: "no-encryption-key", fault: 32, change: [["encryption: { defaultKmsKeyName: key },", ""]], exit: 3 },
		{ name: "public-access-possible", fault: 31, change: [['"enforced"', '"inherited"']], exit: 3 },
		{
			name: "public-bucket",
			fault: 31,
			change: more(
				'new gcp.storage.BucketIAMMember("all", { bucket: "STACK-media", role: "roles/storage.objectViewer", member: "allUsers" });',
			),
			exit: 3,
		},
		{
			name: "force-destroy",
			fault: 31,
			change: [['location: "EU",', 'location: "EU",\n\tforceDestroy: true,']],
			exit: 3,
		},
		{
			name: "owner-of-the-project",
			fault: 31,
			change: more(
				'new gcp.projects.IAMMember("all", { project: "shop-1", role: "roles/owner", member: "serviceAccount:web@shop-1.iam.gserviceaccount.com" });',
			),
			exit: 3,
		},
		{
			name: "deletion-protection-off",
			fault: 32,
			change: [["deletionProtection: true", "deletionProtection: false"]],
			exit: 3,
		},
		{
			name: "deletion-protection-of-the-settings-off",
			fault: 32,
			change: [["deletionProtectionEnabled: true", "deletionProtectionEnabled: false"]],
			exit: 3,
		},
		{
			name: "no-point-in-time-recovery",
			fault: 32,
			change: [["pointInTimeRecoveryEnabled: true", "pointInTimeRecoveryEnabled: false"]],
			exit: 3,
		},
		{
			name: "no-backups",
			fault: 32,
			change: [["\tenabled: true,\n\t\t\tpoint", "\tenabled: false,\n\t\t\tpoint"]],
			exit: 3,
		},
		{ name: "fewer-backups", fault: 32, change: [["retainedBackups: 14", "retainedBackups: 2"]], exit: 3 },
		{
			name: "server-in-another-region",
			fault: 32,
			change: [['region: "europe-west1"', 'region: "europe-west4"']],
			exit: 3,
		},
		{ name: "database-with-another-name", fault: 32, change: [['{ name: "shop"', '{ name: "store"']], exit: 3 },
		{
			name: "database-removed",
			fault: 27,
			change: [['new gcp.sql.Database("shop", { name: "shop", instance: server.name });', ""]],
			exit: 3,
		},
		{ name: "three-instances", fault: 32, change: [["maxInstanceCount: 1", "maxInstanceCount: 3"]], exit: 3 },
		{
			name: "sqlite-in-a-bucket",
			fault: 32,
			change: [['emptyDir: { medium: "MEMORY", sizeLimit: "128Mi" }', 'gcs: { bucket: "STACK-media" }']],
			exit: 3,
		},
		{ name: "destroyed", fault: 25, command: ["destroy", "--preview-only", "--json"], exit: 3 },
		{ name: "stack-renamed", fault: 26, stack: "other" },
	],
};
