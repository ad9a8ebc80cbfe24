import type { Scenario } from "./scenario";

export const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
export const NEXT = `sha256:${"123456789abcdef0".repeat(4)}`;

/** What changes in an app of ours in the same way on either cloud. */
export const CLOUD_APP: Scenario[] = [
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
	{
		name: "mount-path-changed",
		fault: 32,
		change: [['"/app/data"', '"/srv/data"']],
		findings: ["moved mount-path-changed: data directory /app/data of notes"],
	},
	{
		name: "database-file-changed",
		fault: 32,
		change: [['"notes.db"', '"app.db"']],
		exit: 3,
		findings: ["at risk database-changed: data directory /app/data of notes"],
	},
	{
		name: "another-variable-name",
		fault: 32,
		change: [['"notes.db" }', '"notes.db", variables: { DB_DIR: "directory" } as const }']],
		exit: 3,
		findings: ["at risk database-variable-changed: data directory /app/data of notes"],
	},
];
