import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../names";
import { postgresName, postgresNameProblems } from "../postgres";
import { type Problem, shown, wholeNumber } from "../validate";
import { type CloudSqlPostgresArgs, POSTGRES_VERSIONS } from "./cloudSqlArgs";

export const DISK_GB = 10;
export const MOST_DISK_GB = 100;
/** The most that Cloud SQL has. */
const LARGEST_DISK_GB = 65_536;
/** Linux takes 107 characters for the path of a socket, and PostgreSQL puts its own file's name at the end. */
const SOCKET_LIMIT = 107;
const SOCKET_FILE = "/.s.PGSQL.5432";
/** So that with the longest project and region there is still room in the socket's path. */
const NAME_LIMIT = 28;

/** Name of the instance in its project. */
export function instanceName(name: string, args: Pick<CloudSqlPostgresArgs, "instanceName">): string {
	return args.instanceName ?? physicalName([pulumi.getProject(), pulumi.getStack(), name], NAME_LIMIT);
}

/** Name of the database, and of its user: without what would have to be quoted. */
export function databaseName(name: string, args: Pick<CloudSqlPostgresArgs, "databaseName">): string {
	return args.databaseName ?? postgresName(name);
}

/** Where Cloud Run puts the socket of an instance. */
export function socketDirectory(connectionName: string): string {
	return `/cloudsql/${connectionName}`;
}

/** Everything that is wrong with a database. */
export function cloudSqlPostgresProblems(name: string, args: CloudSqlPostgresArgs): Problem[] {
	return [
		...placeProblems(name, args),
		...machineProblems(args),
		...diskProblems(args),
		...wholeNumber("backupsKept", args.backupsKept, 1, 365),
		...wholeNumber("recoveryDays", args.recoveryDays, 1, 7),
		...postgresNameProblems("databaseName", databaseName(name, args)),
		...flagProblems(args),
	];
}

function placeProblems(name: string, args: CloudSqlPostgresArgs): Problem[] {
	const { location } = args;
	const problems: Problem[] = [];
	if (!/^[a-z]+-[a-z]+\d+$/.test(`${location}`)) {
		const zone = /^([a-z]+-[a-z]+\d+)-[a-z]$/.exec(`${location}`);
		const fix = zone === null ? "write something like asia-southeast1" : `that is a zone of it: write ${zone[1]}`;
		const reason = `must be a region of Google Cloud, the app's (got ${shown(location)}): ${fix}`;
		problems.push({ propertyPath: "location", reason });
	}
	const instance = instanceName(name, args);
	if (!/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(instance)) {
		const reason = `must be lower-case letters, digits and -, begin with a letter and not end in - (got ${shown(instance)}): write something like notes-prod`;
		problems.push({ propertyPath: "instanceName", reason });
	}
	const project = gcp.config.project ?? "";
	const path = `${socketDirectory(`${project}:${location}:${instance}`)}${SOCKET_FILE}`;
	if (path.length > SOCKET_LIMIT) {
		const reason = `must leave the path of its socket at ${SOCKET_LIMIT} characters or less (got ${shown(instance)}, which makes ${path.length}): choose one that is ${path.length - SOCKET_LIMIT} shorter`;
		problems.push({ propertyPath: "instanceName", reason });
	}
	return problems;
}

function machineProblems({ version, tier, availability }: CloudSqlPostgresArgs): Problem[] {
	const problems: Problem[] = [];
	if (version !== undefined && !POSTGRES_VERSIONS.includes(version)) {
		const reason = `must be one of ${POSTGRES_VERSIONS.join(", ")} (got ${shown(version)}): leave it out for the newest`;
		problems.push({ propertyPath: "version", reason });
	}
	if (availability !== undefined && availability !== "zonal" && availability !== "regional") {
		problems.push({ propertyPath: "availability", reason: `must be zonal or regional (got ${shown(availability)})` });
	}
	problems.push(...tierProblems(tier));
	if (availability === "regional" && /^db-(f1-micro|g1-small)$/.test(tier ?? "")) {
		const reason = `must have a core of its own with availability: regional (got ${shown(tier)}): a shared one has no service level; write db-custom-1-3840`;
		problems.push({ propertyPath: "tier", reason });
	}
	return problems;
}

/**
 * Source: "Machine series: dedicated core", https://cloud.google.com/sql/docs/postgres/create-instance, looked up
 * 2026-11-22: 1 core or an even number up to 96, 0.9 to 6.5 GB a core, in steps of 256 MB, 3.75 GB or more.
 */
function tierProblems(tier: string | undefined): Problem[] {
	if (tier === undefined || tier === "db-f1-micro" || tier === "db-g1-small") return [];
	const [, cores, memory] = (/^db-custom-(\d+)-(\d+)$/.exec(tier) ?? []).map(Number) as [number, number, number];
	const isCores = cores === 1 || (cores >= 2 && cores <= 96 && cores % 2 === 0);
	const isMemory = memory % 256 === 0 && memory >= 3840 && memory >= cores * 922 && memory <= cores * 6656;
	if (isCores && isMemory) return [];
	const reason = `must be db-f1-micro, db-g1-small, or db-custom-CORES-MEMORY with 1 core or an even number up to 96, and a multiple of 256 MiB from 3840, 0.9 to 6.5 GiB a core (got ${shown(tier)}): write db-custom-1-3840`;
	return [{ propertyPath: "tier", reason }];
}

function diskProblems({ diskGB, mostDiskGB }: CloudSqlPostgresArgs): Problem[] {
	const problems = [
		...wholeNumber("diskGB", diskGB, DISK_GB, LARGEST_DISK_GB),
		...wholeNumber("mostDiskGB", mostDiskGB, DISK_GB, LARGEST_DISK_GB),
	];
	const [size, most] = [diskGB ?? DISK_GB, mostDiskGB ?? MOST_DISK_GB];
	if (problems.length > 0 || size <= most) return problems;
	const reason = `must not be less than diskGB (got ${most} and ${size}): raise mostDiskGB`;
	return [{ propertyPath: "mostDiskGB", reason }];
}

function flagProblems({ flags = {} }: CloudSqlPostgresArgs): Problem[] {
	return Object.entries(flags)
		.filter(([flag, value]) => !/^[a-z][a-z0-9_.]*$/.test(flag) || typeof value !== "string")
		.map(([flag, value]) => ({
			propertyPath: `flags.${flag}`,
			reason: `must be a setting of the server, with its value as text (got ${shown(value)}): write something like max_connections: "50"`,
		}));
}
