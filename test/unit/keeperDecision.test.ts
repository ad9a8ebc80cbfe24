import { describe, expect, it } from "vitest";
import { type Decision, decide, type Facts, type StoreFacts } from "../../components/keeper/decision";
import { Refusal } from "../../components/keeper/refusal";

const place = { app: "shop/test/notes", database: "/data/notes.db", store: "s3://bucket/notes", prefix: "notes" };
const nothing: StoreFacts = { hasReplica: false };
const own = (transaction: number, hasReplica = transaction > 0): StoreFacts => ({
	indexedPrefix: "notes",
	manifest: { app: place.app, transaction },
	hasReplica,
});
const moved: StoreFacts = {
	...own(7),
	manifest: { app: place.app, transaction: 7, moved: { since: "2026-11-22T12:00:00Z" } },
};
const facts = (change: Partial<Facts>): Facts => ({
	database: "missing",
	knownHere: false,
	restoredHere: false,
	store: nothing,
	...change,
});

/** The decision, or the refusal that was thrown. */
function outcome(given: Facts): Decision | Refusal {
	try {
		return decide(given, place);
	} catch (error) {
		if (error instanceof Refusal) return error;
		throw error;
	}
}

const summary = (given: Facts) => {
	const found = outcome(given);
	return found instanceof Refusal ? `refused: ${found.code}` : found.action;
};

describe("a start", () => {
	it.each<[string, Partial<Facts>, string]>([
		["nothing anywhere", {}, "first-start"],
		["an empty file and nothing else", { database: "empty" }, "first-start"],
		["a manifest before the first transaction", { store: own(0) }, "first-start"],
		["no file, and a replica", { store: own(7) }, "restore"],
		["an empty file, and a replica", { database: "empty", store: own(7) }, "restore"],
		["a corrupt file, and a replica", { database: "corrupt", defect: "page 3", store: own(7) }, "restore"],
		["no file, and files of a replica that no transaction was written down of", { store: own(0, true) }, "restore"],
		["no file, and a manifest whose replica is gone", { store: own(7, false) }, "restore"],
		["a sound file, and no replica", { database: "sqlite" }, "go-on"],
		["a sound file that was here, and no replica", { database: "sqlite", knownHere: true }, "go-on"],
		["a sound file as new as the replica", { database: "sqlite", localTransaction: 7, store: own(7) }, "go-on"],
		["a sound file newer than the replica", { database: "sqlite", localTransaction: 9, store: own(7) }, "go-on"],
		["a sound file that was restored", { database: "sqlite", restoredHere: true, store: own(7) }, "go-on"],
		["a sound file, and the store out of reach", { database: "sqlite", store: "timeout" }, "go-on"],
		["no file, and data that moved to Postgres", { store: moved }, "refused: moved-to-postgres"],
		[
			"a corrupt file, and data that moved to Postgres",
			{ database: "corrupt", store: moved },
			"refused: moved-to-postgres",
		],
		["no file, on the host whose app is on Postgres", { servesPostgres: true, store: moved }, "restore"],
		[
			"a sound file, and data that moved to Postgres",
			{ database: "sqlite", localTransaction: 7, store: moved },
			"go-on",
		],
		["another file", { database: "other" }, "refused: not-a-database"],
		["another file, and a replica", { database: "other", store: own(7) }, "refused: not-a-database"],
		["another file, and the store out of reach", { database: "other", store: "timeout" }, "refused: not-a-database"],
		["no file, and the store out of reach", { store: "timeout" }, "refused: store-unreachable"],
		["an empty file, and the store out of reach", { database: "empty", store: "x" }, "refused: store-unreachable"],
		["a corrupt file, and the store out of reach", { database: "corrupt", store: "x" }, "refused: store-unreachable"],
		[
			"the replica of another app",
			{ store: { manifest: { app: "shop/prod/notes", transaction: 7 }, hasReplica: true } },
			"refused: replica-of-another-app",
		],
		[
			"a sound file, and the replica of another app",
			{ database: "sqlite", store: { manifest: { app: "other", transaction: 0 }, hasReplica: false } },
			"refused: replica-of-another-app",
		],
		["data under another prefix", { store: { ...nothing, indexedPrefix: "note" } }, "refused: wrong-prefix"],
		["data at the root", { store: { ...nothing, indexedPrefix: "" } }, "refused: wrong-prefix"],
		["a replica that nobody claims", { store: { hasReplica: true } }, "refused: replica-without-manifest"],
		[
			"a sound file, and a replica that nobody claims",
			{ database: "sqlite", localTransaction: 7, store: { hasReplica: true } },
			"refused: replica-without-manifest",
		],
		[
			"a sound file that was never replicated, and a replica",
			{ database: "sqlite", store: own(7) },
			"refused: data-unknown-to-replica",
		],
		[
			"a sound file that is older than the replica",
			{ database: "sqlite", localTransaction: 6, store: own(7) },
			"refused: data-older-than-replica",
		],
		["a corrupt file, and no replica", { database: "corrupt", defect: "page 3" }, "refused: database-corrupt"],
		["no file where one was", { knownHere: true }, "refused: data-gone"],
		["an empty file where one was", { database: "empty", knownHere: true }, "refused: data-gone"],
		["no file where one was, and an empty manifest", { knownHere: true, store: own(0) }, "refused: data-gone"],
	])("with %s", (_what, change, expected) => {
		expect(summary(facts(change))).toBe(expected);
	});

	it("says what it saw, and what to do about it", () => {
		const refused = (change: Partial<Facts>) => outcome(facts(change)) as Refusal;
		expect(refused({ database: "sqlite", localTransaction: 6, store: own(7) })).toMatchObject({
			found: "/data/notes.db ends at transaction 6, and the replica has 7: an old copy of the disk?",
			remedy: expect.stringContaining("accept-database"),
		});
		expect(refused({ store: { ...nothing, indexedPrefix: "" } })).toMatchObject({
			found: expect.stringContaining('is under the root in this store, and the keeper was given "notes"'),
			remedy: expect.stringContaining("set the prefix back to the root"),
		});
		expect(refused({ database: "corrupt", defect: "page 3 is bad" }).found).toContain("page 3 is bad");
		expect(refused({ store: "no route" }).found).toContain("no route");
		expect(outcome(facts({ database: "sqlite", store: "no route" }))).toMatchObject({
			warning: expect.stringContaining("no route"),
		});
	});

	it("warns where the replica of a database is gone", () => {
		const found = outcome(facts({ database: "sqlite", localTransaction: 7, store: { hasReplica: false } }));
		expect(found).toMatchObject({ action: "go-on", warning: expect.stringContaining("is empty") });
	});

	it("restores to what the manifest knows, and sets aside whatever is there", () => {
		expect(outcome(facts({ store: own(7) }))).toMatchObject({ setAside: false, atLeast: 7 });
		for (const database of ["empty", "corrupt"] as const) {
			const found = outcome(facts({ database, defect: "page 3", store: own(7) }));
			expect(found).toMatchObject({ setAside: true, atLeast: 7, why: expect.stringContaining("page 3") });
		}
	});
});

describe("whatever the facts", () => {
	const stores: (StoreFacts | string)[] = ["out of reach"];
	for (const indexedPrefix of [undefined, "", "notes", "other"])
		for (const app of [undefined, place.app, "another"])
			for (const transaction of [0, 1, 7])
				for (const hasReplica of [false, true])
					stores.push({ indexedPrefix, manifest: app === undefined ? undefined : { app, transaction }, hasReplica });
	const all: Facts[] = [];
	for (const database of ["missing", "empty", "sqlite", "corrupt", "other"] as const)
		for (const knownHere of [false, true])
			for (const restoredHere of [false, true])
				for (const localTransaction of [undefined, 0, 6, 7, 8])
					for (const store of stores) all.push({ database, knownHere, restoredHere, localTransaction, store });

	it("it starts, restores or refuses as the promise says", () => {
		for (const given of all) {
			const found = outcome(given);
			const say = JSON.stringify(given);
			const { database, store } = given;
			if (found instanceof Refusal) {
				expect(found.found, say).not.toBe("");
				expect(found.remedy, say).not.toBe("");
				continue;
			}
			const { manifest, indexedPrefix, hasReplica } = typeof store === "string" ? ({} as StoreFacts) : store;
			expect([undefined, place.app], say).toContain(manifest?.app);
			expect([undefined, place.prefix], say).toContain(indexedPrefix);
			if (found.action === "first-start") {
				expect(["missing", "empty"], say).toContain(database);
				expect(typeof store, say).toBe("object");
				expect([manifest?.transaction ?? 0, hasReplica, given.knownHere], say).toEqual([0, false, false]);
			} else if (found.action === "go-on") {
				expect(database, say).toBe("sqlite");
				expect(typeof store === "string", say).toBe(!found.hasStore);
				const isLost = manifest === undefined && given.localTransaction !== undefined;
				expect(found.warning !== undefined, say).toBe(typeof store === "string" || isLost);
				if (hasReplica) expect(given.localTransaction !== undefined || given.restoredHere, say).toBe(true);
				if (hasReplica) expect(manifest, say).toBeDefined();
				const behind = given.localTransaction !== undefined && given.localTransaction < (manifest?.transaction ?? 0);
				expect(behind, say).toBe(false);
			} else {
				expect(["missing", "empty", "corrupt"], say).toContain(database);
				expect(found.atLeast, say).toBe(manifest?.transaction);
				expect(found.setAside, say).toBe(database !== "missing");
			}
		}
		expect(all.length).toBeGreaterThan(7000);
	});
});
