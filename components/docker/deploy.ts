import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { App } from "../app";
import { LIVE_PATH, type Move, type Version } from "../keeper/deploy/version";
import type { Database } from "../postgres";
import { refusal } from "../validate";
import { DockerCli } from "./cli";
import { appContainer, gracefulStop, healthcheck, joined, type Mounted } from "./container";
import { labelsOf, type Role } from "./identity";
import { type InstanceArgs, instanceProcess } from "./instance";
import type { keeperContainer } from "./keeper";

/** Long work ends by itself; the provider's own limit, 20 minutes, would leave it running and call it failed. */
const NO_LIMIT = { customTimeouts: { create: "24h" } };
/** How many lines of a container's log say why it failed. */
const LAST_LINES = 20;

/** What the containers of a deploy are made of. */
export interface DeployParts {
	name: string;
	app: App;
	/** The app's image, on the host: its id, and its name. */
	image: pulumi.Input<string>;
	imageName: pulumi.Input<string>;
	process: pulumi.Input<string[]>;
	volumes: Mounted;
	rehearsalVolume: pulumi.Input<string>;
	/** Where the data is to be, and how it gets there. @default - in SQLite, and there is no Postgres */
	moving?: {
		database: Database;
		move: Move /** See {@link InstanceArgs.postgresUrls}. */;
		urls: Record<string, string>;
	};
	network: pulumi.Input<string>;
	rehearsalNetwork: pulumi.Input<string>;
	/** The server's, beside the others. */
	postgresNetwork?: pulumi.Input<string>;
	/** What has put owners and secrets in place: where it is made anew, so is the app. */
	prepared: docker.Container;
	keeper: docker.Container;
	keeperName: string;
	/** The keeper's image and settings, for the container that asks it. */
	keeperImage: pulumi.Input<string>;
	keeperCommon: ReturnType<typeof keeperContainer>;
	host: pulumi.Input<string | undefined>;
	transform?: (args: docker.ContainerArgs) => docker.ContainerArgs;
	options: pulumi.CustomResourceOptions;
}

/**
 * Side by side with what they replace, for once: their names are the provider's to choose, and the old one is deleted
 * only when the whole update has succeeded. Unless told, the provider deletes first.
 */
function sideBySide({ options, keeper, prepared }: DeployParts): pulumi.CustomResourceOptions {
	return { ...options, deleteBeforeReplace: false, replaceOnChanges: ["mounts"], dependsOn: [keeper, prepared] };
}

/** Not through the image: then the engine would delete what serves before it makes `prepared` anew. */
function labels({ name, prepared }: DeployParts, role: Role) {
	return [...labelsOf(name, role), { label: "holdfast.prepared", value: prepared.id }];
}

/** Where the data is to be, and what becomes of it on the way: what else says so, a preview often cannot show. */
function databaseLabel({ moving }: DeployParts) {
	if (moving === undefined) return [];
	const { database, move } = moving;
	const words = [
		database,
		...(move.return === undefined ? [] : ["return", move.return]),
		...(move.settled ? ["settled"] : []),
	];
	return [{ label: "holdfast.database", value: words.join(" ") }];
}

function instanceArgs(
	{ app, image, imageName, process, keeperName, moving }: DeployParts,
	kind: Version["kind"],
): InstanceArgs {
	const { health, deploy, stopGraceSeconds } = app;
	const { rollback } = deploy;
	const version = pulumi.all([image, imageName]).apply(
		([id, called]): Version => ({
			kind,
			image: id,
			imageName: called,
			port: app.port,
			...(health !== undefined && { healthPath: health.path }),
			startSeconds: health === undefined ? 0 : health.startPeriodSeconds + 20,
			stopSeconds: stopGraceSeconds,
			migrates: app.migration !== undefined,
			mayLose: deploy.mayLose,
			...(rollback !== undefined && { backTo: rollback === "keep-data" ? { data: "keep" } : rollback }),
			...(moving !== undefined && { database: moving.database, move: moving.move }),
		}),
	);
	return {
		version,
		process,
		exportSecrets: app.command !== undefined,
		keeper: keeperName,
		...(moving !== undefined && { postgresUrls: moving.urls }),
	};
}

/** The new version on a copy of the live data. Returns its image and what it found, once nothing speaks against it. */
export function rehearsal(parts: DeployParts): { image: pulumi.Output<string>; report?: pulumi.Output<string> } {
	const { name, app, image, volumes, rehearsalVolume, network, rehearsalNetwork, postgresNetwork, options } = parts;
	const wanted = app.deploy.rehearsal;
	// Back to older data, there is nothing to rehearse: a snapshot of it served before.
	if (wanted === false || typeof app.deploy.rollback === "object") return { image: pulumi.output(image) };
	const common = appContainer(app, { ...volumes, data: rehearsalVolume, cache: undefined });
	const live = pulumi.output(volumes.data).apply((source) => ({
		type: source.startsWith("/") ? "bind" : "volume",
		source,
		target: LIVE_PATH,
		readOnly: true,
	}));
	const container = new docker.Container(
		`${name}-rehearsal`,
		{
			...common,
			...instanceProcess(app, instanceArgs(parts, "rehearsal")),
			image,
			mounts: [...common.mounts, live],
			...(app.cache !== undefined && {
				tmpfs: { ...common.tmpfs, [app.cache.mountPath]: "rw,nosuid,nodev,mode=1777" },
			}),
			networksAdvanced: joined(wanted.network ? network : rehearsalNetwork, postgresNetwork),
			restart: "no",
			mustRun: false,
			attach: true,
			logs: true,
			labels: labels(parts, "rehearsal"),
		},
		{ ...sideBySide(parts), ...NO_LIMIT, parent: options.parent },
	);
	const done = pulumi
		.all([image, container.exitCode, container.containerLogs, container.urn, container.name])
		.apply(([id, exitCode, logs, urn, called]) => {
			const { own, all } = linesOf(logs);
			if (exitCode === 0) return { id, report: own.join("\n") };
			throw refusal(
				`${name} was not changed, the version of before serves: the rehearsal of the new one failed\n${own.join("\n")}\n` +
					`  The end of its output (all of it: docker logs ${called}):\n${indented(all)}\n` +
					`  Mend it and deploy again; to run the same one again: npm run up, or your own update with --replace '${urn}'`,
			);
		});
	return { image: done.id, report: done.report };
}

/** The container of the app. It waits until the deploy lets it in, and at each later start until the keeper does. */
export function instance(parts: DeployParts, image: pulumi.Input<string>): docker.Container {
	const { name, app, volumes, network, postgresNetwork, transform = (args) => args } = parts;
	const args: docker.ContainerArgs = {
		...appContainer(app, volumes),
		...instanceProcess(app, instanceArgs(parts, "app")),
		...healthcheck(app),
		...gracefulStop(app),
		image,
		networksAdvanced: joined(network, postgresNetwork),
		restart: "unless-stopped",
		labels: [...labels(parts, "app"), ...databaseLabel(parts)],
	};
	return new docker.Container(name, transform(args), sideBySide(parts));
}

/** Has the keeper make it the one that serves. Resolves to its name. */
export function deployed(parts: DeployParts, instance: docker.Container): pulumi.Output<string> {
	const { name, keeperImage, keeperCommon, host } = parts;
	// Of SQLite a copy is put back; Postgres is as a migration left it.
	const left = parts.moving?.database === "postgres" ? "the version of before serves" : "all is as it was before";
	// By default a container's host name is the beginning of its id.
	const id = instance.id.apply((whole) => whole.slice(0, 12));
	const container = new docker.Container(
		`${name}-deploy`,
		{
			...keeperCommon,
			command: ["deploy", id],
			image: keeperImage,
			networkMode: "none",
			restart: "no",
			mustRun: false,
			attach: true,
			logs: true,
			labels: labelsOf(name, "deploy"),
		},
		{ ...sideBySide(parts), ...NO_LIMIT },
	);
	return pulumi
		.all([instance.name, container.exitCode, container.containerLogs, container.urn, host])
		.apply(async ([called, exitCode, logs, urn, at]) => {
			if (exitCode === 0) return called;
			const said = await new DockerCli(at).run(["logs", "--tail", `${LAST_LINES}`, called]);
			throw refusal(
				`the deploy of ${name} failed, and ${left}:\n${indented(`${logs}`.trim().split("\n"))}\n` +
					`  The end of the new version's output:\n${indented(`${said.stdout}${said.errors}`.trim().split("\n"))}\n` +
					`  Mend it and deploy again; to run the same one again: npm run up, or your own update with --replace '${urn}'`,
			);
		});
}

/** The keeper's own lines of a log, and the last of all the others. */
function linesOf(logs: string | undefined): { own: string[]; all: string[] } {
	const lines = `${logs ?? ""}`.trim().split("\n");
	const isOwn = (line: string) => line.includes("holdfast: ");
	return {
		own: lines.filter(isOwn).map((line) => line.replace(/^.*?holdfast: /, "  ")),
		all: lines.filter((line) => !isOwn(line)).slice(-LAST_LINES),
	};
}

function indented(lines: string[]): string {
	return lines.map((line) => `    ${line}`).join("\n");
}
