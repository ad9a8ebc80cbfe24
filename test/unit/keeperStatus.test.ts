import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Freshness, signatureOf } from "../../components/keeper/freshness";
import { problemsOf } from "../../components/keeper/problems";
import { Refusal, refusalLines } from "../../components/keeper/refusal";
import type { Settings } from "../../components/keeper/settings";
import { type Known, metricsOf, statusOf } from "../../components/keeper/status";
import { VERSION } from "./shellContainer";

let directory: string;
let database: string;
let now: number;
let freshness: Freshness;

beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "holdfast-status-"));
	database = join(directory, "notes.db");
	now = 1_000_000;
	freshness = new Freshness(() => now);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A sync that found `seen` in the store, of a database at `transaction`. */
function sync(transaction: number, seen: number, startedAt = now): void {
	freshness.synced({ signature: signatureOf(database), startedAt, transaction, seen });
}
const known = (change: Partial<Known> = {}): Known => ({
	state: "replicating",
	freshness,
	warnings: [],
	restarts: 0,
	epoch: 1,
	...change,
});

describe("freshness", () => {
	it("is proven by what is seen in the store, and counts from the beginning of the sync", () => {
		writeFileSync(database, "1");
		now += 5000;
		const startedAt = now;
		now += 2000;
		sync(7, 7, startedAt);
		expect(freshness).toMatchObject({ transaction: 7, proven: 7, problem: undefined, age: 2 });
		expect(freshness.lag(signatureOf(database))).toBe(0);
	});

	it("does not believe a Litestream that lies: the problem is named, and the age grows", () => {
		writeFileSync(database, "1");
		sync(7, 7);
		for (let round = 1; round <= 40; round += 1) {
			now += 2000;
			appendFileSync(database, "more");
			sync(7 + round, 7);
			expect(freshness.problem).toBe(`Litestream says that transaction ${7 + round} is in the store, which has 7`);
			expect([freshness.proven, freshness.age]).toEqual([7, round * 2]);
			expect(freshness.lag(signatureOf(database))).toBe(round * 2);
		}
		expect(problemsOf(known(), 60)).toEqual([expect.stringContaining("last proven 80 s ago (Litestream says that")]);
		sync(48, 48);
		expect([freshness.age, freshness.problem, problemsOf(known(), 60)]).toEqual([0, undefined, []]);
	});

	it("has no lag while nothing is written, however long ago the last proof was; and from the first write on", () => {
		writeFileSync(database, "1");
		sync(7, 7);
		now += 3_600_000;
		expect(freshness.lag(signatureOf(database))).toBe(0);
		writeFileSync(`${database}-wal`, "a commit");
		expect(freshness.lag(signatureOf(database))).toBe(3600);
	});

	it("keeps the reason of a failure until a proof, and does not age by it alone", () => {
		freshness.failed("no route");
		expect([freshness.problem, freshness.age]).toEqual(["no route", 0]);
		now += 1000;
		expect(freshness.age).toBe(1);
		sync(1, 1);
		expect([freshness.problem, freshness.age]).toEqual([undefined, 0]);
	});

	it("never goes back, and has nothing to prove before there is a database", () => {
		sync(9, 9);
		now += 1000;
		sync(3, 9, now - 5000);
		expect(freshness).toMatchObject({ transaction: 9, proven: 9, age: 1 });
		now += 90_000;
		freshness.nothingToProve();
		expect(freshness.age).toBe(0);
	});

	it("sees every kind of write by size, time and file", () => {
		const seen = new Set([signatureOf(database)]);
		writeFileSync(database, "12");
		seen.add(signatureOf(database));
		utimesSync(database, 1, 1);
		seen.add(signatureOf(database));
		writeFileSync(`${database}-wal`, "");
		seen.add(signatureOf(database));
		appendFileSync(`${database}-wal`, "x");
		seen.add(signatureOf(database));
		expect(seen.size).toBe(5);
	});
});

describe("the status", () => {
	const drill = (ok: boolean) => ({
		ok,
		time: "2026-11-22T12:00:00.000Z",
		seconds: 2.5,
		...(ok ? { transaction: 7, rows: { notes: 3 } } : { reason: "replica-corrupt: a file is missing" }),
	});

	it("is healthy only when nothing speaks against it", () => {
		expect(problemsOf(known(), 60)).toEqual([]);
		expect(problemsOf(known({ state: "waiting for the database" }), 60)).toEqual([]);
		expect(problemsOf(known({ lastDrill: drill(true) }), 60)).toEqual([]);
		now += 60_000;
		expect(problemsOf(known(), 60)).toEqual([]);
		now += 1000;
		expect(problemsOf(known(), 60)).toEqual(["the replica is stale: last proven 61 s ago (no proof from the store)"]);
	});

	it("names every problem", () => {
		const refusal = new Refusal("data-gone", "it is missing", "put it back");
		expect(problemsOf(known({ state: "starting" }), 60)).toEqual(["starting"]);
		expect(problemsOf(known({ state: "refused", refusal, lastDrill: drill(false) }), 60)).toEqual([
			"refused (data-gone): it is missing",
			"the last drill failed: replica-corrupt: a file is missing",
		]);
		freshness.failed("no route");
		expect(problemsOf(known({ state: "waiting for the store" }), 60)).toEqual(["nothing is replicated: no route"]);
		expect(refusalLines(refusal)).toBe("✗ refused (data-gone): it is missing\n  What to do: put it back");
	});

	it("tells all that is known, also as metrics that Prometheus can read", () => {
		const settings = {
			app: "shop/test/notes",
			dataDirectory: directory,
			database,
			store: "s3://bucket/notes",
			staleSeconds: 60,
		} as Settings;
		writeFileSync(database, "12345");
		writeFileSync(`${database}-wal`, "123");
		sync(7, 7);
		const refusal = new Refusal("in-use", "it is", "stop one");
		const door = { requests: 9, held: 1, heldTotal: 4, heldSeconds: 1.5, longestHeldSeconds: 1, connectionsRefused: 0 };
		const figures = { ...door, refusals: { storeOutage: 2, malformed: 1 }, storeWait: { p50: 3, p99: 30 } };
		const syncs = { syncs: 5, failedSyncs: 1, syncsPerSecond: 0.5, waited: 8, requestsPerSync: 1.6, waiting: 1 };
		const acknowledge = { ...syncs, refused: 2, acceptedUncovered: 0, outageSince: "2026-11-22T12:00:00.000Z" };
		const status = statusOf(
			settings,
			known({
				lastDrill: drill(true),
				restarts: 2,
				epoch: 3,
				refusal,
				door: { figures: () => figures },
				acknowledgement: { status: acknowledge, problem: "writes are refused: no route" },
			}),
		);
		expect(JSON.parse(JSON.stringify(status))).toMatchObject({
			healthy: false,
			refusal: { code: "in-use", found: "it is", remedy: "stop one" },
			database: { path: database, bytes: 5, walBytes: 3 },
			replica: { transaction: 7, proven: 7, lagSeconds: 0, leaseEpoch: 3, litestreamRestarts: 2 },
			lastDrill: { ok: true },
			problems: ["refused (in-use): it is", "writes are refused: no route"],
			door: figures,
			acknowledge,
		});
		const lines = metricsOf(status).trimEnd().split("\n");
		const values: Record<string, number> = {};
		for (let at = 0; at < lines.length; at += 3) {
			const [, name = ""] = /^# HELP (holdfast_[a-z0-9_]+) \S.*$/.exec(lines[at] ?? "") ?? [];
			expect(lines[at + 1]).toBe(`# TYPE ${name} gauge`);
			expect(lines[at + 2]).toMatch(new RegExp(`^${name} -?\\d+(\\.\\d+)?(e[+-]?\\d+)?$`));
			values[name] = Number(lines[at + 2]?.split(" ")[1]);
		}
		expect(values).toMatchObject({
			holdfast_healthy: 0,
			holdfast_refused: 1,
			holdfast_database_bytes: 5,
			holdfast_wal_bytes: 3,
			holdfast_proven_transaction: 7,
			holdfast_litestream_restarts: 2,
			holdfast_drill_ok: 1,
			holdfast_door_held_seconds: 1.5,
			holdfast_door_refusals: 3,
			holdfast_door_store_wait_milliseconds_p99: 30,
			holdfast_acknowledge_requests_per_sync: 1.6,
			holdfast_acknowledge_outage: 1,
			holdfast_drill_timestamp_seconds: Date.parse("2026-11-22T12:00:00Z") / 1000,
		});
		expect(values.holdfast_free_bytes).toBeGreaterThan(0);
		const moving = {
			switched: "2026-11-22T12:00:00.000Z",
			report: { key: "postgres/x.json", rows: 3, tables: 1, seconds: 2, direction: "to-postgres" as const },
		};
		const current = { instance: "one", version: VERSION, since: "", database: "postgres" as const };
		const dump = { time: "2026-11-22T13:00:00.000Z", bytes: 5, key: "postgres/dumps/x.dump" };
		const onPostgres = statusOf(settings, known({ dump, dumpProblem: "the newest dump is old" }), { current, moving });
		expect(onPostgres).toMatchObject({
			healthy: false,
			problems: ["the newest dump is old"],
			move: { serves: "postgres", states: { switched: moving.switched }, report: moving.report, dump },
			serving: { database: "postgres" },
		});
		expect(metricsOf(onPostgres)).toContain("\nholdfast_on_postgres 1\n");
		expect(status).not.toHaveProperty("move");
		// Without a drill and without the directory: what is not known is left out.
		const bare = metricsOf(statusOf({ ...settings, dataDirectory: "/no/such" }, known()));
		expect(bare).toContain("\nholdfast_healthy 1\n");
		expect(bare).not.toMatch(/drill|door|acknowledge|free_bytes|undefined|NaN/);
	});
});
