import { ROOT } from "../../../tools/workspace";
import type { Base, Scenario } from "./scenario";

// A CloudRunApp with its bucket, on the double of the Google Cloud provider.

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const NEXT = `sha256:${"123456789abcdef0".repeat(4)}`;
const POSTGRES = 'const postgres = new CloudSqlPostgres("notes", { location: "asia-southeast1" });';
const OBJECT = JSON.stringify({ moved: { to: "postgres", since: "2026-11-22T10:00:00.000Z" } });

const PROGRAM = `
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

/** Something more of an app. */
const app = (more: string): Scenario["change"] => [["\tbackup,\n", `\tbackup,\n\t${more},\n`]];
const bucket = (more: string): Scenario["change"] => [["retentionDays: 30,", more]];

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
		{
			name: "another-app-on-the-replica",
			fault: 32,
			command: ["preview", "--json", "--show-sames"],
			change: [["// more", 'new CloudRunApp("todo", { ...args, backup });']],
			exit: 3,
		},
		{
			name: "second-stack-on-the-replica",
			fault: 32,
			forgotten: ["*"],
			stack: "second",
			change: [
				['const backup = new GcsBackupBucket("notes", {', "const own = ({"],
				[
					"\tbackup,\n",
					'\tbackup: {\n\t\tstore: { url: "gs://STACK-notes-backup/app" },\n\t\twriterEmail: "writer@shop-1.iam.gserviceaccount.com",\n\t},\n',
				],
			],
			beside: ["nothing-changed-with-sames"],
			exit: 3,
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
		{ name: "another-prefix", fault: 32, change: bucket('retentionDays: 30, prefix: "other",'), exit: 3 },
		{ name: "shorter-retention", fault: 32, change: bucket("retentionDays: 7,"), exit: 3 },
		{ name: "shorter-grace", fault: 32, change: bucket("retentionDays: 30, graceDays: 1,"), exit: 3 },
		{ name: "no-soft-delete", fault: 32, change: bucket("retentionDays: 30, softDeleteDays: 0,"), exit: 3 },
		{
			name: "no-versioning",
			fault: 31,
			change: bucket(
				"retentionDays: 30, transform: { bucket: (args: object) => ({ ...args, versioning: { enabled: false } }) },",
			),
			exit: 3,
		},
		{
			name: "public-access-possible",
			fault: 31,
			change: bucket(
				'retentionDays: 30, transform: { bucket: (args: object) => ({ ...args, publicAccessPrevention: "inherited" }) },',
			),
			exit: 3,
		},
		{
			name: "public-bucket",
			fault: 31,
			change: [
				[
					"// more",
					'new gcp.storage.BucketIAMMember("open", { bucket: "STACK-notes-backup", role: "roles/storage.objectViewer", member: "allUsers" });',
				],
			],
			exit: 3,
		},
		{
			name: "force-destroy",
			fault: 31,
			change: bucket("retentionDays: 30, transform: { bucket: (args: object) => ({ ...args, forceDestroy: true }) },"),
			exit: 3,
		},
		{
			name: "wildcard-role",
			fault: 31,
			change: [
				[
					"// more",
					'new gcp.projects.IAMMember("all", { project: "shop-1", role: "roles/owner", member: "serviceAccount:a@b.iam.gserviceaccount.com" });',
				],
			],
			exit: 3,
		},
		{ name: "mount-path-changed", fault: 32, change: [['"/app/data"', '"/srv/data"']], exit: 3 },
		{ name: "database-file-changed", fault: 32, change: [['"notes.db"', '"app.db"']], exit: 3 },
		{
			name: "another-variable-name",
			fault: 32,
			change: [['"notes.db" }', '"notes.db", variables: { DB_DIR: "directory" } as const }']],
			exit: 3,
		},
		{
			name: "two-instances",
			fault: 32,
			change: app(
				"transform: { service: (args: any) => ({ ...args, template: { ...args.template, scaling: { maxInstanceCount: 2 } } }) }",
			),
			exit: 3,
		},
		{
			name: "postgres-beside",
			change: [["new CloudRunApp(", `${POSTGRES}\nnew CloudRunApp(`], ...(app("postgres") ?? [])],
		},
		{
			name: "moves-to-postgres",
			change: [["new CloudRunApp(", `${POSTGRES}\nnew CloudRunApp(`], ...(app('postgres, database: "postgres"') ?? [])],
		},
	],
};

/** The same, once the app is in Postgres. */
export const GCP_POSTGRES: Base = {
	name: "gcp-postgres",
	environment: { HOLDFAST_DOUBLE_OBJECT: OBJECT },
	program: PROGRAM.replace("new CloudRunApp(", `${POSTGRES}\nnew CloudRunApp(`).replace(
		"\tbackup,\n",
		'\tbackup,\n\tpostgres,\n\tdatabase: "postgres",\n',
	),
	scenarios: [
		{ name: "nothing-changed" },
		{ name: "another-image", change: [[`notes@${DIGEST}`, `notes@${NEXT}`]] },
		{ name: "another-environment", change: [['"INFO"', '"DEBUG"']] },
		{
			name: "larger-server",
			change: [['{ location: "asia-southeast1" }', '{ location: "asia-southeast1", tier: "db-custom-2-7680" }']],
		},
		{ name: "three-instances", change: [['database: "postgres"', 'database: "postgres", instances: 3']] },
		{ name: "settled", change: [['database: "postgres"', 'database: "postgres", move: { settled: true }']] },
		{
			name: "back-without-its-rows",
			change: [['database: "postgres"', 'database: "sqlite", move: { return: "leave" }']],
			exit: 3,
		},
		{
			name: "server-unprotected",
			fault: 32,
			change: [['{ location: "asia-southeast1" }', '{ location: "asia-southeast1", protectDatabase: false }']],
			exit: 3,
		},
		{
			name: "fewer-backups",
			fault: 32,
			change: [['{ location: "asia-southeast1" }', '{ location: "asia-southeast1", backupsKept: 2, recoveryDays: 1 }']],
			exit: 3,
		},
		{
			name: "server-removed",
			fault: 27,
			change: [
				[POSTGRES, ""],
				['\tpostgres,\n\tdatabase: "postgres",\n', ""],
			],
			refused: true,
			exit: 2,
		},
		{
			name: "another-server",
			fault: 32,
			change: [['{ location: "asia-southeast1" }', '{ location: "asia-southeast1", instanceName: "other" }']],
			refused: true,
			exit: 2,
		},
	],
};
