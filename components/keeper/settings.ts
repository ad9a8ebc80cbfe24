import { isIP } from "node:net";
import { hostname } from "node:os";
import { posix } from "node:path";
import { type Location, parseLocation } from "../backup";
import type { OnStoreOutage } from "./acknowledge/replicated";
import type { Target } from "./door/way";
import type { Disk } from "./lease";
import type { LogFormat } from "./log";
import { Refusal } from "./refusal";
import type { Revision } from "./revision";
import {
	directoriesIn,
	doorProblems,
	numbersIn,
	type Owner,
	revisionIn,
	targetIn,
	userIn,
	wordsIn,
} from "./settingsIn";

/** What the keeper is told by its environment. The components set all of it; by hand, the first four are enough. */
export interface Settings {
	/** `HOLDFAST_APP`: whose data this is, such as `holdfast/local/notes`. */
	app: string;
	/** `HOLDFAST_DATA_DIRECTORY`: where the data directory is mounted. */
	dataDirectory: string;
	/** `HOLDFAST_DATABASE`: the SQLite file in it, absolute. */
	database: string;
	/** `HOLDFAST_STORE`: URL of the backup store. */
	store: string;
	location: Location;
	/** `HOLDFAST_SCRATCH`: a directory for drills, on a disk with room for the database. @default "/scratch" */
	scratch: string;
	/** `HOLDFAST_REHEARSAL`: the data directory of a version that rehearses. @default "/rehearsal" */
	rehearsal: string;
	/** `HOLDFAST_DISK`: `temporary` where the data directory's disk goes with its instance, and instances overlap. @default "kept" */
	disk: Disk;
	/** `HOLDFAST_APP_HEALTH`: URL that the app answers well once it can serve, such as `http://app:8000/health`. @default - none */
	appHealth?: string;
	/** `HOLDFAST_APP_START_SECONDS`: seconds within which the app is healthy, once it was let in. @default 60 */
	appStartSeconds: number;
	/** `HOLDFAST_OPEN`: the file that lets the app start. @default - none */
	open?: string;
	/** `HOLDFAST_INITIAL_DATA`: a SQLite file to begin with: a path, or an object at `s3://` or `gs://`. @default - none */
	initialData?: string;
	/** `HOLDFAST_RETENTION_DAYS`: days for which every moment can be restored. @default 30 */
	retentionDays: number;
	/** `HOLDFAST_DRILL_HOURS`: hours between two drills; 0 for none. @default 24 */
	drillHours: number;
	/** `HOLDFAST_STALE_SECONDS`: seconds without a proof of replication that make the keeper unhealthy. @default 60 */
	staleSeconds: number;
	/** `HOLDFAST_LEASE_SECONDS`: seconds after which the lease of a keeper that was lost is free. @default 30 */
	leaseSeconds: number;
	/**
	 * `HOLDFAST_REFUSAL_SECONDS`: seconds that a refusal stands until it ends a keeper that never let its app in, where the
	 * platform waits for that. @default 60
	 */
	refusalSeconds: number;
	/** `HOLDFAST_STOP_SECONDS`: seconds that a stop may take, the last sync included. @default 40 */
	stopSeconds: number;
	/** `HOLDFAST_PORT`: TCP port of the status page, `/status`, `/metrics` and `/health`. @default 9400 */
	port: number;
	/**
	 * `HOLDFAST_STATUS_ADDRESS`: the address on which others reach that port; on a loopback one, whoever does may see the
	 * status page. @default - not known, and the page needs a token
	 */
	statusAddress?: string;
	/** `HOLDFAST_STATUS_TOKEN_FILE`: a file with the token that the page, `/status` and `/metrics` ask for. @default - none */
	statusTokenFile?: string;
	/** `HOLDFAST_APP_PORT`: TCP port on which the app is reached through the keeper; 0 where it is reached itself. @default 0 */
	appPort: number;
	/** `HOLDFAST_DOOR`: `http` reads requests and holds them one by one, `relay` passes connections on unread. @default "http" */
	door: "http" | "relay";
	/** `HOLDFAST_BEHIND_PROXY`: whether what came to the door was forwarded by a proxy whose word on the client is true. @default false */
	behindProxy: boolean;
	/** `HOLDFAST_DOOR_MOST_HELD`: requests that wait at once. @default 1000 */
	mostHeld: number;
	/** `HOLDFAST_DOOR_MOST_HELD_MIB`: memory that they take together, in MiB. @default 64 */
	mostHeldMiB: number;
	/** `HOLDFAST_DOOR_LONGEST_HOLD_SECONDS`: seconds that a request waits for the app. @default 60 */
	longestHoldSeconds: number;
	/** `HOLDFAST_DOOR_DRAIN_SECONDS`: seconds that running requests have before a switch goes on without them. @default 10 */
	drainSeconds: number;
	/** `HOLDFAST_DOOR_MOST_BODY_MIB`: largest body of a request, in MiB; 0 for no limit. @default 0 */
	mostBodyMiB: number;
	/** `HOLDFAST_ACKNOWLEDGE`: when a write through the keeper's port counts: `local` or `replicated`. @default "local" */
	acknowledge: "local" | "replicated";
	/** `HOLDFAST_ACKNOWLEDGE_SECONDS`: seconds that an answer waits for its write to be in the store. @default 10 */
	acknowledgeSeconds: number;
	/** `HOLDFAST_ON_STORE_OUTAGE`: what becomes of an answer after that time: `refuse` or `accept`. @default "refuse" */
	onStoreOutage: OnStoreOutage;
	/** `HOLDFAST_LOG`: `json` for one object a line, with problems that alerts can rest on; see log.ts. @default "text" */
	log: LogFormat;
	/** `HOLDFAST_CONTROL`: Unix socket on which a running keeper takes commands. @default "/tmp/keeper.sock" */
	control: string;
	/** Which keeper this is. A container that restarts keeps its host name, and so its lease. */
	owner: string;
	/** `HOLDFAST_APP_TARGET`: host and port of the app beside a keeper with a temporary disk. @default - none */
	appTarget?: Target;
	/** `HOLDFAST_MAY_LOSE`: tables of which a migration may take rows, with commas between them. @default - none */
	mayLose: string[];
	/** `HOLDFAST_USER`: user and group of the app, `uid:gid`, to whom `prepare` gives the directories. @default - none */
	user?: Owner;
	/**
	 * `HOLDFAST_REVISION`: which version of the deployment this is; on Cloud Run, the number in `K_REVISION`. It counts among
	 * those of the same `HOLDFAST_SERVICE`, on Cloud Run `project/region/service`, alone. @default - none, without either
	 */
	revision?: Revision;
	/** `HOLDFAST_VERSION`: which program the app is, its migration included; two that are equal are one. @default - not known */
	version?: string;
	/** `HOLDFAST_DIRECTORIES`: what else `prepare` gives to the app's user, with colons between them. @default - none */
	directories: string[];
	/** `HOLDFAST_DOOR_IDLE_SECONDS`: seconds that a client's connection is kept between two requests. @default 75 */
	idleSeconds: number;
}

/**
 * Reads the settings and makes the store's credentials, which come as files, known to its libraries.
 *
 * @throws {Refusal} `settings-wrong` with everything that is missing or wrong.
 */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
	const wrong: string[] = [];
	const text = (name: string) => {
		const value = environment[name];
		if (value === undefined || value === "") wrong.push(`${name} must be given`);
		return value ?? "";
	};
	const path = (name: string) => posix.normalize(text(name)).replace(/(?<=.)\/$/, "");
	const app = text("HOLDFAST_APP");
	const dataDirectory = path("HOLDFAST_DATA_DIRECTORY");
	const database = path("HOLDFAST_DATABASE");
	const store = text("HOLDFAST_STORE");
	const location = parseLocation(store);
	if (store !== "" && location === undefined) {
		wrong.push(
			`HOLDFAST_STORE must be file:///directory/prefix, s3://bucket/prefix or gs://bucket/prefix (got ${store})`,
		);
	}
	if (!database.startsWith(`${dataDirectory}/`)) {
		wrong.push(`HOLDFAST_DATABASE must be a file in HOLDFAST_DATA_DIRECTORY (got ${database} and ${dataDirectory})`);
	}
	const numbers = numbersIn(environment, wrong);
	const oneOf = wordsIn(environment, wrong);
	const disk = oneOf<Disk>("HOLDFAST_DISK", ["kept", "temporary"]);
	const door = oneOf("HOLDFAST_DOOR", ["http", "relay"]);
	const behindProxy = oneOf("HOLDFAST_BEHIND_PROXY", ["false", "true"]) === "true";
	const acknowledge = oneOf("HOLDFAST_ACKNOWLEDGE", ["local", "replicated"]);
	const onStoreOutage = oneOf<OnStoreOutage>("HOLDFAST_ON_STORE_OUTAGE", ["refuse", "accept"]);
	const appHealth = environment.HOLDFAST_APP_HEALTH;
	if (appHealth !== undefined && !/^http:\/\//.test(appHealth)) {
		wrong.push(`HOLDFAST_APP_HEALTH must be a URL that begins with http:// (got ${appHealth})`);
	}
	const statusAddress = environment.HOLDFAST_STATUS_ADDRESS || undefined;
	if (statusAddress !== undefined && isIP(statusAddress) === 0) {
		wrong.push(`HOLDFAST_STATUS_ADDRESS must be an IP address, such as 127.0.0.1 (got ${statusAddress})`);
	}
	const log = oneOf<LogFormat>("HOLDFAST_LOG", ["text", "json"]);
	const appTarget = targetIn(environment, wrong);
	const user = userIn(environment, wrong);
	const revision = revisionIn(environment, wrong);
	const directories = directoriesIn(environment, wrong);
	wrong.push(...doorProblems({ disk, door, acknowledge, appPort: numbers.appPort, appTarget }));
	if (wrong.length > 0 || location === undefined) {
		throw new Refusal("settings-wrong", wrong.join("; "), "correct the keeper's environment");
	}
	return {
		...numbers,
		app,
		dataDirectory,
		database,
		store,
		location,
		disk,
		door,
		behindProxy,
		acknowledge,
		onStoreOutage,
		appHealth,
		statusAddress,
		statusTokenFile: environment.HOLDFAST_STATUS_TOKEN_FILE || undefined,
		appTarget,
		log,
		user,
		revision,
		version: environment.HOLDFAST_VERSION || undefined,
		directories,
		mayLose: (environment.HOLDFAST_MAY_LOSE ?? "").split(",").flatMap((name) => name.trim() || []),
		scratch: environment.HOLDFAST_SCRATCH ?? "/scratch",
		rehearsal: environment.HOLDFAST_REHEARSAL ?? "/rehearsal",
		open: environment.HOLDFAST_OPEN,
		initialData: environment.HOLDFAST_INITIAL_DATA,
		control: environment.HOLDFAST_CONTROL ?? "/tmp/keeper.sock",
		owner: hostname(),
	};
}
