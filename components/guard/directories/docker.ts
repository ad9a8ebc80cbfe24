import { parseLocation } from "../../backup";
import { UNKNOWN } from "../plan";
import { isHidden } from "../rules/values";
import {
	appName,
	count,
	keeperSettings,
	type Mount,
	mayHoldData,
	normalPath,
	type Reader,
	record,
	records,
	text,
	texts,
} from "./workload";

/** Containers of ours that do something once, or beside the data. */
const HELPERS = new Set(["start", "prepare", "migration", "rehearsal", "deploy"]);

/** A container on a Docker host. */
export const readContainer: Reader = ({ urn, name, inputs }) => {
	const labels = Object.fromEntries(records(inputs.labels).map(({ label, value }) => [label, value]));
	const role = text(labels["holdfast.role"]);
	if (role !== undefined && HELPERS.has(role)) return undefined;
	const isOurs = role === "app" || role === "keeper";
	const { variables, hidden: hiddenVariables } = pairs(inputs.envs);
	const settings = keeperSettings(variables);
	const app = isOurs ? text(labels["holdfast.app"]) : settings?.HOLDFAST_APP;
	const [engine, ...move] = (text(labels["holdfast.database"]) ?? "").split(" ");
	const mounts = [...records(inputs.mounts).flatMap(mountOf), ...records(inputs.volumes).flatMap(volumeOf)];
	return {
		urn,
		name: app === undefined || isHidden(app) ? name : appName(app),
		app,
		part: role === "keeper" ? "keeper" : isOurs ? "app" : "both",
		mounts:
			role === "keeper"
				? mounts.filter(({ path }) => path === settings?.HOLDFAST_DATA_DIRECTORY)
				: mounts.filter(mayHoldData),
		variables: settings === undefined ? variables : {},
		settings,
		store: storeOf(settings, isHidden(inputs.mounts) ? undefined : mounts),
		hidden: [...(hiddenVariables ? ["envs"] : []), ...["mounts", "volumes"].filter((input) => isHidden(inputs[input]))],
		image: text(inputs.image),
		migration: migrationIn(texts(inputs.entrypoints)),
		...((engine === "sqlite" || engine === "postgres") && { engine }),
		...(move.includes("settled") && { settled: true }),
		...(move[0] === "return" && { return: move[1] }),
	};
};

/** A service of a Docker swarm. */
export const readSwarmService: Reader = ({ urn, name, inputs }) => {
	const container = record(record(inputs.taskSpec).containerSpec);
	const environment = record(container.env);
	const mode = record(inputs.mode);
	return {
		urn,
		name,
		part: "both",
		mounts: records(container.mounts).flatMap(mountOf).filter(mayHoldData),
		variables: Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, `${value}`])),
		hidden: [
			...(isHidden(container.env) ? ["taskSpec.containerSpec.env"] : []),
			...(isHidden(container.mounts) ? ["taskSpec.containerSpec.mounts"] : []),
		],
		image: text(container.image),
		// A global one runs on each machine.
		instances: mode.global === true ? Number.POSITIVE_INFINITY : (count(record(mode.replicated).replicas) ?? 1),
		overlaps: record(inputs.updateConfig).order === "start-first",
	};
};

/** Where the replica is. What is mounted from the host is named by what is mounted. */
function storeOf(settings: Record<string, string> | undefined, mounts: Mount[] | undefined): string | undefined {
	const url = settings?.HOLDFAST_STORE;
	const location = url === undefined ? undefined : parseLocation(url);
	if (mounts === undefined && location?.scheme === "file") return UNKNOWN;
	const mount = mounts?.find(({ path }) => location?.scheme === "file" && path === location.bucket);
	return mount === undefined ? url : `${mount.kind} ${mount.source}, prefix ${location?.prefix}`;
}

function mountOf({ type, source, target, readOnly, volumeOptions }: Record<string, unknown>): Mount[] {
	const path = text(target);
	if (path === undefined || readOnly === true || type === "tmpfs") return [];
	// Without a source, Docker makes a volume that nobody finds again.
	if (text(source) === undefined) return [{ kind: "instance disk", source: "", path: normalPath(path) }];
	const { driverName, driverOptions } = record(volumeOptions);
	const isNetwork = isNetworkDriver(driverName, driverOptions);
	const kind = isNetwork ? "network file system" : type === "bind" ? "host directory" : "volume";
	return [{ kind, source: `${source}`, path: normalPath(path) }];
}

function volumeOf({ containerPath, hostPath, volumeName, readOnly }: Record<string, unknown>): Mount[] {
	const path = text(containerPath);
	const source = text(hostPath) ?? text(volumeName);
	if (path === undefined || readOnly === true) return [];
	if (source === undefined) return [{ kind: "instance disk", source: "", path: normalPath(path) }];
	return [{ kind: text(hostPath) === undefined ? "volume" : "host directory", source, path: normalPath(path) }];
}

/** Whether the volume lies on another machine. */
export function isNetworkDriver(driver: unknown, options: unknown): boolean {
	const { type, o } = record(options);
	return (
		/^(nfs|cifs|smb)/.test(`${type ?? ""}`) ||
		/sshfs|nfs|cifs|rclone/.test(`${driver ?? ""}`) ||
		/addr=/.test(`${o ?? ""}`)
	);
}

/** `NAME=value` lines. A line that cannot be seen could be any variable. */
function pairs(envs: unknown): { variables: Record<string, string>; hidden: boolean } {
	const variables: Record<string, string> = {};
	let hidden = isHidden(envs);
	for (const line of texts(envs)) {
		const at = line.indexOf("=");
		if (isHidden(line)) hidden = true;
		else variables[at < 0 ? line : line.slice(0, at)] = line.slice(at + 1);
	}
	return { variables, hidden };
}

/** The migration in the start of an app's container (components/docker/instance.ts). */
function migrationIn(entrypoint: string[]): string | undefined {
	const script = entrypoint.find((word) => word.includes("run migrated "));
	const word = /run migrated '((?:[^']|'\\'')*)'/.exec(script ?? "")?.[1]?.replaceAll(`'\\''`, "'");
	const command = word?.slice(word.lastIndexOf("exec ") + 5);
	return command === undefined || command === "'true'" ? undefined : command.replaceAll(/'([^'\s]+)'/g, "$1");
}
