import { ROOT } from "../../../tools/workspace";
import { CLOUD_APP, DIGEST } from "./cloudApp";
import { app, bucket, GCP_RISKS } from "./gcpRisks";
import type { Base } from "./scenario";

// A CloudRunApp with its bucket, on the double of the Google Cloud provider.

export const POSTGRES = 'const postgres = new CloudSqlPostgres("notes", { location: "asia-southeast1" });';

export const PROGRAM = `
import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { CloudRunApp } from "${ROOT}/components/gcp/cloudRunApp";
import { CloudSqlPostgres } from "${ROOT}/components/gcp/cloudSqlPostgres";
const backup = new GcsBackupBucket("notes", {
	location: "asia-southeast1",
	retentionDays: 30,
});
const args = {
	image: "ghcr.io/me/notes@${DIGEST}",
	keeper: { image: "ghcr.io/me/keeper@${DIGEST}" },
	port: 8000,
	data: { mountPath: "/app/data", databaseFile: "notes.db" },
	location: "asia-southeast1",
	environment: { LOG_LEVEL: "INFO" },
	secrets: { ADMIN_KEY: pulumi.secret("a-value-that-nobody-may-read") },
};
new CloudRunApp("notes", {
	...args,
	migration: ["alembic", "upgrade", "head"],
	command: ["gunicorn", "notes:app"],
	backup,
});
// more
`;

export const GCP: Base = {
	name: "gcp",
	program: PROGRAM,
	scenarios: [
		...CLOUD_APP,
		{ name: "always-on", change: app('scale: "always-on"') },
		{ name: "more-disk", change: app("disk: { sizeMiB: 1024 }") },
		{ name: "more-memory", change: app("memoryMiB: 1024, cpus: 2") },
		{ name: "alerts", change: app('alerts: { email: "ops@example.com" }') },
		{ name: "public-ingress", change: app('ingress: "public"') },
		{ name: "labels-of-the-bucket", change: bucket('retentionDays: 30, labels: { team: "notes" },') },
		{ name: "longer-retention", change: bucket("retentionDays: 90, graceDays: 30,") },
		{
			name: "another-app-of-its-own",
			change: [
				[
					"// more",
					'new CloudRunApp("todo", { ...args, backup: new GcsBackupBucket("todo", { location: "asia-southeast1" }) });',
				],
			],
		},
		{ name: "app-removed", fault: 27, change: [['new CloudRunApp("notes", {', "void ({"]], refused: true, exit: 2 },
		{
			name: "all-removed",
			fault: 27,
			change: [
				['new CloudRunApp("notes", {', "void ({"],
				['const backup = new GcsBackupBucket("notes", {', "const backup = ({"],
			],
			refused: true,
			exit: 2,
		},
		{ name: "destroyed", fault: 25, command: ["destroy", "--preview-only", "--json"], refused: true, exit: 2 },
		{ name: "state-lost", fault: 29, forgotten: ["*"] },
		{
			name: "refused-by-the-component",
			says: ["must be where the app is"],
			fault: 32,
			change: [['{\n\tlocation: "asia-southeast1",\n\tret', '{\n\tlocation: "europe-west1",\n\tret']],
			refused: true,
			exit: 2,
		},
		{
			name: "another-bucket",
			fault: 32,
			change: bucket('retentionDays: 30, bucketName: "elsewhere",'),
			refused: true,
			exit: 2,
		},
		{
			name: "postgres-beside",
			change: [["new CloudRunApp(", `${POSTGRES}\nnew CloudRunApp(`], ...(app("postgres") ?? [])],
		},
		{
			name: "moves-to-postgres",
			change: [["new CloudRunApp(", `${POSTGRES}\nnew CloudRunApp(`], ...(app('postgres, database: "postgres"') ?? [])],
			findings: ["moved engine-switched: data directory /app/data of notes"],
		},
		...GCP_RISKS,
	],
};
