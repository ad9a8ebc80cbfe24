import { basename, dirname, join } from "node:path";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type App, SECRETS_PATH } from "../app";
import { doorEnvironment } from "../doorArgs";
import { type KeeperArgs, keeperEnvironment } from "../keeperArgs";
import { keeperBuild } from "../keeperImage";
import { appIdentity } from "../names";
import { POSTGRES_URL_DIRECTORY, POSTGRES_URL_FILE } from "../postgres";
import { refusal } from "../validate";
import { backupMounts, type DockerBackup } from "./backup";
import { closed, envsOf } from "./container";
import { builtImage } from "./image";
import { type DockerPostgresServer, DUMPS_PATH } from "./postgres";
import { type StatusPageArgs, statusPageEnvironment } from "./statusPage";
import { GATE_PATH } from "./waiting";

/** Seconds that the keeper has for its last sync. */
const STOP_SECONDS = 40;
const SCRATCH = "/scratch";
/** In what the keeper's containers share, and the app does not see. */
const CONTROL = `${SCRATCH}/keeper.sock`;
const REHEARSAL = "/rehearsal";
const INITIAL = "/initial";
export const OPEN_FILE = `${GATE_PATH}/open`;

/** The keeper writes its health every few seconds: written since the last check, and good. The shell alone can tell. */
const HEALTH_CHECK = [
	"h=/tmp/keeper.health c=/tmp/keeper.checked fresh=no",
	'if [ ! -e "$c" ] || [ "$h" -nt "$c" ]; then fresh=yes; fi',
	': > "$c"',
	'read -r state rest < "$h"',
	'[ "$fresh $state" = "yes ok" ] || { echo "$state $rest"; exit 1; }',
].join("; ");

/** The volumes that the keeper works with, by name. */
export interface KeeperVolumes {
	data: pulumi.Input<string>;
	scratch: pulumi.Input<string>;
	rehearsal: pulumi.Input<string>;
	gate: pulumi.Input<string>;
	secrets?: pulumi.Input<string>;
	/** The server's, where there is one. */
	postgres?: Pick<DockerPostgresServer, "urlVolume" | "dumpsVolume">;
}

/** The keeper's image: its program on its base, built on the Docker host. */
export function keeperImage(name: string, options: pulumi.CustomResourceOptions): docker.RemoteImage {
	return builtImage(name, "holdfast-keeper", keeperBuild(), options);
}

/** What every container of the keeper has in common. */
export function keeperContainer(
	name: string,
	app: App,
	backup: DockerBackup,
	volumes: KeeperVolumes,
	args: KeeperArgs | undefined,
) {
	const { postgres } = volumes;
	const environment: Record<string, pulumi.Input<string>> = {
		HOLDFAST_APP: appIdentity(name),
		HOLDFAST_DATA_DIRECTORY: app.data.mountPath,
		HOLDFAST_DATABASE: app.data.databasePath,
		HOLDFAST_STORE: backup.url,
		HOLDFAST_RETENTION_DAYS: `${backup.retentionDays}`,
		HOLDFAST_SCRATCH: SCRATCH,
		HOLDFAST_CONTROL: CONTROL,
		HOLDFAST_REHEARSAL: REHEARSAL,
		HOLDFAST_OPEN: OPEN_FILE,
		HOLDFAST_STOP_SECONDS: `${STOP_SECONDS}`,
		...keeperEnvironment(args),
		...backup.environment,
		...(postgres !== undefined && {
			HOLDFAST_POSTGRES_URL_FILE: POSTGRES_URL_FILE,
			HOLDFAST_POSTGRES_DUMPS: DUMPS_PATH,
		}),
	};
	return {
		user: `${app.user}:${app.group}`,
		envs: envsOf(environment),
		mounts: [
			dataMount(volumes.data, app.data.mountPath),
			...backupMounts(backup),
			{ type: "volume", source: volumes.scratch, target: SCRATCH },
			{ type: "volume", source: volumes.rehearsal, target: REHEARSAL },
			{ type: "volume", source: volumes.gate, target: GATE_PATH },
			...(volumes.secrets === undefined
				? []
				: [{ type: "volume", source: volumes.secrets, target: SECRETS_PATH, readOnly: true }]),
			...(postgres === undefined
				? []
				: [
						{ type: "volume", source: postgres.urlVolume, target: POSTGRES_URL_DIRECTORY, readOnly: true },
						{ type: "volume", source: postgres.dumpsVolume, target: DUMPS_PATH },
					]),
		],
		...closed(app),
	} satisfies Partial<docker.ContainerArgs>;
}

function dataMount(source: pulumi.Input<string>, target: string): docker.types.input.ContainerMount {
	const type = pulumi.output(source).apply((name) => (name.startsWith("/") ? "bind" : "volume"));
	return { type, source, target };
}

/** The gate runs once and ends. A file of the host with the initial data is seen by it alone. */
export function gateProcess(common: ReturnType<typeof keeperContainer>, initialData: string | undefined) {
	const fromHost = initialData?.startsWith("/") ? initialData : undefined;
	const told = fromHost === undefined ? initialData : join(INITIAL, basename(fromHost));
	return {
		...common,
		command: ["start"],
		restart: "no",
		mustRun: false,
		attach: true,
		logs: true,
		...(told !== undefined && { envs: [...common.envs, ...envsOf({ HOLDFAST_INITIAL_DATA: told })] }),
		...(fromHost !== undefined && {
			mounts: [...common.mounts, { type: "bind", source: dirname(fromHost), target: INITIAL, readOnly: true }],
		}),
	} satisfies Partial<docker.ContainerArgs>;
}

/** The port in the keeper's container at which it says how it is. */
export function statusPort({ port }: Pick<App, "port">): number {
	return port === 9400 ? 9401 : 9400;
}

/** The replicator runs for as long as the stack is up, and stops after the app. The way to the app is through it. */
export function replicatorProcess(
	common: ReturnType<typeof keeperContainer>,
	app: App,
	{ behindProxy, statusPage }: { behindProxy: boolean; statusPage?: StatusPageArgs | false },
) {
	// Not in what the check and the deploys are told: they need not run again when the door changes.
	const environment = {
		HOLDFAST_APP_PORT: `${app.port}`,
		HOLDFAST_PORT: `${statusPort(app)}`,
		...statusPageEnvironment({ statusPage }),
		...doorEnvironment(app),
		...(behindProxy && { HOLDFAST_BEHIND_PROXY: "true" }),
	};
	return {
		...common,
		envs: [...common.envs, ...envsOf(environment)],
		command: ["replicate"],
		restart: "unless-stopped",
		stopTimeout: STOP_SECONDS + 5,
		destroyGraceSeconds: STOP_SECONDS + 5,
		healthcheck: {
			tests: ["CMD-SHELL", HEALTH_CHECK],
			interval: "15s",
			timeout: "10s",
			retries: 2,
			startPeriod: "30s",
		},
	} satisfies Partial<docker.ContainerArgs>;
}

/** The keeper's own words of a gate that did not open. */
export function gateRefusal(
	name: string,
	container: string,
	{ exitCode, logs, urn }: { exitCode: number; logs: string; urn: string },
): pulumi.RunError {
	const lines = (logs ?? "").trim().split("\n");
	const refused = lines.findIndex((line) => line.includes("✗ refused"));
	const said = lines.slice(refused < 0 ? -5 : refused).join("\n");
	return refusal(
		`${name} was not started, its data is not touched: the keeper's check ended with exit code ${exitCode}\n${said}\n` +
			`  Whole output: docker logs ${container}. Once that is done: npm run up, or your own update with --replace '${urn}'`,
	);
}
