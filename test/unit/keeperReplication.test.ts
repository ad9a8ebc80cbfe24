import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { Litestream } from "../../components/keeper/litestream";
import { ManifestFile } from "../../components/keeper/manifest";
import { readMarker, writeMarker } from "../../components/keeper/marker";
import { Replication } from "../../components/keeper/replication";
import type { Settings } from "../../components/keeper/settings";
import type { Parts } from "../../components/keeper/start";
import { MemoryStore } from "./memoryStore";

let directory: string;
let database: string;
let store: MemoryStore;
let parts: Parts;

beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "holdfast-replication-"));
	database = join(directory, "notes.db");
	store = new MemoryStore();
	const settings = {
		app: "shop/test/notes",
		dataDirectory: directory,
		database,
		store: "s3://bucket",
		location: { scheme: "s3", bucket: "bucket", prefix: "" },
		owner: "one",
	} as Settings;
	parts = { settings, store, manifest: new ManifestFile(store, settings) } as unknown as Parts;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const object = (key: string) => JSON.parse(store.objects.get(key)?.content ?? "null");

describe("the proof of a replication", () => {
	const name = (transaction: number) => {
		const hex = transaction.toString(16).padStart(16, "0");
		return `replica/0000/${hex}-${hex}.ltx`;
	};
	const watching = (answer: () => { transaction: number; replicated: number }) => {
		const litestream = { sync: async () => answer() } as unknown as Litestream;
		return new Replication({ ...parts, litestream });
	};

	it("is what lies in the store, and it is written down once", async () => {
		writeFileSync(database, "sound");
		const replication = watching(() => ({ transaction: 11, replicated: 11 }));
		await store.put(name(10), "", "absent");
		// Litestream says 11; the store has 10.
		expect(await replication.prove(5)).toBe(false);
		expect(replication.freshness.problem).toContain("transaction 11 is in the store, which has 10");
		await store.put(name(11), "", "absent");
		expect(await replication.prove(5)).toBe(true);
		await parts.manifest.claim();
		await replication.record();
		expect(object("state/manifest.json").transaction).toBe(11);
		expect(readMarker(directory)).toEqual({ app: "shop/test/notes", known: true, restored: false });
		const { version } = store.objects.get("state/manifest.json") ?? {};
		await replication.record();
		expect(store.objects.get("state/manifest.json")?.version).toBe(version);
	});

	it("fails with its reason where Litestream or the store does not answer", async () => {
		const silent = watching(() => {
			throw new Error("Litestream gave no answer within 10 s");
		});
		expect([await silent.prove(5), silent.freshness.problem]).toEqual([false, "Litestream gave no answer within 10 s"]);
		store.unreachable = "no route";
		const cut = watching(() => ({ transaction: 1, replicated: 1 }));
		await cut.look();
		expect(cut.freshness.problem).toBe("no route");
	});

	it("never takes a transaction back, and takes in what another has written since", async () => {
		await parts.manifest.claim();
		const other = new ManifestFile(store, parts.settings);
		await other.read();
		await other.update({ lastDrill: { ok: true, time: "t", seconds: 1 } });
		await parts.manifest.update({ transaction: 5 });
		await other.update({ transaction: 3 });
		expect(object("state/manifest.json")).toMatchObject({ transaction: 5, lastDrill: { ok: true } });
	});

	it("where the app's data is, is written once and never overwritten: that is not granted there", async () => {
		const written: string[] = [];
		const put = MemoryStore.prototype.put;
		vi.spyOn(MemoryStore.prototype, "put").mockImplementation(function (this: MemoryStore, key, ...rest) {
			written.push(key);
			return put.call(this, key, ...rest);
		});
		onTestFinished(() => void vi.restoreAllMocks());
		await parts.manifest.claim();
		await new ManifestFile(store, parts.settings).claim();
		expect(written).toEqual(["holdfast-apps/shop%2Ftest%2Fnotes.json", "state/manifest.json"]);
	});

	it("a marker is read as it was written", () => {
		expect(readMarker(directory)).toBeUndefined();
		writeMarker(directory, { app: "a", known: true, restored: false });
		expect(readMarker(directory)).toEqual({ app: "a", known: true, restored: false });
		expect(readdirSync(directory)).toEqual([".holdfast-keeper.json"]);
	});
});
