import { posix } from "node:path";
import { isHidden } from "../rules/values";
import { isWithin, type Mount, normalPath, type Workload } from "./workload";

/** Where a variable says that data is. */
export type Location =
	/** A file or directory; `mount` is what is mounted there, `within` the path in it. */
	| { form: "path"; path: string; isDatabase: boolean; mount?: Mount; within?: string }
	/** Another database than SQLite, without its password. */
	| { form: "server"; url: string }
	/** A path from the working directory, which only the image knows. */
	| { form: "relative"; path: string };

/** Variables that name data by their name alone, where the value is an absolute path. */
const PATH_NAMES =
	/^(DATA|DB|DATABASE|SQLITE|STORAGE)(_?(DIR|DIRECTORY|PATH|FILE|FOLDER))?$|_(DB|DATABASE|SQLITE)_?(PATH|FILE)$/i;
const SQLITE = /^(?:jdbc:)?(sqlite[\w+]*|file):(.*)$/is;
const SERVER = /^(?:jdbc:)?(postgres\w*|mysql|mariadb|mssql|sqlserver|mongodb|cockroachdb)(\+\w+)*:\/\//i;

/** What a variable says of where data is; undefined where it says nothing of it. */
export function locationOf(name: string, value: string, mounts: Mount[]): Location | undefined {
	// Most variables are neither a path nor a URL.
	if (isHidden(value) || !/[/:]/.test(value)) return undefined;
	if (SERVER.test(value)) return { form: "server", url: withoutPassword(value) };
	const [, scheme, rest] = SQLITE.exec(value) ?? [];
	if (scheme !== undefined && rest !== undefined) {
		const path = sqlitePath(scheme, rest.replace(/[?#].*$/s, ""), mounts);
		if (path === undefined) return undefined;
		return path.startsWith("/") ? placed(path, true, mounts) : { form: "relative", path };
	}
	if (!value.startsWith("/") || /[\s:;,]/.test(value)) return undefined;
	const found = placed(normalPath(value), /\.(db|sqlite3?)$/i.test(value), mounts);
	return found.mount !== undefined || PATH_NAMES.test(name) || found.isDatabase ? found : undefined;
}

/**
 * SQLAlchemy has four slashes before an absolute path and three before a relative one; others have three before an absolute
 * one. A path that lies in a mount is taken for absolute.
 */
function sqlitePath(scheme: string, rest: string, mounts: Mount[]): string | undefined {
	if (rest === "" || rest === "//" || rest.includes(":memory:")) return undefined;
	if (rest.startsWith("////")) return normalPath(`/${rest.replace(/^\/+/, "")}`);
	if (rest.startsWith("///")) {
		const absolute = normalPath(rest.slice(2));
		const isMounted = mounts.some(({ path }) => isWithin(absolute, path));
		return scheme === "file" || isMounted ? absolute : rest.slice(3);
	}
	if (rest.startsWith("//")) return rest.slice(2);
	return rest.startsWith("/") ? normalPath(rest) : rest;
}

function placed(path: string, isDatabase: boolean, mounts: Mount[]): Extract<Location, { form: "path" }> {
	const holding = mounts.filter((mount) => isWithin(path, mount.path));
	const mount = holding.sort((one, other) => other.path.length - one.path.length)[0];
	return { form: "path", path, isDatabase, mount, within: mount && posix.relative(mount.path, path) };
}

/** Each rule asks for them again. */
const known = new WeakMap<Workload, Map<string, Location>>();

/** Where the variables and the keeper's settings say that data is, by variable. */
export function locationsOf(workload: Workload): Map<string, Location> {
	const found = known.get(workload) ?? readLocations(workload);
	known.set(workload, found);
	return found;
}

function readLocations(workload: Workload): Map<string, Location> {
	const { HOLDFAST_DATABASE: database } = workload.settings ?? {};
	const all = { ...workload.variables, ...(database !== undefined && { HOLDFAST_DATABASE: database }) };
	const found = Object.entries(all).map(([name, value]) => [name, locationOf(name, value, workload.mounts)] as const);
	return new Map(found.flatMap(([name, location]) => (location === undefined ? [] : [[name, location]])));
}

/** Whether both are the same bytes, whatever path leads to them. */
export function isSamePlace(one: Location, other: Location): boolean {
	if (one.form === "path" && other.form === "path") {
		if (one.mount === undefined || other.mount === undefined)
			return one.mount === other.mount && one.path === other.path;
		return isSameMount(one.mount, other.mount) && one.within === other.within;
	}
	if (one.form === "server" && other.form === "server") return one.url === other.url;
	return one.form === "relative" && other.form === "relative" && one.path === other.path;
}

export function isSameMount(one: Mount, other: Mount): boolean {
	return one.kind === other.kind && one.source === other.source;
}

/** In words. */
export function shownLocation(location: Location): string {
	if (location.form === "server") return location.url;
	return location.form === "relative" ? `${location.path} in the working directory` : location.path;
}

/** Whether the app has SQLite, as far as can be seen. */
export function usesSqlite(workload: Workload): boolean {
	if (workload.engine !== undefined) return workload.engine === "sqlite";
	const locations = [...locationsOf(workload).values()];
	return locations.some(
		(location) => location.form === "relative" || (location.form === "path" && location.isDatabase),
	);
}

/** Whether there is data to look after at all. */
export function holdsData(workload: Workload): boolean {
	const isMounted = workload.mounts.some(({ kind }) => kind !== "instance disk");
	return isMounted || workload.settings !== undefined || workload.engine !== undefined || usesSqlite(workload);
}

function withoutPassword(url: string): string {
	return url.replace(/\/\/.*@/s, "//…@").replace(/[?#].*$/s, "");
}
