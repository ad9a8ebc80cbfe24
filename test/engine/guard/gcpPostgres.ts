import { DIGEST, NEXT } from "./cloudApp";
import { POSTGRES, PROGRAM } from "./gcp";
import type { Base } from "./scenario";

const OBJECT = JSON.stringify({ moved: { to: "postgres", since: "2026-11-22T10:00:00.000Z" } });

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
			findings: ["at risk engine-switched: data directory /app/data of notes"],
		},
		{
			name: "server-unprotected",
			fault: 32,
			change: [['{ location: "asia-southeast1" }', '{ location: "asia-southeast1", protectDatabase: false }']],
			exit: 3,
			findings: [
				"at risk deletion-protection-off: database server shop-test-notes",
				"at risk deletion-protection-off: database server shop-test-notes",
			],
		},
		{
			name: "fewer-backups",
			fault: 32,
			change: [['{ location: "asia-southeast1" }', '{ location: "asia-southeast1", backupsKept: 2, recoveryDays: 1 }']],
			exit: 3,
			findings: [
				"at risk retention-shortened: database server shop-test-notes",
				"at risk retention-shortened: database server shop-test-notes",
			],
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
