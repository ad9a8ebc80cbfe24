import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { acceptDatabase } from "../../components/keeper/accept";
import { inspect } from "../../components/keeper/inspect";
import { Lease } from "../../components/keeper/lease";
import { type Litestream, RestoreFailed } from "../../components/keeper/litestream";
import { ManifestFile } from "../../components/keeper/manifest";
import { readMarker } from "../../components/keeper/marker";
import type { Settings } from "../../components/keeper/settings";
import { checkBeside, type Parts, start } from "../../components/keeper/start";
import { MemoryStore } from "./memoryStore";

// What needs SQLite or a real mount is tested in containers.
vi.mock("../../components/keeper/inspect", () => ({ inspect: vi.fn() }));
vi.mock("../../components/keeper/diagnostics", async (original) => ({
	...(await original<typeof import("../../components/keeper/diagnostics")>()),
	diagnose: () => ({ lines: ["directory: there"], warnings: [], freeBytes: 1e9 }),
}));

let directory: string;
let database: string;
let store: MemoryStore;
let parts: Parts;
let said: string[];
/** What Litestream's restore brings, or fails with. */
let restored: number | Error;

beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "holdfast-start-"));
	database = join(directory, "notes.db");
	store = new MemoryStore();
	parts = partsFor("shop/test/notes");
	said = [];
	restored = 7;
	vi.mocked(inspect).mockImplementation((async (question: string, path: string) => {
		if (question === "check") return {};
		const content = existsSync(path) ? readFileSync(path, "utf8") : undefined;
		const kinds: Record<string, string> = { "": "empty", corrupt: "corrupt", other: "other" };
		return { kind: content === undefined ? "missing" : (kinds[content] ?? "sqlite"), bytes: 1, defect: content };
	}) as unknown as typeof inspect);
});
afterEach(() => {
	vi.unstubAllEnvs();
	rmSync(directory, { recursive: true, force: true });
});

function partsFor(app: string, owner = "one", prefix = ""): Parts {
	const settings = {
		app,
		dataDirectory: directory,
		database,
		store: "s3://bucket",
		location: { scheme: "s3", bucket: "bucket", prefix },
		leaseSeconds: 0.3,
		owner,
	} as Settings;
	const litestream = {
		restore: async (output: string) => {
			if (restored instanceof Error) throw restored;
			writeFileSync(output, "restored rows");
			return restored;
		},
	} as unknown as Litestream;
	const own = new MemoryStore(store.objects, prefix === "" ? "" : `${prefix}/`);
	const at = prefix === "" ? store : own;
	return { settings, store: at, lease: new Lease(at, settings), manifest: new ManifestFile(at, settings), litestream };
}
const run = (with_ = parts, mayAct = true) =>
	start(
		with_,
		async () => mayAct,
		(line) => said.push(line),
	);
const object = (key: string) => JSON.parse(store.objects.get(key)?.content ?? "null");
const isHeld = () => object("state/lease.json")?.released === false;
/** The store of an app that has run before. */
async function replicated(transaction: number): Promise<void> {
	await parts.manifest.claim();
	await parts.manifest.update({ transaction });
	await store.put("replica/0009/0000000000000001-0000000000000007.ltx", "", "absent");
}

describe("a start", () => {
	it("first: claims the store before anything else is in it, and holds the lease", async () => {
		expect(await run()).toEqual({ hasLease: true, warnings: [] });
		expect(said).toContain("first start");
		expect(object("state/manifest.json")).toMatchObject({ app: "shop/test/notes", transaction: 0, database });
		expect(object("holdfast-apps/shop%2Ftest%2Fnotes.json")).toEqual({ app: "shop/test/notes", prefix: "" });
		expect(isHeld()).toBe(true);
	});

	it("restores what is missing, and remembers that before it is in its place", async () => {
		await replicated(7);
		expect(await run()).toMatchObject({ hasLease: true });
		expect(readFileSync(database, "utf8")).toBe("restored rows");
		expect(readMarker(directory)).toEqual({ app: "shop/test/notes", known: true, restored: true });
		expect(readdirSync(directory).sort()).toEqual([".holdfast-keeper.json", "notes.db"]);
		// And goes on from it.
		await run();
		expect(said.at(-1)).toBe("existing data is used");
	});

	it("sets a corrupt database aside with all that belongs to it, and deletes nothing", async () => {
		await replicated(7);
		writeFileSync(database, "corrupt");
		writeFileSync(`${database}-wal`, "its log");
		mkdirSync(join(directory, ".notes.db-litestream"));
		await run();
		const [aside = ""] = readdirSync(directory).filter((name) => name.startsWith("set-aside-"));
		expect(readdirSync(join(directory, aside)).sort()).toEqual([".notes.db-litestream", "notes.db", "notes.db-wal"]);
		expect(readFileSync(join(directory, aside, "notes.db"), "utf8")).toBe("corrupt");
		expect(readFileSync(database, "utf8")).toBe("restored rows");
		expect(existsSync(`${database}-wal`)).toBe(false);
	});

	it.each([
		["a replica that ends early", () => 6, "replica-incomplete"],
		["a replica that is damaged", () => new RestoreFailed("checksum mismatch"), "replica-corrupt"],
	])("refuses %s, touches nothing and gives the lease back", async (_what, bring, code) => {
		await replicated(7);
		restored = bring();
		writeFileSync(database, "corrupt");
		await expect(run()).rejects.toMatchObject({ code });
		expect(readFileSync(database, "utf8")).toBe("corrupt");
		expect(readdirSync(directory)).toEqual(["notes.db"]);
		expect(isHeld()).toBe(false);
	});

	it("refuses what was restored and does not stand SQLite's own check", async () => {
		await replicated(7);
		vi.mocked(inspect).mockImplementation((async (question: string) =>
			question === "check"
				? { defect: "row 3 is missing" }
				: { kind: "missing", bytes: 0 }) as unknown as typeof inspect);
		await expect(run()).rejects.toMatchObject({
			code: "replica-corrupt",
			found: expect.stringContaining("row 3 is missing"),
		});
		expect(readdirSync(directory)).toEqual([]);
	});

	it("does nothing under an app that may be running, and then takes no lease", async () => {
		await replicated(7);
		await expect(run(parts, false)).rejects.toMatchObject({ code: "app-may-be-running" });
		expect([existsSync(database), isHeld()]).toEqual([false, false]);
		writeFileSync(database, "sound");
		await expect(run(parts, false)).rejects.toMatchObject({ code: "data-unknown-to-replica" });
	});

	it("beside a keeper that runs: looks and refuses as ever, takes no lease and changes nothing", async () => {
		const beside = (runsWith = parts.settings.store) =>
			checkBeside(
				parts,
				runsWith,
				async () => true,
				(line) => said.push(line),
			);
		await replicated(7);
		writeFileSync(database, "rows");
		const before = JSON.stringify([...store.objects]);
		await expect(beside()).rejects.toMatchObject({ code: "data-unknown-to-replica" });
		rmSync(database);
		await beside();
		expect(said.at(-1)).toMatch("checked beside the keeper that runs");
		expect(existsSync(database)).toBe(false);
		expect(JSON.stringify([...store.objects])).toBe(before);
		// In another store than that of the keeper that runs, there can be another one, or no right to write.
		const other = partsFor("shop/test/notes", "other");
		await other.lease.acquire();
		const renewing = setInterval(() => void other.lease.renew(), 50);
		await expect(beside("s3://elsewhere")).rejects.toMatchObject({ code: "in-use" });
		clearInterval(renewing);
		await other.lease.release();
		await beside("s3://elsewhere");
		expect(isHeld()).toBe(false);
		store.objects.clear();
		parts.settings.initialData = "/initial/old.db";
		await expect(beside()).rejects.toMatchObject({ code: "in-use" });
	});

	it("decides anew once it has the lease, for the one before may have written; refused, it gives it back", async () => {
		await parts.manifest.claim();
		writeFileSync(database, "sound");
		const before = partsFor("shop/test/notes", "before");
		await before.lease.acquire();
		const starting = run();
		starting.catch(() => {});
		await vi.waitFor(() => expect(said.join()).toContain("held by before"));
		await before.manifest.read();
		await before.manifest.update({ transaction: 9 });
		await before.lease.release();
		await expect(starting).rejects.toMatchObject({ code: "data-unknown-to-replica" });
		expect(isHeld()).toBe(false);
		expect(object("state/lease.json").owner).toBe("one");
	});

	it("goes on without the store on its own data, without the lease and with a warning; without data it refuses", async () => {
		store.unreachable = "no route";
		vi.spyOn(store, "atRoot").mockReturnValue({ root: store, prefix: "" });
		await expect(run()).rejects.toMatchObject({ code: "store-unreachable" });
		writeFileSync(database, "sound");
		const { hasLease, warnings } = await run();
		expect([hasLease, warnings.length, warnings[0]]).toEqual([false, 1, expect.stringContaining("no route")]);
		expect(store.objects.size).toBe(0);
	});

	it("finds that its data is under another prefix, and that a store is another app's", async () => {
		await run();
		await parts.lease.release();
		await expect(run(partsFor("shop/test/notes", "one", "wrong"))).rejects.toMatchObject({ code: "wrong-prefix" });
		await expect(run(partsFor("shop/prod/notes"))).rejects.toMatchObject({ code: "replica-of-another-app" });
	});

	it("refuses an older database until a person accepts it, and then goes on behind the replica", async () => {
		await replicated(7);
		writeFileSync(database, "sound");
		const local = join(directory, ".notes.db-litestream", "ltx", "0");
		mkdirSync(local, { recursive: true });
		writeFileSync(join(local, "0000000000000006-0000000000000006.ltx"), "");
		await expect(run()).rejects.toMatchObject({ code: "data-older-than-replica" });
		for (const [name, value] of [
			["HOLDFAST_APP", "shop/test/notes"],
			["HOLDFAST_DATA_DIRECTORY", directory],
			["HOLDFAST_DATABASE", database],
			["HOLDFAST_STORE", "s3://bucket"],
		] as const) {
			vi.stubEnv(name, value);
		}
		const log = vi.spyOn(console, "log").mockImplementation(() => {});
		await acceptDatabase();
		log.mockRestore();
		expect(await run()).toMatchObject({ hasLease: true });
		expect(readFileSync(database, "utf8")).toBe("sound");
	});
});
