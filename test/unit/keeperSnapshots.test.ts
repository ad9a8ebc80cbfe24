import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listSnapshots, parseTarget, writeSnapshot } from "../../components/keeper/snapshots";
import { DirectoryStore } from "../../components/keeper/stores/directory";
import { MemoryStore } from "./memoryStore";

const snapshot = (name: string, transaction = 7, time = "2026-11-22T12:00:00.000Z") => ({ name, transaction, time });

describe("a snapshot", () => {
	it("is written once, and listed by its time", async () => {
		const directory = mkdtempSync(join(tmpdir(), "holdfast-snapshots-"));
		try {
			for (const store of [new MemoryStore(), new DirectoryStore(directory, "notes")]) {
				expect(await listSnapshots(store)).toEqual([]);
				const late = { ...snapshot("a.json", 9, "2026-11-23T12:00:00.000Z"), image: "notes:2" };
				await writeSnapshot(store, late);
				await writeSnapshot(store, snapshot("before-deploy_1"));
				expect(await listSnapshots(store)).toEqual([snapshot("before-deploy_1"), late]);
				await expect(writeSnapshot(store, snapshot("a.json", 10))).rejects.toMatchObject({
					code: "restore-target",
					found: "there is a snapshot a.json already",
				});
				expect(await parseTarget(store, "a.json")).toEqual({ transaction: 9 });
			}
		} finally {
			rmSync(directory, { recursive: true });
		}
	});

	it.each(["", "7", "2026-11-22", "-a", "a b", "a/b", "../a", "newest", "a".repeat(101), "é"])(
		"is not named %j",
		async (name) => {
			const store = new MemoryStore();
			await expect(writeSnapshot(store, snapshot(name))).rejects.toMatchObject({ code: "restore-target" });
			expect(store.objects.size).toBe(0);
		},
	);
});

describe("a point to restore to", () => {
	it("is the newest, a transaction, a time with its zone, or a name", async () => {
		const store = new MemoryStore();
		await writeSnapshot(store, snapshot("before-deploy"));
		expect(await parseTarget(store, "newest")).toBe("newest");
		expect(await parseTarget(store, "42")).toEqual({ transaction: 42 });
		for (const [words, time] of [
			["2026-11-22T12:00:00Z", "2026-11-22T12:00:00.000Z"],
			["2026-11-22T12:00:00.5+02:00", "2026-11-22T10:00:00.500Z"],
			["2026-11-22T12:00-0130", "2026-11-22T13:30:00.000Z"],
		] as const) {
			expect(await parseTarget(store, words)).toEqual({ time: new Date(time) });
		}
		expect(await parseTarget(store, "before-deploy")).toEqual({ transaction: 7 });
	});

	// Litestream takes transaction 0 for the newest, and a time without a zone means another on each machine.
	it.each([
		"",
		"0",
		"000",
		"-1",
		"1.5",
		"99999999999999999999",
		"2026-11-22",
		"2026-11-22T12:00:00",
		"2026-13-45T99:00Z",
		"none",
		"../x",
	])("is not %j", async (words) => {
		const store = new MemoryStore();
		for (let each = 1; each <= 6; each += 1) {
			await writeSnapshot(store, snapshot(`deploy-${each}`, each, `2026-11-2${each}T00:00:00Z`));
		}
		await expect(parseTarget(store, words)).rejects.toMatchObject({
			code: "restore-target",
			found: `"${words}" is no point to restore to`,
			remedy: expect.stringMatching(/a snapshot: deploy-2, deploy-3, deploy-4, deploy-5, deploy-6$/),
		});
	});

	it("cannot be told where the store is out of reach", async () => {
		const store = new MemoryStore();
		store.unreachable = "no route";
		await expect(parseTarget(store, "before-deploy")).rejects.toThrow("no route");
		expect(await parseTarget(store, "newest")).toBe("newest");
	});
});
