import { statSync } from "node:fs";
import type { Deployed, DeployRecord } from "./deploy/record";
import { freeIn } from "./diagnostics";
import type { DrillReport } from "./drill";
import { type Freshness, signatureOf } from "./freshness";
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
}

/** `/status` as JSON. Times are ISO 8601, sizes bytes, durations seconds. */
export type Status = ReturnType<typeof statusOf>;

export function statusOf(settings: Settings, known: Known, { current, previous }: Partial<DeployRecord> = {}) {
	const { database, dataDirectory, store, app, staleSeconds } = settings;
	const { freshness, refusal, lastDrill } = known;
	const problems = problemsOf(known, staleSeconds);
	return {
		app,
		healthy: problems.length === 0,
		state: known.state,
		problems,
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
		freeBytes: freeBytes(dataDirectory),
		lastDrill,
		...(current !== undefined && { serving: shownVersion(current) }),
		...(previous !== undefined && { previous: { ...shownVersion(previous), snapshot: previous.snapshot } }),
	};
}

function shownVersion({ instance, version, since }: Deployed) {
	return { container: instance, image: version.image, imageName: version.imageName, since };
}

/** Why the data is not safe right now, in words; empty when it is. */
export function problemsOf({ state, refusal, freshness, lastDrill }: Known, staleSeconds: number): string[] {
	const problems: string[] = [];
	if (refusal !== undefined) problems.push(`refused (${refusal.code}): ${refusal.found}`);
	else if (state === "starting") problems.push("starting");
	else if (state === "waiting for the store")
		problems.push(`nothing is replicated: ${freshness.problem ?? "the store cannot be reached"}`);
	else if (freshness.age > staleSeconds) {
		const reason = freshness.problem ?? "no proof from the store";
		problems.push(`the replica is stale: last proven ${Math.round(freshness.age)} s ago (${reason})`);
	}
	if (lastDrill?.ok === false) problems.push(`the last drill failed: ${lastDrill.reason}`);
	return problems;
}

/** `/metrics` in Prometheus's text format. */
export function metricsOf(status: Status): string {
	const { database, replica, lastDrill } = status;
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
		["drill_ok", "1 when the last drill held", lastDrill && (lastDrill.ok ? 1 : 0)],
		["drill_timestamp_seconds", "When the last drill began", lastDrill && Date.parse(lastDrill.time) / 1000],
		["drill_duration_seconds", "How long the last drill took", lastDrill?.seconds],
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

/** Undefined where the directory is what is refused. */
function freeBytes(directory: string): number | undefined {
	return statSync(directory, { throwIfNoEntry: false }) === undefined ? undefined : freeIn(directory);
}

function rounded(seconds: number): number {
	return Math.round(seconds * 10) / 10;
}
