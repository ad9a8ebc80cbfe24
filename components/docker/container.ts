import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type App, environmentOf, SECRETS_PATH } from "../app";
import { POSTGRES_URL_DIRECTORY } from "../postgres";
import { GATE_PATH } from "./waiting";

type ContainerArgs = docker.ContainerArgs;

/** What mounts need to know of the volumes. */
export interface Mounted {
	/** Name of the data volume, or absolute path of a directory on the host. */
	data: pulumi.Input<string>;
	/** Name of the cache volume. */
	cache?: pulumi.Input<string>;
	/** Name of the volume with the secrets. */
	secrets?: pulumi.Input<string>;
	/** Name of the volume in which the app asks the keeper to be let in. */
	gate?: pulumi.Input<string>;
	/** Name of the volume with the URL of Postgres. */
	postgresUrl?: pulumi.Input<string>;
}

/** What every container that runs the app's image has in common: whose it is, what it may do, what it sees. */
export function appContainer(app: App, mounted: Mounted) {
	return {
		user: `${app.user}:${app.group}`,
		envs: envsOf(environmentOf(app)),
		mounts: mounts(app, mounted),
		...closed(app),
		...(app.memoryMiB !== undefined && { memory: app.memoryMiB, memorySwap: app.memoryMiB }),
		...(app.cpus !== undefined && { cpus: `${app.cpus}` }),
	} satisfies Partial<ContainerArgs>;
}

/** Line by line, so that a preview shows those that are known where another one is not yet. */
export function envsOf(environment: Record<string, pulumi.Input<string>>): pulumi.Output<string>[] {
	return Object.entries(environment).map(([key, value]) => pulumi.interpolate`${key}=${value}`);
}

/** What every container of ours may not do, and how much of its log is kept. */
export function closed({ logs }: Pick<App, "logs">) {
	return {
		// A PID 1 that reaps children and passes SIGTERM on, which an app often does not do for itself.
		init: true,
		readOnly: true,
		tmpfs: { "/tmp": "rw,nosuid,nodev,size=64m,mode=1777" },
		capabilities: { drops: ["ALL"] },
		securityOpts: ["no-new-privileges:true"],
		logDriver: "json-file",
		logOpts: { "max-size": `${logs.maxSizeMB}m`, "max-file": `${logs.maxFiles}` },
	} satisfies Partial<ContainerArgs>;
}

/** The networks that a container joins, those that there are. */
export function joined(...networks: (pulumi.Input<string> | undefined)[]) {
	return networks.flatMap((name) => (name === undefined ? [] : [{ name }]));
}

function mounts(app: App, { data, cache, secrets, gate, postgresUrl }: Mounted): docker.types.input.ContainerMount[] {
	const type = pulumi.output(data).apply((source) => (source.startsWith("/") ? "bind" : "volume"));
	const all: docker.types.input.ContainerMount[] = [{ type, source: data, target: app.data.mountPath }];
	if (app.cache !== undefined && cache !== undefined) {
		all.push({ type: "volume", source: cache, target: app.cache.mountPath });
	}
	if (secrets !== undefined) {
		all.push({ type: "volume", source: secrets, target: SECRETS_PATH, readOnly: true });
	}
	if (gate !== undefined) all.push({ type: "volume", source: gate, target: GATE_PATH });
	if (postgresUrl !== undefined) {
		all.push({ type: "volume", source: postgresUrl, target: POSTGRES_URL_DIRECTORY, readOnly: true });
	}
	return all;
}

/** The stop that lets the app finish. By default the provider would kill the container at once. */
export function gracefulStop(app: App) {
	return {
		stopTimeout: app.stopGraceSeconds,
		destroyGraceSeconds: app.stopGraceSeconds,
	} satisfies Partial<ContainerArgs>;
}

/** The health check, run inside the container with whatever HTTP client the image has. */
export function healthcheck(app: App): Partial<ContainerArgs> {
	if (app.health === undefined) return {};
	const { path, intervalSeconds, timeoutSeconds, retries, startPeriodSeconds } = app.health;
	return {
		healthcheck: {
			tests: ["CMD-SHELL", healthProbe(`http://127.0.0.1:${app.port}${path}`, timeoutSeconds)],
			interval: `${intervalSeconds}s`,
			timeout: `${timeoutSeconds}s`,
			retries,
			startPeriod: `${startPeriodSeconds}s`,
		},
	};
}

/** Slim images often lack curl, so the probe takes the first client that is there, and says so when none is. */
export function healthProbe(url: string, seconds: number): string {
	const python = `import urllib.request as r; r.urlopen("${url}", timeout=${seconds})`;
	const node = `fetch("${url}", { signal: AbortSignal.timeout(${seconds}000) }).then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))`;
	return [
		`if command -v curl >/dev/null; then exec curl -fsS -m ${seconds} -o /dev/null "${url}"`,
		`elif command -v wget >/dev/null; then exec wget -q -t 1 -T ${seconds} -O /dev/null "${url}"`,
		`elif command -v python3 >/dev/null; then exec python3 -c '${python}'`,
		`elif command -v node >/dev/null; then exec node -e '${node}'`,
		`else echo "no curl, wget, python3 or node in this image: set health to false"; exit 1`,
		"fi",
	].join("; ");
}
