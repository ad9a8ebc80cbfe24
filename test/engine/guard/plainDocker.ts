import { approval, MOUNT, PLAIN_DOCKER_RISKS, UPLOADS, url } from "./plainDockerRisks";
import type { Base } from "./scenario";

// A program of another project, without our components, on the real Docker provider.

const ENVS = 'envs: ["DATABASE_URL=sqlite:////data/app.db", "LOG_LEVEL=INFO"],';

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
			name: "protected-volume-with-another-name",
			fault: 32,
			change: [['"STACK-data"', '"STACK-other"']],
			refused: true,
			exit: 2,
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
		// Without --show-sames, the engine says nothing of it.
		{
			name: "retain-removed-unseen",
			fault: 32,
			change: [["{ protect: true, retainOnDelete: true }", "{ protect: true }"]],
		},
		{ name: "container-removed", change: [['const web = new docker.Container("web", {', "void ({"]] },
		{
			name: "mount-path-and-variable-changed",
			fault: 32,
			change: [['target: "/data"', 'target: "/app/data"'], ...(url("sqlite:////app/data/app.db") ?? [])],
			findings: ["moved mount-path-changed: data directory /data of web"],
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
		...PLAIN_DOCKER_RISKS,
	],
};
