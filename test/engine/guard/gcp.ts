import { ROOT } from "../../../tools/workspace";
import { app, bucket, GCP_RISKS } from "./gcpRisks";
import type { Base } from "./scenario";

// A CloudRunApp with its bucket, on the double of the Google Cloud provider.

export const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
export const NEXT = `sha256:${"123456789abcdef0".repeat(4)}`;
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
		{ name: "nothing-changed" },
		{ name: "nothing-changed-with-sames", command: ["preview", "--json", "--show-sames"] },
		{ name: "another-image", change: [[`notes@${DIGEST}`, `notes@${NEXT}`]] },
		{
			name: "another-image-with-sames",
			change: [[`notes@${DIGEST}`, `notes@${NEXT}`]],
			command: ["preview", "--json", "--show-sames"],
		},
		{ name: "another-keeper", change: [[`keeper@${DIGEST}`, `keeper@${NEXT}`]] },
		{ name: "another-environment", change: [['"INFO"', '"DEBUG"']] },
		{ name: "another-secret-value", fault: 30, change: [["nobody-may-read", "nobody-may-see"]] },
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
		{ name: "renamed", fault: 26, change: [['Bucket("notes"', 'Bucket("memos"']], refused: true, exit: 2 },
		{
			name: "renamed-with-alias",
			fault: 26,
			change: [
				['Bucket("notes"', 'Bucket("memos"'],
				[
					"retentionDays: 30,\n}",
					'retentionDays: 30,\n\tbucketName: "STACK-notes-backup",\n}, { aliases: [{ name: "notes" }] }',
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
			name: "mount-path-changed",
			fault: 32,
			change: [['"/app/data"', '"/srv/data"']],
			findings: ["moved mount-path-changed: data directory /app/data of notes"],
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
