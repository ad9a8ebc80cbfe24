import { statSync } from "node:fs";
import type { ReplicatedAcknowledgement } from "./acknowledge/replicated";
import { type Deployed, type DeployRecord, databaseOf, type Moving } from "./deploy/record";
import type { Door } from "./door/door";
import type { DrillReport } from "./drill";
import { type Freshness, signatureOf } from "./freshness";
import type { Alert } from "./log";
import { alertsOf, problemsOf, spaceIn } from "./problems";
import type { Refusal } from "./refusal";
import type { Settings } from "./settings";

/** What the keeper is doing. */
export type State =
	| "starting"
	| "refused"
	| "waiting for the store"
	| "waiting for the database"
	| "replicating"
	| "switching"
	| "frozen"
	| "handed over"
	| "stopping";

/** What is known at a moment; the keeper fills it in as it goes. */
export interface Known {
	state: State;
	refusal?: Refusal;
	freshness: Freshness;
	warnings: string[];
	lastDrill?: DrillReport;
	rows?: { counted: string; tables: Record<string, number> };
	restarts: number;
	epoch: number;
	/** Where the app is reached through the keeper. */
	door?: Pick<Door, "figures">;
	/** Where a write counts once it is replicated. */
	acknowledgement?: Pick<ReplicatedAcknowledgement, "problem" | "status">;
	/** The newest dump of Postgres that is in the store, where the data is there, and what is wrong with the dumps. */
	dump?: { time: string; bytes: number; key: string };
	dumpProblem?: string;
	/** Why nothing reads or writes where the data is in Postgres. */
	postgresProblem?: string;
	/** An app that was let in, and is not well. */
	app?: Alert;
	/** Another instance has the data for good: that this one refuses to go on is as it should be. */
	isRetired?: boolean;
}

/** `/status` as JSON. Times are ISO 8601, sizes bytes, durations seconds. */
export type Status = ReturnType<typeof statusOf>;

export function statusOf(
	settings: Settings,
	known: Known,
	{ current, previous, moving, outcomes = [] }: Partial<DeployRecord> = {},
) {
	const { database, dataDirectory, store, app, staleSeconds } = settings;
	const { freshness, refusal, lastDrill, door, acknowledgement } = known;
	const problems = problemsOf(known, staleSeconds);
	return {
		app,
		healthy: problems.length === 0,
		state: known.state,
		problems,
		alerts: alertsOf(known, settings),
		warnings: known.warnings,
		...(refusal !== undefined && { refusal: { code: refusal.code, found: refusal.found, remedy: refusal.remedy } }),
		database: { path: database, bytes: sizeOf(database), walBytes: sizeOf(`${database}-wal`), rows: known.rows },
		replica: {
			store,
			transaction: freshness.transaction,
			proven: freshness.proven,
			lastSync: freshness.lastSync?.toISOString(),
			lagSeconds: rounded(freshness.lag(signatureOf(database))),
			provenSecondsAgo: rounded(freshness.age),
			leaseEpoch: known.epoch,
			litestreamRestarts: known.restarts,
		},
		// Undefined where the directory is what is refused.
		freeBytes: spaceIn(dataDirectory)?.free,
		lastDrill,
		...(door !== undefined && { door: door.figures() }),
		...(acknowledgement !== undefined && { acknowledge: acknowledgement.status }),
		...(moving !== undefined && {
			move: { serves: databaseOf({ current, moving }), ...shownMove(moving), dump: known.dump },
		}),
		...(current !== undefined && { serving: shownVersion(current) }),
		/** How the last deploys ended, the newest last. */
		deploys: outcomes,
		...(previous !== undefined && { previous: { ...shownVersion(previous), snapshot: previous.snapshot } }),
	};
}

function shownMove({ report, replace: _replace, ...states }: Moving) {
	return { states: states as Record<string, string>, ...(report && { report }) };
}

function shownVersion({ instance, version, since, database = "sqlite" }: Deployed) {
	return { container: instance, image: version.image, imageName: version.imageName, since, database };
}

/** `/metrics` in Prometheus's text format. */
export function metricsOf(status: Status): string {
	const { database, replica, lastDrill, door, acknowledge, move } = status;
	const refusals = door && Object.values(door.refusals).reduce((sum, count) => sum + count, 0);
	const gauges: [string, string, number | undefined][] = [
		["healthy", "1 when the data is safe", status.healthy ? 1 : 0],
		["refused", "1 when the keeper refuses to let the app start", status.refusal === undefined ? 0 : 1],
		["database_bytes", "Size of the database file", database.bytes],
		["wal_bytes", "Size of the write-ahead log", database.walBytes],
		["transaction", "Last transaction of the database", replica.transaction],
		["proven_transaction", "Last transaction seen in the store", replica.proven],
		["lag_seconds", "For how long a commit has waited for the store", replica.lagSeconds],
		["proven_age_seconds", "Seconds since the replica was last proven complete", replica.provenSecondsAgo],
		["litestream_restarts", "Restarts of Litestream since the keeper started", replica.litestreamRestarts],
		["free_bytes", "Free space in the data directory", status.freeBytes],
		["on_postgres", "1 where the data is in Postgres", move && (move.serves === "postgres" ? 1 : 0)],
		[
			"postgres_dump_timestamp_seconds",
			"When the newest dump was made",
			move?.dump && Date.parse(move.dump.time) / 1000,
		],
		["drill_ok", "1 when the last drill held", lastDrill && (lastDrill.ok ? 1 : 0)],
		["drill_timestamp_seconds", "When the last drill began", lastDrill && Date.parse(lastDrill.time) / 1000],
		["drill_duration_seconds", "How long the last drill took", lastDrill?.seconds],
		["door_requests", "Requests that came to the door", door?.requests],
		["door_held", "Requests that are held now", door?.held],
		["door_held_total", "Requests that were held", door?.heldTotal],
		["door_held_seconds", "Seconds that requests were held, in all", door?.heldSeconds],
		["door_held_seconds_longest", "Seconds that the longest was held", door?.longestHeldSeconds],
		["door_refusals", "Requests that the door answered itself", refusals],
		["door_connections_refused", "Connections that were one too many", door?.connectionsRefused],
		["door_added_milliseconds_p50", "What the door itself added, median of the last thousand", door?.added?.p50],
		["door_added_milliseconds_p99", "The same, one in a hundred took longer", door?.added?.p99],
		["door_store_wait_milliseconds_p50", "What an answer waited for the store, median", door?.storeWait?.p50],
		["door_store_wait_milliseconds_p99", "The same, one in a hundred took longer", door?.storeWait?.p99],
		["acknowledge_syncs", "Syncs that answers waited for", acknowledge?.syncs],
		["acknowledge_syncs_failed", "Syncs that failed", acknowledge?.failedSyncs],
		["acknowledge_syncs_per_second", "Syncs a second, over the last minute", acknowledge?.syncsPerSecond],
		["acknowledge_requests_per_sync", "Requests that shared a sync, on average", acknowledge?.requestsPerSync],
		["acknowledge_waiting", "Requests that wait for a sync now", acknowledge?.waiting],
		["acknowledge_refused", "Answers that were refused since the store did not have the write", acknowledge?.refused],
		["acknowledge_uncovered", "Answers that went out although it had not", acknowledge?.acceptedUncovered],
		["acknowledge_outage", "1 while the store cannot be written", acknowledge && (acknowledge.outageSince ? 1 : 0)],
	];
	const known = gauges.filter((gauge): gauge is [string, string, number] => gauge[2] !== undefined);
	return known
		.map(
			([name, help, value]) =>
				`# HELP holdfast_${name} ${help}\n# TYPE holdfast_${name} gauge\nholdfast_${name} ${value}\n`,
		)
		.join("");
}

function sizeOf(path: string): number {
	return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function rounded(seconds: number): number {
	return Math.round(seconds * 10) / 10;
}
