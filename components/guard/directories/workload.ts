import { posix } from "node:path";
import { isObject } from "../rules/values";

/** What a mount is made of. What is written to an `instance disk` goes with the instance. */
export type MountKind = "volume" | "host directory" | "instance disk" | "network file system" | "bucket";

/** What a container sees at a path. */
export interface Mount {
	kind: MountKind;
	/** Its name on the platform, a path of the host, `server:/path`. `UNKNOWN` where only the update will tell. */
	source: string;
	/** Normal form, absolute. */
	path: string;
}

export type Engine = "sqlite" | "postgres";

/** What runs an app, its keeper or both, as far as its data goes: a container, or what a platform starts as one. */
export interface Workload {
	urn: string;
	/** What the app is called. */
	name: string;
	/** Holdfast's own name for the app, as `shop/prod/notes`. Only of our components. */
	app?: string;
	/** On a Docker host, app and keeper are containers of their own. */
	part: "app" | "keeper" | "both";
	/** What may hold data: neither scratch, nor secrets, nor what cannot be written. */
	mounts: Mount[];
	/** The app's variables. `SECRET` or `UNKNOWN` where a value cannot be seen. */
	variables: Record<string, string>;
	/** The keeper's settings, `HOLDFAST_…`. Undefined without a keeper. */
	settings?: Record<string, string>;
	/** Where the replica is, undefined without one. */
	store?: string;
	/** Where the component says which database the app is on. */
	engine?: Engine;
	/** What becomes of the rows on the way back from Postgres. */
	return?: string;
	settled?: boolean;
	/** Only what our component says of itself can be seen; what is not in it is as it was. */
	isSummary?: boolean;
	/** Whole inputs that cannot be seen, as `mounts`. */
	hidden: string[];
	image?: string;
	migration?: string;
	/** The most that run at once. */
	instances?: number;
	/** Whether an update starts the new one before the old one has stopped. */
	overlaps?: boolean;
}

/** Reads one side of a resource; undefined where it runs nothing that holds data. */
export type Reader = (resource: { urn: string; name: string; inputs: Record<string, unknown> }) => Workload | undefined;

export function record(value: unknown): Record<string, unknown> {
	return isObject(value) ? value : {};
}

/** The groups in a list. */
export function records(value: unknown): Record<string, unknown>[] {
	return Array.isArray(value) ? value.filter(isObject) : [];
}

export function text(value: unknown): string | undefined {
	return typeof value === "string" && value !== "" ? value : undefined;
}

export function texts(value: unknown): string[] {
	return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

export function count(value: unknown): number | undefined {
	const number = typeof value === "string" ? Number(value) : value;
	return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** `/a/b` for `/a//b/`. */
export function normalPath(path: string): string {
	const normal = posix.normalize(path);
	return normal.length > 1 ? normal.replace(/\/$/, "") : normal;
}

/** Whether `path` is `directory` or lies in it. */
export function isWithin(path: string, directory: string): boolean {
	return path === directory || path.startsWith(directory === "/" ? "/" : `${directory}/`);
}

/** Places of the system or of the container's own run: sockets, temporary files, secrets, time zones. */
const SYSTEM = /^\/(tmp|run|var\/run|dev|proc|sys|etc|holdfast)(\/|$)/;
/** What its own name says may be lost. */
const CACHE = /(^|[-_./])(cache|caches|tmp|temp|scratch)([-_./]|$)/i;

/** Whether a mount may hold data that nobody can make again. */
export function mayHoldData({ source, path, kind }: Mount): boolean {
	if (SYSTEM.test(path) || /\.sock$/.test(path)) return false;
	const isNamedCache = CACHE.test(path) || (kind === "volume" && CACHE.test(source));
	return !isNamedCache;
}

/** The keeper's settings among a container's variables; undefined for a container that is no keeper. */
export function keeperSettings(variables: Record<string, string>): Record<string, string> | undefined {
	if (!("HOLDFAST_STORE" in variables || "HOLDFAST_APP" in variables)) return undefined;
	const isSetting = ([name]: [string, string]) => name.startsWith("HOLDFAST_") || name.startsWith("AWS_");
	return Object.fromEntries(Object.entries(variables).filter(isSetting));
}

/** `notes` of `shop/prod/notes`. */
export function appName(identity: string): string {
	return identity.slice(identity.lastIndexOf("/") + 1);
}
