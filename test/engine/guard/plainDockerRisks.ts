import type { Scenario } from "./scenario";

export const MOUNT = '{ type: "volume", target: "/data", source: data.name }';
export const UPLOADS = 'const uploads = new docker.Volume("uploads", { name: "STACK-uploads" });';
export const url = (value: string): Scenario["change"] => [["sqlite:////data/app.db", value]];

// What loses data, or leaves it with less to keep it safe.

export const PLAIN_DOCKER_RISKS: Scenario[] = [
	{
		name: "volume-renamed-without-alias",
		fault: 26,
		change: [['docker.Volume("uploads"', 'docker.Volume("media"']],
		exit: 3,
		findings: ["lost renamed-without-alias: volume shop-test-uploads"],
	},
	{
		name: "volume-with-another-name",
		fault: 32,
		change: [['"STACK-uploads"', '"STACK-media"']],
		exit: 3,
		findings: ["lost replaced: volume shop-test-uploads", "lost volume-deleted: data directory /srv/files of files"],
	},
	{
		name: "volume-removed",
		fault: 27,
		change: [
			[UPLOADS, ""],
			["uploads.name", '"STACK-uploads"'],
		],
		exit: 3,
		findings: ["lost deleted: volume shop-test-uploads"],
	},
	{
		name: "retained-volume-removed",
		fault: 27,
		change: [
			[
				'const archive = new docker.Volume("archive", { name: "STACK-archive" }, { retainOnDelete: true });',
				"const archive = 0;",
			],
		],
		exit: 3,
		findings: ["at risk left-behind: volume shop-test-archive"],
	},
	{
		name: "retained-volume-with-another-name",
		fault: 32,
		change: [['"STACK-archive"', '"STACK-archive-2"']],
		exit: 3,
		findings: ["at risk replaced-and-left-behind: volume shop-test-archive"],
	},
	{
		name: "protect-removed",
		fault: 32,
		change: [["{ protect: true, retainOnDelete: true }", "{ retainOnDelete: true }"]],
		exit: 3,
		findings: ["at risk protect-removed: volume shop-test-data"],
	},
	{
		name: "retain-removed",
		fault: 32,
		change: [["{ protect: true, retainOnDelete: true }", "{ protect: true }"]],
		command: ["preview", "--json", "--show-sames"],
		exit: 3,
		findings: ["at risk retain-removed: volume shop-test-data"],
	},
	{
		name: "mount-path-changed",
		fault: 32,
		change: [['target: "/data"', 'target: "/app/data"']],
		exit: 3,
		findings: ["lost mount-path-changed: data directory /data of web"],
	},
	{
		name: "mount-removed",
		fault: 32,
		change: [[`mounts: [${MOUNT}],`, ""]],
		exit: 3,
		findings: ["lost mount-missing: data directory /data of web"],
	},
	{
		name: "another-volume-mounted",
		fault: 32,
		change: [[`[${MOUNT}]`, `[${MOUNT.replace("data.name", "archive.name")}]`]],
		exit: 3,
		findings: ["at risk volume-changed: data directory /data of web"],
	},
	{
		name: "a-directory-mounted",
		fault: 32,
		change: [[`[${MOUNT}]`, '[{ type: "bind", target: "/data", source: "/tmp" }]']],
		exit: 3,
		findings: ["at risk volume-changed: data directory /data of web"],
	},
	{
		name: "database-variable-changed",
		fault: 32,
		change: url("sqlite:////data/other.db"),
		exit: 3,
		findings: ["at risk database-changed: data directory /data of web"],
	},
	{
		name: "database-outside-the-mount",
		fault: 32,
		change: url("sqlite:////app/app.db"),
		exit: 3,
		findings: ["lost database-outside-mount: data directory /data of web"],
	},
	{
		name: "database-variable-removed",
		fault: 32,
		change: [['"DATABASE_URL=sqlite:////data/app.db", ', ""]],
		exit: 3,
		findings: ["at risk database-variable-changed: data directory /data of web"],
	},
	{
		name: "switched-to-postgres",
		fault: 30,
		change: url("postgresql://app:a-password-nobody-may-read@db/app"),
		exit: 3,
		findings: [
			"at risk engine-switched: data directory /data of web",
			"at risk no-secret-in-environment: Container web",
		],
	},
	{
		name: "secret-in-plain-environment",
		fault: 30,
		change: [["LOG_LEVEL=INFO", 'LOG_LEVEL=INFO", "ADMIN_PASSWORD=a-password-nobody-may-read']],
		exit: 3,
		findings: ["at risk no-secret-in-environment: Container web"],
	},
	{
		name: "volume-on-nfs",
		fault: 32,
		change: [
			[
				"// more",
				'const shared = new docker.Volume("shared", { name: "STACK-shared", driverOpts: { type: "nfs", o: "addr=192.0.2.1,rw", device: ":/export" } });\nnew docker.Container("on-nfs", { name: "STACK-on-nfs", image: "IMAGE", command: ["sleep", "infinity"], envs: ["DATABASE_URL=sqlite:////data/app.db"], mounts: [{ type: "volume", target: "/data", source: shared.name }] });',
			],
		],
		exit: 3,
		findings: ["at risk no-sqlite-on-network-file-system: volume shop-test-shared"],
	},
	{
		name: "destroyed-but-for-the-protected",
		fault: 25,
		command: ["destroy", "--preview-only", "--json", "--exclude-protected"],
		exit: 3,
		findings: [
			"at risk left-behind: volume shop-test-archive",
			"lost deleted: volume shop-test-uploads",
			"lost volume-deleted: data directory /srv/files of files",
		],
	},
	{
		name: "approved-in-part",
		change: [['"STACK-uploads"', '"STACK-media"']],
		config: { "holdfast:approvals": [approval("*::uploads")] },
		exit: 3,
		findings: ["lost volume-deleted: data directory /srv/files of files"],
	},
	{
		name: "approved-until-yesterday",
		change: [['"STACK-uploads"', '"STACK-media"']],
		config: { "holdfast:approvals": [approval("*::uploads", "2026-11-21"), approval("*::files", "2026-11-21")] },
		exit: 3,
		findings: ["lost replaced: volume shop-test-uploads", "lost volume-deleted: data directory /srv/files of files"],
	},
];

export function approval(urn: string, expires = "2999-12-31") {
	return { urn, verdict: "lost", reason: "The uploads were moved by hand.", expires };
}
