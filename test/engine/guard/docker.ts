import { ROOT } from "../../../tools/workspace";
import type { Base } from "./scenario";

// A DockerApp, on the real provider.

export const DOCKER: Base = {
	name: "docker",
	program: `
import * as pulumi from "@pulumi/pulumi";
import { DockerApp } from "${ROOT}/components/docker/app";
import { DockerPostgres } from "${ROOT}/components/docker/postgres";
new DockerApp("notes", {
	image: "IMAGE",
	port: 8000,
	publish: { port: PORT },
	data: { mountPath: "/app/data", databaseFile: "notes.db" },
	migration: ["alembic", "upgrade", "head"],
	command: ["gunicorn", "--config", "gunicorn.conf.py", "notes:app"],
	environment: { LOG_LEVEL: "INFO" },
	secrets: { ADMIN_KEY: pulumi.secret("a-value-that-nobody-may-read") },
	memoryMiB: 256,
});
// more
`,
	scenarios: [
		{ name: "nothing-changed" },
		{ name: "nothing-changed-with-sames", command: ["preview", "--json", "--show-sames"] },
		{ name: "another-image", change: [["IMAGE", "IMAGE-next"]], says: ["holdfast-test-sample:1-next"] },
		{ name: "another-environment", change: [['"INFO"', '"DEBUG"']] },
		{
			name: "another-environment-with-sames",
			change: [['"INFO"', '"DEBUG"']],
			command: ["preview", "--json", "--show-sames"],
		},
		{ name: "another-published-port", change: [["port: PORT", "port: PORT + 1"]] },
		{ name: "more-memory", change: [["memoryMiB: 256", "memoryMiB: 512, cpus: 0.5"]] },
		{ name: "another-health-path", change: [["memoryMiB: 256", 'memoryMiB: 256, health: { path: "/" }']] },
		{ name: "a-cache", change: [["memoryMiB: 256", 'memoryMiB: 256, cache: { mountPath: "/app/cache" }']] },
		{ name: "more-drills", change: [["memoryMiB: 256", "memoryMiB: 256, keeper: { drillHours: 12 }"]] },
		{ name: "longer-retention", change: [["memoryMiB: 256", "memoryMiB: 256, backup: { retentionDays: 90 }"]] },
		{ name: "another-migration", change: [['"upgrade", "head"', '"upgrade", "heads"']] },
		{ name: "another-app", change: [["// more", anotherApp("todo", "PORT + 1")]] },
		{ name: "another-secret-value", fault: 30, change: [["nobody-may-read", "nobody-may-see"]] },
		{
			name: "renamed-with-alias",
			fault: 26,
			change: [
				['DockerApp("notes"', 'DockerApp("memos"'],
				[
					"memoryMiB: 256,\n}",
					'memoryMiB: 256,\n\texistingData: { volume: "STACK-notes-data" },\n}, { aliases: [{ name: "notes" }] }',
				],
			],
			refused: true,
			exit: 2,
		},
		{ name: "renamed", fault: 26, change: [['DockerApp("notes"', 'DockerApp("memos"']], refused: true, exit: 2 },
		{ name: "renamed-stack", fault: 26, stack: "other", refused: true, exit: 2 },
		{ name: "removed", fault: 27, change: [['new DockerApp("notes", {', "void ({"]], refused: true, exit: 2 },
		{ name: "destroyed", fault: 25, command: ["destroy", "--preview-only", "--json"], refused: true, exit: 2 },
		{
			name: "destroyed-but-for-the-protected",
			fault: 25,
			command: ["destroy", "--preview-only", "--json", "--exclude-protected"],
		},
		{ name: "state-lost", fault: 29, forgotten: ["*"] },
		{ name: "state-of-the-volumes-lost", fault: 29, forgotten: ["notes-data", "notes-backup"] },
		{ name: "state-of-the-containers-lost", fault: 28, forgotten: ["notes", "notes-keeper"] },
		{
			name: "another-volume",
			fault: 32,
			change: [["memoryMiB: 256", 'memoryMiB: 256, existingData: { volume: "other-data" }']],
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
			name: "database-file-changed",
			fault: 32,
			change: [['databaseFile: "notes.db"', 'databaseFile: "app.db"']],
			exit: 3,
			findings: ["at risk database-changed: data directory /app/data of notes"],
		},
		{
			name: "database-variable-changed",
			fault: 32,
			change: [['"notes.db" }', '"notes.db", variables: { DB_DIR: "directory" } }']],
			exit: 3,
			findings: ["at risk database-variable-changed: data directory /app/data of notes"],
		},
		{
			name: "replica-elsewhere",
			fault: 32,
			change: [["memoryMiB: 256", 'memoryMiB: 256, backup: { directory: "/tmp" }']],
			refused: true,
			exit: 2,
		},
		{
			name: "shorter-retention",
			fault: 32,
			change: [["memoryMiB: 256", "memoryMiB: 256, backup: { retentionDays: 7 }"]],
			exit: 3,
			findings: ["at risk retention-shortened: data directory /app/data of notes"],
		},
		{
			name: "no-backup",
			fault: 32,
			change: [["memoryMiB: 256", "memoryMiB: 256, backup: false"]],
			refused: true,
			exit: 2,
		},
		{
			name: "another-app-on-the-replica",
			change: [["// more", anotherApp("todo", "PORT + 1", 'backup: { volume: "STACK-notes-backup" },')]],
		},
		{
			name: "postgres-beside",
			change: [
				["new DockerApp(", 'const postgres = new DockerPostgres("notes", { memoryMiB: 128 });\nnew DockerApp('],
				["memoryMiB: 256", "memoryMiB: 256, postgres"],
			],
		},
		{
			name: "moves-to-postgres",
			change: [
				["new DockerApp(", 'const postgres = new DockerPostgres("notes", { memoryMiB: 128 });\nnew DockerApp('],
				["memoryMiB: 256", 'memoryMiB: 256, postgres, database: "postgres"'],
			],
			findings: ["moved engine-switched: data directory /app/data of notes"],
		},
		{
			name: "transform-takes-the-mount",
			fault: 32,
			change: [["memoryMiB: 256", "memoryMiB: 256, transform: { container: (args) => ({ ...args, mounts: [] }) }"]],
			exit: 3,
			findings: ["lost mount-missing: data directory /app/data of notes"],
		},
	],
};

function anotherApp(name: string, port: string, more = ""): string {
	return `new DockerApp("${name}", {
	image: "IMAGE",
	port: 8000,
	publish: { port: ${port} },
	data: { mountPath: "/app/data", databaseFile: "${name}.db" },
	${more}
});`;
}
