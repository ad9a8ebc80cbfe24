import { posix } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import type { Acknowledge, DoorArgs } from "./doorArgs";

/** The user's container, described once for every platform. The image itself is never modified. */
export interface AppArgs {
	/** Reference of an image that exists, best with its digest. A moving tag is not followed. @default - none: `build` says it */
	image?: pulumi.Input<string>;
	/** How the image is built, where there is no `image`. @default - none: `image` says it */
	build?: BuildArgs;
	/** TCP port on which the app listens inside the container, 1 to 65535. */
	port: number;
	/** Where the app keeps its state. */
	data: DataDirectoryArgs;
	/** A directory for files that can be made again. It goes when the stack is destroyed. @default - none */
	cache?: CacheDirectoryArgs;
	/**
	 * Environment variables that may be seen by anybody who can see the container or its definition,
	 * secret Outputs too: those belong in `secrets`. @default - none
	 */
	environment?: Record<string, pulumi.Input<string>>;
	/**
	 * Secret values by the name of their variable, never in the container's plain environment. On a Docker host each is a
	 * file in `/run/secrets`, and `NAME_FILE` holds its path; with `command`, the process also gets `NAME` itself. On Cloud
	 * Run and Fargate it is the variable `NAME`, by reference to the platform's own store of secrets. @default - none
	 */
	secrets?: Record<string, pulumi.Input<string>>;
	/** What the container runs, program first. Needs `/bin/sh` in the image where there are `secrets`. @default - what the image says */
	command?: string[];
	/** How to tell that the app is well. `false`: it cannot be told. @default - `GET /health` */
	health?: HealthArgs | false;
	/** Brings the database to the app's schema, program first; safe to run again. @default - none: the app does it itself */
	migration?: string[];
	/** Id of the user as which the app runs, 0 to 65535, or a name from the image's `/etc/passwd` (only with `image`). @default 1000 */
	user?: number | string;
	/** Id of the group as which the app runs, 0 to 65535. @default - the number of `user`; for a name, the image's group of it */
	group?: number;
	/** Processor cores that the app may use, such as 0.5. @default - no limit */
	cpus?: number;
	/** Memory that the app may use, in MiB, 16 or more. @default - no limit */
	memoryMiB?: number;
	/** How much of the app's log is kept. */
	logs?: LogArgs;
	/** Seconds that the app has to finish its requests when it is stopped, 1 to 120. @default 30 */
	stopGraceSeconds?: number;
	/**
	 * A SQLite file to begin with: a path on the app's host, or an object at `s3://` or `gs://` that the backup's credentials
	 * can read. Taken in once, checked, where there is neither data nor a replica; the original stays. A `-wal` or `-journal`
	 * beside it is taken along. `MOVING-IN.md` has the steps, place by place. @default - none
	 */
	initialData?: string;
	/** How a new version takes over from the one that serves. */
	deploy?: DeployArgs;
	/**
	 * When a write counts as done, and its request is answered: `local`, once it is on the app's disk; `replicated`, once the
	 * backup store has it too, so that losing the host loses nothing that was acknowledged.
	 * @default - `local` where the disk is kept, as on a Docker host; `replicated` where it is temporary
	 */
	acknowledge?: Acknowledge;
	/**
	 * How requests are held on their way to the app. `false`: connections are passed on unread, for what is not HTTP/1.1;
	 * in a deploy, running ones are cut off when the old version stops. @default {}
	 */
	door?: DoorArgs | false;
}

/** A deploy is a transaction over the data: a new version serves with all of it, or the old one goes on. */
export interface DeployArgs {
	/**
	 * The rehearsal: before anything that serves is touched, the new version migrates a copy of the live data and must
	 * become healthy on it. `false`: straight to the real data, of which a copy leads back. @default {}
	 */
	rehearsal?: RehearsalArgs | false;
	/**
	 * Tables from which a migration may take rows, or which it may drop. Every other loss blocks the deploy. On Cloud Run and
	 * Fargate, what a new version loses from when it starts until it is well; of the version that served last, none. @default []
	 */
	mayLose?: string[];
	/**
	 * For an older version: its migration is not run. `keep-data` leaves the data as it is; `{ snapshot }` brings back that
	 * of a named snapshot, and sets aside what was written since. `npm run rollback` sets this for one update.
	 * @default - none: this is a deploy
	 */
	rollback?: "keep-data" | { snapshot: string };
}

/** What a rehearsing version may do. */
export interface RehearsalArgs {
	/**
	 * Whether it reaches what the app reaches. It could send what it finds in the copy, such as mails that wait there, a
	 * second time. @default false
	 */
	network?: boolean;
}

/** An image built from a directory. */
export interface BuildArgs {
	/** The directory with the Dockerfile, from the directory of `Pulumi.yaml`. */
	context: string;
	/** Path of the Dockerfile inside the context. @default "Dockerfile" */
	dockerfile?: string;
	/** Build arguments. They stay in the image's history: no secrets here. @default - none */
	args?: Record<string, string>;
}

/**
 * The data directory. The mount and the variables that name it come from this one value, so they cannot disagree.
 *
 * @example
 * { mountPath: "/app/data", databaseFile: "notes.db", variables: { DATA_DIR: "directory", DATABASE_URL: "url" } }
 */
export interface DataDirectoryArgs {
	/** Absolute path at which the directory is mounted in the container. */
	mountPath: string;
	/** The SQLite file, relative to `mountPath` or absolute inside it. */
	databaseFile: string;
	/** Variables that the app reads, each with what it is told. @default { DATA_DIR: "directory", DATABASE_URL: "url" } */
	variables?: Record<string, DataVariable>;
	/** Scheme of the `url` form; `sqlite+aiosqlite` for an app on asyncio. @default "sqlite" */
	urlScheme?: string;
}

/** `directory`: the mount path; `file`: path of the database; `url`: `sqlite:////path/of/the/database`. */
export type DataVariable = "directory" | "file" | "url";

/** A directory whose content may be lost. */
export interface CacheDirectoryArgs {
	/** Absolute path at which it is mounted in the container. */
	mountPath: string;
	/** Variables that hold this path. @default ["CACHE_DIR"] */
	variables?: string[];
}

/** A check by HTTP, run in the container: it needs `/bin/sh` and one of curl, wget, python3, node in the image. */
export interface HealthArgs {
	/** Path that answers with a 2xx status when the app is well. @default "/health" */
	path?: string;
	/** Seconds between two checks, 1 to 3600. @default 30 */
	intervalSeconds?: number;
	/** Seconds until a check counts as failed, 1 to 3600. @default 10 */
	timeoutSeconds?: number;
	/** Failures in a row that make the app unhealthy, 1 to 100. @default 3 */
	retries?: number;
	/** Seconds after the start in which failures do not count, 0 to 3600. @default 40 */
	startPeriodSeconds?: number;
}

/** Limits of the log on the host. */
export interface LogArgs {
	/** Size of one file in MB, 1 to 10000. @default 10 */
	maxSizeMB?: number;
	/** Number of files, 1 to 100. @default 3 */
	maxFiles?: number;
}

/** Where secrets are mounted in the container. */
export const SECRETS_PATH = "/run/secrets";

const DEFAULT_USER = 1000;
/** What the app is told where the user does not say. */
export const DEFAULT_VARIABLES: Record<string, DataVariable> = { DATA_DIR: "directory", DATABASE_URL: "url" };

/** `AppArgs` with every default filled in and every path in its normal form. */
export type App = ReturnType<typeof withDefaults>;

/** Fills in the defaults. The caller's own arguments stay as they are. */
export function withDefaults(args: AppArgs) {
	const { health, logs, data, cache, ...rest } = args;
	const mountPath = normalPath(data.mountPath);
	const databasePath = posix.resolve(mountPath, data.databaseFile);
	const forms: Record<DataVariable, string> = {
		directory: mountPath,
		file: databasePath,
		url: `${data.urlScheme ?? "sqlite"}:///${databasePath}`,
	};
	const variables = Object.entries(data.variables ?? DEFAULT_VARIABLES);
	return {
		...rest,
		data: {
			mountPath,
			databasePath,
			environment: Object.fromEntries(variables.map(([variable, form]) => [variable, forms[form]])),
		},
		cache: cache && {
			mountPath: normalPath(cache.mountPath),
			environment: Object.fromEntries(
				(cache.variables ?? ["CACHE_DIR"]).map((variable) => [variable, normalPath(cache.mountPath)]),
			),
		},
		environment: args.environment ?? {},
		secrets: args.secrets ?? {},
		user: args.user ?? DEFAULT_USER,
		group: args.group ?? args.user ?? DEFAULT_USER,
		health: health === false ? undefined : { ...DEFAULT_HEALTH, ...health },
		logs: { maxSizeMB: 10, maxFiles: 3, ...logs },
		stopGraceSeconds: args.stopGraceSeconds ?? 30,
		deploy: { ...args.deploy, mayLose: args.deploy?.mayLose ?? [], rehearsal: args.deploy?.rehearsal ?? {} },
	};
}

const DEFAULT_HEALTH = { path: "/health", intervalSeconds: 30, timeoutSeconds: 10, retries: 3, startPeriodSeconds: 40 };

/** The app's plain environment: what the user gave, and what the directories say. */
export function plainEnvironment(app: App): Record<string, pulumi.Input<string>> {
	return { ...app.environment, ...app.data.environment, ...app.cache?.environment };
}

/** The same, with the paths of the secrets where those are files. */
export function environmentOf(app: App): Record<string, pulumi.Input<string>> {
	const files = Object.keys(app.secrets).map((name) => [`${name}_FILE`, `${SECRETS_PATH}/${name}`]);
	return { ...plainEnvironment(app), ...Object.fromEntries(files) };
}

/** `/a/b` for `/a//b/` and the like. */
export function normalPath(path: string): string {
	const normal = posix.normalize(path);
	return normal.length > 1 && normal.endsWith("/") ? normal.slice(0, -1) : normal;
}
