import type { Base, Scenario } from "./scenario";

// A program of another project, without our components, on the real Docker provider.

const ENVS = 'envs: ["DATABASE_URL=sqlite:////data/app.db", "LOG_LEVEL=INFO"],';
const MOUNT = '{ type: "volume", target: "/data", source: data.name }';
const UPLOADS = 'const uploads = new docker.Volume("uploads", { name: "STACK-uploads" });';
const url = (value: string): Scenario["change"] => [["sqlite:////data/app.db", value]];

export const PLAIN_DOCKER: Base = {
	name: "plain-docker",
	program: `
import * as docker from "@pulumi/docker";
const data = new docker.Volume("data", { name: "STACK-data" }, { protect: true, retainOnDelete: true });
const archive = new docker.Volume("archive", { name: "STACK-archive" }, { retainOnDelete: true });
${UPLOADS}
const web = new docker.Container("web", {
	name: "STACK-web",
	image: "IMAGE",
	command: ["sleep", "infinity"],
	${ENVS}
	mounts: [${MOUNT}],
	restart: "unless-stopped",
}, { deleteBeforeReplace: true });
new docker.Container("files", {
	name: "STACK-files",
	image: "IMAGE",
	command: ["sleep", "infinity"],
	volumes: [{ volumeName: uploads.name, containerPath: "/srv/files" }],
}, { deleteBeforeReplace: true });
void archive;
// more
`,
	scenarios: [
		{ name: "nothing-changed" },
		{ name: "nothing-changed-with-sames", command: ["preview", "--json", "--show-sames"] },
		{ name: "another-image", change: [['"STACK-web",\n\timage: "IMAGE"', '"STACK-web",\n\timage: "IMAGE-next"']] },
		{ name: "another-environment", change: [["LOG_LEVEL=INFO", "LOG_LEVEL=DEBUG"]] },
		{ name: "a-label", change: [[ENVS, `${ENVS}\n\tlabels: [{ label: "team", value: "web" }],`]] },
		{ name: "a-port", change: [[ENVS, `${ENVS}\n\tports: [{ internal: 8000, external: PORT }],`]] },
		{ name: "a-temporary-directory", change: [[ENVS, `${ENVS}\n\ttmpfs: { "/tmp": "" },`]] },
		{
			name: "another-mount-for-a-cache",
			change: [[`[${MOUNT}]`, `[${MOUNT}, { type: "tmpfs", target: "/app/cache" }]`]],
		},
		{ name: "another-restart-policy", change: [['"unless-stopped"', '"always"']] },
		{ name: "less-memory", change: [[ENVS, `${ENVS}\n\tmemory: 128,`]] },
		{ name: "another-name-of-the-container", change: [['"STACK-web"', '"STACK-site"']] },
		{ name: "another-volume-beside", change: [["// more", 'new docker.Volume("logs", { name: "STACK-logs" });']] },
		{ name: "more-protection", change: [[UPLOADS, UPLOADS.replace("});", "}, { protect: true });")]] },
		{
			name: "volume-renamed-with-alias",
			fault: 26,
			change: [
				[UPLOADS, UPLOADS.replace('("uploads"', '("media"').replace("});", '}, { aliases: [{ name: "uploads" }] });')],
			],
		},
		{
			name: "container-renamed-without-alias",
			fault: 26,
			change: [['docker.Container("web"', 'docker.Container("site"']],
		},
		{
			name: "the-same-mount-in-other-words",
			change: [[`mounts: [${MOUNT}]`, 'volumes: [{ volumeName: data.name, containerPath: "/data" }]']],
		},
		{ name: "stack-renamed", fault: 26, stack: "other" },
		{
			name: "volume-renamed-without-alias",
			fault: 26,
			change: [['docker.Volume("uploads"', 'docker.Volume("media"']],
			exit: 3,
		},
		{ name: "volume-with-another-name", fault: 32, change: [['"STACK-uploads"', '"STACK-media"']], exit: 3 },
		{
			name: "protected-volume-with-another-name",
			fault: 32,
			change: [['"STACK-data"', '"STACK-other"']],
			refused: true,
			exit: 2,
		},
		{
			name: "volume-removed",
			fault: 27,
			change: [
				[UPLOADS, ""],
				["uploads.name", '"STACK-uploads"'],
			],
			exit: 3,
		},
		{
			name: "protected-volume-removed",
			fault: 27,
			change: [
				[
					'const data = new docker.Volume("data", { name: "STACK-data" }, { protect: true, retainOnDelete: true });',
					'const data = { name: "STACK-data" };',
				],
			],
			refused: true,
			exit: 2,
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
		},
		{
			name: "retained-volume-with-another-name",
			fault: 32,
			change: [['"STACK-archive"', '"STACK-archive-2"']],
			exit: 3,
		},
		{
			name: "protect-removed",
			fault: 32,
			change: [["{ protect: true, retainOnDelete: true }", "{ retainOnDelete: true }"]],
			exit: 3,
		},
		{
			name: "retain-removed",
			fault: 32,
			change: [["{ protect: true, retainOnDelete: true }", "{ protect: true }"]],
			command: ["preview", "--json", "--show-sames"],
			exit: 3,
		},
		// Without --show-sames, the engine says nothing of it.
		{
			name: "retain-removed-unseen",
			fault: 32,
			change: [["{ protect: true, retainOnDelete: true }", "{ protect: true }"]],
		},
		{ name: "container-removed", change: [['const web = new docker.Container("web", {', "void ({"]] },
		{ name: "mount-path-changed", fault: 32, change: [['target: "/data"', 'target: "/app/data"']], exit: 3 },
		{
			name: "mount-path-and-variable-changed",
			fault: 32,
			change: [['target: "/data"', 'target: "/app/data"'], ...(url("sqlite:////app/data/app.db") ?? [])],
		},
		{ name: "mount-removed", fault: 32, change: [[`mounts: [${MOUNT}],`, ""]], exit: 3 },
		{
			name: "another-volume-mounted",
			fault: 32,
			change: [[`[${MOUNT}]`, `[${MOUNT.replace("data.name", "archive.name")}]`]],
			exit: 3,
		},
		{
			name: "a-directory-mounted",
			fault: 32,
			change: [[`[${MOUNT}]`, '[{ type: "bind", target: "/data", source: "/tmp" }]']],
			exit: 3,
		},
		{ name: "database-variable-changed", fault: 32, change: url("sqlite:////data/other.db"), exit: 3 },
		{ name: "database-outside-the-mount", fault: 32, change: url("sqlite:////app/app.db"), exit: 3 },
		{
			name: "database-variable-removed",
			fault: 32,
			change: [['"DATABASE_URL=sqlite:////data/app.db", ', ""]],
			exit: 3,
		},
		{
			name: "switched-to-postgres",
			fault: 30,
			change: url("postgresql://app:a-password-nobody-may-read@db/app"),
			exit: 3,
		},
		{
			name: "secret-in-plain-environment",
			fault: 30,
			change: [["LOG_LEVEL=INFO", 'LOG_LEVEL=INFO", "ADMIN_PASSWORD=a-password-nobody-may-read']],
			exit: 3,
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
		},
		{
			name: "destroyed-but-for-the-protected",
			fault: 25,
			command: ["destroy", "--preview-only", "--json", "--exclude-protected"],
			exit: 3,
		},
		{ name: "state-lost", fault: 29, forgotten: ["*"] },
		{
			name: "volume-imported",
			fault: 29,
			forgotten: ["uploads"],
			change: [[UPLOADS, UPLOADS.replace("});", '}, { import: "STACK-uploads" });')]],
		},
		{
			name: "approved",
			change: [['"STACK-uploads"', '"STACK-media"']],
			config: { "holdfast:approvals": [approval("*::uploads"), approval("*::files")] },
		},
		{
			name: "approved-in-part",
			change: [['"STACK-uploads"', '"STACK-media"']],
			config: { "holdfast:approvals": [approval("*::uploads")] },
			exit: 3,
		},
		{
			name: "approved-until-yesterday",
			change: [['"STACK-uploads"', '"STACK-media"']],
			config: { "holdfast:approvals": [approval("*::uploads", "2026-11-21"), approval("*::files", "2026-11-21")] },
			exit: 3,
		},
	],
};

function approval(urn: string, expires = "2999-12-31") {
	return { urn, verdict: "lost", reason: "The uploads were moved by hand.", expires };
}
