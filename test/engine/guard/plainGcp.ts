import { PLAIN_GCP_RISKS } from "./plainGcpRisks";
import { type Base, more } from "./scenario";

// A program of another project, without our components, on the double of the Google Cloud provider.

const SERVICE_IMAGE = 'image: "ghcr.io/me/web:1",';

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
		{ name: "stack-renamed", fault: 26, stack: "other" },
		...PLAIN_GCP_RISKS,
	],
};
