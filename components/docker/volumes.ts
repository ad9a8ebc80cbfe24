import { join } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type App, SECRETS_PATH } from "../app";
import { stateful } from "../stateful";
import { type DockerAppArgs, dataSource } from "./args";
import type { DockerBackup } from "./backup";
import type { Mounted } from "./container";
import { dockerNames, labelsOf } from "./identity";
import { builtImage } from "./image";
import type { KeeperVolumes } from "./keeper";
import { statusPageSecrets } from "./statusPage";

const KEEPER_SECRETS = "/keeper-secrets";

/** The volumes of an app, with their owner and content in place. */
export interface Volumes {
	app: Mounted;
	/** Undefined where there is no backup. */
	keeper?: KeeperVolumes;
	/** Made once all volumes can be used. */
	prepared: docker.Container;
}

/** Makes the volumes, and prepares them: what holds data is kept, the rest may go. */
export function createVolumes(
	name: string,
	args: DockerAppArgs,
	app: App,
	backup: DockerBackup | undefined,
	here: pulumi.CustomResourceOptions,
): Volumes {
	const names = dockerNames(name);
	const labels = labelsOf(name);
	const owner = `${app.user}:${app.group}`;
	// Docker finds a volume again by its name, and keeps the labels of its first creation: they say who made it then,
	// and must not make it look changed.
	const found: pulumi.CustomResourceOptions = { ...here, ignoreChanges: ["labels"] };
	const volume = (suffix: string, physical: string, options = found) =>
		new docker.Volume(`${name}-${suffix}`, { name: physical, labels }, options).name;

	const mounted: Mounted = {
		data: args.existingData === undefined ? volume("data", names.data, stateful(found)) : dataSource(name, args),
		...(app.cache !== undefined && { cache: volume("cache", names.cache(owner)) }),
		// Its name changes with the set of secrets, so that one that was taken out does not stay behind in a file.
		...(hasAny(app.secrets) && { secrets: volume("secrets", names.secrets(Object.keys(app.secrets))) }),
		...(backup !== undefined && { gate: gateVolume() }),
		...(args.postgres !== undefined && { postgresUrl: args.postgres.urlVolume }),
	};
	const keeperSecrets = { ...backup?.secrets, ...statusPageSecrets(args) };
	const own = backup?.host?.own ? volume("backup", names.backup, stateful(found)) : undefined;
	const keeper = backup && {
		data: mounted.data,
		gate: mounted.gate as pulumi.Input<string>,
		scratch: volume("scratch", names.scratch(owner)),
		rehearsal: volume("rehearsal", names.rehearsal(owner)),
		...(args.postgres !== undefined && { postgres: args.postgres }),
		...(hasAny(keeperSecrets) && {
			secrets: volume("keeper-secrets", names.keeperSecrets(Object.keys(keeperSecrets))),
		}),
	};
	return { app: mounted, ...(keeper && { keeper }), prepared: prepare() };

	/** In memory: after a restart of the host it is empty, and whoever starts has to ask again. */
	function gateVolume() {
		const driverOpts = { type: "tmpfs", device: "tmpfs", o: `size=4m,mode=0700,uid=${app.user},gid=${app.group}` };
		return new docker.Volume(`${name}-gate`, { name: names.gate(owner), driver: "local", driverOpts, labels }, found)
			.name;
	}

	/** A container that never starts: making it gives empty volumes their owner and puts the secrets in place. */
	function prepare() {
		const build = { context: join(__dirname, "prepare"), args: { OWNER: owner } };
		const empty = builtImage(`${name}-prepare-image`, "holdfast-prepare", build, here);
		const volumes = [
			...(args.existingData === undefined ? [{ source: mounted.data, target: "/data" }] : []),
			...(mounted.cache !== undefined ? [{ source: mounted.cache, target: "/cache" }] : []),
			...(mounted.secrets !== undefined ? [{ source: mounted.secrets, target: SECRETS_PATH }] : []),
			...(own !== undefined ? [{ source: own, target: "/backup" }] : []),
			...(keeper !== undefined ? [{ source: keeper.scratch, target: "/scratch" }] : []),
			...(keeper !== undefined ? [{ source: keeper.rehearsal, target: "/rehearsal" }] : []),
			...(keeper?.secrets !== undefined ? [{ source: keeper.secrets, target: KEEPER_SECRETS }] : []),
		];
		return new docker.Container(
			`${name}-prepare`,
			{
				name: names.prepare,
				image: empty.imageId,
				// That a migration comes or goes must reach the app: it is deleted before what it rests on is made anew, and
				// so before a first migration runs.
				command: ["never-started", app.migration === undefined ? "no-migration" : "migration"],
				start: false,
				mustRun: false,
				networkMode: "none",
				mounts: volumes.map((each) => ({ type: "volume", ...each })),
				uploads: [...secretFiles(app, SECRETS_PATH, app.secrets), ...secretFiles(app, KEEPER_SECRETS, keeperSecrets)],
				labels: labelsOf(name, "prepare"),
			},
			{ ...here, deleteBeforeReplace: true, replaceOnChanges: ["mounts"] },
		);
	}
}

function hasAny(secrets: object): boolean {
	return Object.keys(secrets).length > 0;
}

function secretFiles(
	app: App,
	directory: string,
	secrets: Record<string, pulumi.Input<string>> = {},
): docker.types.input.ContainerUpload[] {
	const identity = { owner: `${app.user}`, group: `${app.group}`, permissions: "0400" };
	return Object.entries(secrets).map(([key, value]) => ({
		file: `${directory}/${key}`,
		content: pulumi.secret(value),
		...identity,
	}));
}
