import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { App } from "../app";
import {
	appStartSeconds,
	instanceAppEnvironment,
	instanceKeeperEnvironment,
	instancePorts,
	SCRATCH,
} from "../instance";
import type { CloudRunAppArgs } from "./cloudRunArgs";
import { MOST_START_SECONDS, serviceName } from "./cloudRunRules";
import { type ContainerSize, type Sizes, TEMPORARY_MIB } from "./cloudRunSizes";
import type { Images } from "./images";

type Container = gcp.types.input.cloudrunv2.ServiceTemplateContainer;
type Volume = gcp.types.input.cloudrunv2.ServiceTemplateVolume;
type Mount = gcp.types.input.cloudrunv2.ServiceTemplateContainerVolumeMount;

/** A secret as a container refers to it. */
export interface SecretReference {
	/** Its name or id in Secret Manager. */
	secret: pulumi.Input<string>;
	/** Pinned, so that a new value is a new revision. */
	version: pulumi.Input<string>;
}

/** Cloud Run kills after 10. */
const STOP_SECONDS = 9;

/** The ingress: gate, door and replicator in one process. Every request goes through it; if it ends, the instance ends. */
export function keeperContainer(
	name: string,
	app: App,
	{ backup, keeper, location, scale }: CloudRunAppArgs,
	images: Images,
	sizes: Sizes,
): Container {
	const { door, status } = instancePorts(app);
	const terms = { stopSeconds: STOP_SECONDS, image: images.app };
	const environment = {
		...instanceKeeperEnvironment(name, app, backup, keeper, terms),
		// Google's front end ends TLS, and says who asked and how.
		HOLDFAST_BEHIND_PROXY: "true",
		// Revisions are counted in one service alone. A provider of the user's own keeps its project to itself.
		HOLDFAST_SERVICE: `${gcp.config.project ?? "-"}/${location}/${serviceName(name)}`,
		// As long as the platform waits for the app: then it gives the data back.
		HOLDFAST_APP_START_SECONDS: `${startWindow(app)}`,
	};
	return {
		name: "keeper",
		image: images.keeper,
		args: ["replicate"],
		ports: { containerPort: door },
		envs: plain(environment),
		resources: resources(sizes.keeper, scale),
		// Well once the data is in place, under the lease. Asked each second, for a first request waits for it.
		startupProbe: {
			httpGet: { path: "/ready", port: status },
			periodSeconds: 1,
			timeoutSeconds: 1,
			failureThreshold: MOST_START_SECONDS,
		},
		volumeMounts: [
			{ name: "data", mountPath: app.data.mountPath },
			{ name: "scratch", mountPath: SCRATCH },
			{ name: "keeper-tmp", mountPath: "/tmp" },
		],
	};
}

/** The app beside it, started once the keeper is ready. */
export function appContainer(
	app: App,
	{ scale }: CloudRunAppArgs,
	{ app: image }: Images,
	sizes: Sizes,
	secrets: Record<string, SecretReference>,
): Container {
	return {
		name: "app",
		image,
		...(app.command !== undefined && { commands: processOf(app.command, app.migration) }),
		dependsOns: ["keeper"],
		envs: [...plain(instanceAppEnvironment(app)), ...references(secrets)],
		resources: resources(sizes.app, scale),
		...probes(app),
		volumeMounts: [
			{ name: "data", mountPath: app.data.mountPath },
			...(app.cache === undefined ? [] : [{ name: "cache", mountPath: app.cache.mountPath }]),
			{ name: "app-tmp", mountPath: "/tmp" },
		],
	};
}

/** The app where it is alone, on Postgres: it is the ingress itself, and a job has run its migration. */
export function aloneContainer(
	app: App,
	args: CloudRunAppArgs,
	images: Images,
	sizes: Sizes,
	secrets: Record<string, SecretReference>,
): Container {
	const { dependsOns: _, ...container } = appContainer({ ...app, migration: undefined }, args, images, sizes, secrets);
	return {
		...container,
		ports: { containerPort: app.port },
		volumeMounts: [...(container.volumeMounts as object[] as Mount[]), SOCKETS],
	};
}

/** What the containers write to: all of it goes with the instance, and all of it has a limit. */
export function volumes(app: App, sizes: Sizes): Volume[] {
	const { medium, dataMiB, scratchMiB, cacheMiB } = sizes;
	return [
		volume("data", medium, dataMiB),
		volume("scratch", medium, scratchMiB),
		...(app.cache === undefined ? [] : [volume("cache", "MEMORY", cacheMiB)]),
		volume("keeper-tmp", "MEMORY", TEMPORARY_MIB),
		volume("app-tmp", "MEMORY", TEMPORARY_MIB),
	];
}

/** What the app alone writes to, and the server's socket. */
export function aloneVolumes(app: App, sizes: Sizes, connectionName: pulumi.Input<string>): Volume[] {
	const own = volumes(app, sizes).filter(({ name }) => name !== "scratch" && name !== "keeper-tmp");
	return [...own, socketVolume(connectionName)];
}

/** Where Cloud Run puts the sockets of Cloud SQL. */
export const SOCKETS: Mount = { name: "cloudsql", mountPath: "/cloudsql" };

export function socketVolume(connectionName: pulumi.Input<string>): Volume {
	return { name: SOCKETS.name, cloudSqlInstance: { instances: [connectionName] } };
}

function volume(name: string, medium: Sizes["medium"], mebibytes: number): Volume {
	return { name, emptyDir: { medium, sizeLimit: `${mebibytes}Mi` } };
}

export function plain(environment: Record<string, pulumi.Input<string>>) {
	return Object.entries(environment).map(([name, value]) => ({ name, value }));
}

export function references(secrets: Record<string, SecretReference>) {
	return Object.entries(secrets).map(([name, secretKeyRef]) => ({ name, valueSource: { secretKeyRef } }));
}

function resources({ cpus, memoryMiB }: ContainerSize, scale: CloudRunAppArgs["scale"]) {
	return {
		limits: { cpu: `${cpus * 1000}m`, memory: `${memoryMiB}Mi` },
		// True: no processor between requests, and nothing to pay.
		cpuIdle: scale !== "always-on",
		startupCpuBoost: true,
	};
}

/** Seconds that the app has to start. Where a migration comes first, or nothing is known, all there are. */
function startWindow({ health, migration }: App): number {
	return health === undefined || migration !== undefined ? MOST_START_SECONDS : appStartSeconds(health);
}

function probes(app: App): Pick<Container, "startupProbe" | "livenessProbe"> {
	const { health, port } = app;
	// Often, for requests wait at the old instance meanwhile; an answer may take a little longer than a connection.
	const often = (seconds: number) => {
		return {
			periodSeconds: seconds,
			timeoutSeconds: seconds,
			failureThreshold: Math.ceil(startWindow(app) / seconds),
		};
	};
	if (health === undefined) return { startupProbe: { tcpSocket: { port }, ...often(1) } };
	const httpGet = { path: health.path, port };
	return {
		startupProbe: { httpGet, ...often(2) },
		livenessProbe: {
			httpGet,
			periodSeconds: health.intervalSeconds,
			timeoutSeconds: health.timeoutSeconds,
			failureThreshold: health.retries,
		},
	};
}

function processOf(command: string[], migration: string[] | undefined): string[] {
	if (migration === undefined) return command;
	// The app takes the place of the shell, so that it hears SIGTERM itself.
	return ["/bin/sh", "-c", `${words(migration)} && exec ${words(command)}`];
}

function words(command: string[]): string {
	return command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
}
