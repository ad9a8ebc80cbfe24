import type { Scenario } from "./scenario";

/** Something more of an app. */
export const app = (more: string): Scenario["change"] => [["\tbackup,\n", `\tbackup,\n\t${more},\n`]];
export const bucket = (more: string): Scenario["change"] => [["retentionDays: 30,", more]];

// What leaves data with less to keep it safe.

export const GCP_RISKS: Scenario[] = [
	{
		name: "another-app-on-the-replica",
		fault: 32,
		command: ["preview", "--json", "--show-sames"],
		change: [["// more", 'new CloudRunApp("todo", { ...args, backup });']],
		exit: 3,
		findings: [
			"at risk replica-shared: data directory /app/data of notes",
			"at risk replica-shared: data directory /app/data of todo",
		],
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
		findings: [
			"at risk replica-shared: data directory /app/data of notes",
			"at risk replica-shared: data directory /app/data of notes",
		],
	},
	{
		name: "another-prefix",
		fault: 32,
		change: bucket('retentionDays: 30, prefix: "other",'),
		exit: 3,
		findings: [
			"at risk lifecycle-deletes-sooner: bucket shop-test-notes-backup",
			"at risk replica-changed: data directory /app/data of notes",
		],
	},
	{
		name: "shorter-retention",
		fault: 32,
		change: bucket("retentionDays: 7,"),
		exit: 3,
		findings: ["at risk retention-shortened: data directory /app/data of notes"],
	},
	{
		name: "shorter-grace",
		fault: 32,
		change: bucket("retentionDays: 30, graceDays: 1,"),
		exit: 3,
		findings: ["at risk lifecycle-deletes-sooner: bucket shop-test-notes-backup"],
	},
	{
		name: "no-soft-delete",
		fault: 32,
		change: bucket("retentionDays: 30, softDeleteDays: 0,"),
		exit: 3,
		findings: ["at risk retention-shortened: bucket shop-test-notes-backup"],
	},
	{
		name: "no-versioning",
		fault: 31,
		change: bucket(
			"retentionDays: 30, transform: { bucket: (args: object) => ({ ...args, versioning: { enabled: false } }) },",
		),
		exit: 3,
		findings: ["at risk versioning-off: bucket shop-test-notes-backup"],
	},
	{
		name: "public-access-possible",
		fault: 31,
		change: bucket(
			'retentionDays: 30, transform: { bucket: (args: object) => ({ ...args, publicAccessPrevention: "inherited" }) },',
		),
		exit: 3,
		findings: [
			"at risk no-public-bucket: bucket shop-test-notes-backup",
			"at risk public-access-possible: bucket shop-test-notes-backup",
		],
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
		findings: ["at risk no-public-bucket: BucketIAMMember open"],
	},
	{
		name: "force-destroy",
		fault: 31,
		change: bucket("retentionDays: 30, transform: { bucket: (args: object) => ({ ...args, forceDestroy: true }) },"),
		exit: 3,
		findings: ["at risk no-force-destroy: bucket shop-test-notes-backup"],
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
		findings: ["at risk no-wildcard-iam: IAMMember all"],
	},
	{
		name: "two-instances",
		fault: 32,
		change: app(
			"transform: { service: (args: any) => ({ ...args, template: { ...args.template, scaling: { maxInstanceCount: 2 } } }) }",
		),
		exit: 3,
		findings: ["at risk several-instances: data directory /app/data of notes"],
	},
];
