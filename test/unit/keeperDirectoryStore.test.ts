import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DirectoryStore } from "../../components/keeper/stores/directory";
import { type Listed, StoreUnreachable } from "../../components/keeper/stores/store";

vi.mock("node:fs/promises", async (original) => {
	const actual = await original<typeof import("node:fs/promises")>();
	return { ...actual, open: vi.fn(actual.open) };
});

let directory: string;
let store: DirectoryStore;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "holdfast-store-"));
	store = new DirectoryStore(directory, "notes");
});
afterEach(() => {
	vi.mocked(open).mockReset();
	rmSync(directory, { recursive: true, force: true });
});

async function listed(prefix: string, after?: string): Promise<string[]> {
	const found: Listed[] = [];
	for await (const each of store.list(prefix, after)) found.push(each);
	return found.map(({ key }) => key);
}
function add(path: string, content = ""): void {
	mkdirSync(join(directory, "notes", path, ".."), { recursive: true });
	writeFileSync(join(directory, "notes", path), content);
}

describe("a directory as a store", () => {
	it("holds an object in versions, and writes only on the condition", async () => {
		expect(await store.get("state/lease.json")).toBeUndefined();
		expect(await store.put("state/lease.json", "a", { version: "1" })).toBeUndefined();
		expect(await store.put("state/lease.json", "a", "absent")).toBe("1");
		expect(await store.put("state/lease.json", "b", "absent")).toBeUndefined();
		expect(await store.put("state/lease.json", "b", { version: "1" })).toBe("2");
		expect(await store.put("state/lease.json", "c", { version: "1" })).toBeUndefined();
		expect(await store.get("state/lease.json")).toEqual({ content: "b", version: "2" });
		expect(readFileSync(join(directory, "notes", "state", "lease.json", "2"), "utf8")).toBe("b");
	});

	it("keeps some versions behind the newest, and nothing else", async () => {
		let version: string | undefined;
		for (let round = 0; round < 30; round += 1) {
			version = await store.put("x", `${round}`, version === undefined ? "absent" : { version });
		}
		expect(version).toBe("30");
		expect((await store.get("x"))?.content).toBe("29");
		expect(readdirSync(join(directory, "notes", "x")).sort()).toEqual(["26", "27", "28", "29", "30"]);
	});

	it("lets exactly one of 20 racing writers win, 20 times, and is never read half-written", async () => {
		const writers = Array.from({ length: 20 }, () => new DirectoryStore(directory, "notes"));
		const content = (round: number, writer: number) => `${round}-${writer}-`.repeat(2000);
		let version: string | undefined;
		for (let round = 0; round < 20; round += 1) {
			const condition = version === undefined ? ("absent" as const) : { version };
			const reading = Array.from({ length: 20 }, () => store.get("x"));
			const all = await Promise.all(writers.map((each, index) => each.put("x", content(round, index), condition)));
			const winners = all.flatMap((won, index) => (won === undefined ? [] : [{ won, index }]));
			expect(winners).toHaveLength(1);
			const { won, index } = winners[0] ?? { won: "", index: -1 };
			expect(await store.get("x")).toEqual({ content: content(round, index), version: won });
			for (const read of await Promise.all(reading)) {
				if (read === undefined) continue;
				const [word = ""] = /^\d+-\d+-/.exec(read.content) ?? [];
				expect(read.content).toBe(word.repeat(2000));
			}
			version = won;
		}
	});

	it("lets nobody win who slept while others wrote on, though his number was removed since", async () => {
		let version = await store.put("x", "first", "absent");
		const others = new DirectoryStore(directory, "notes");
		const { open: real } = await vi.importActual<typeof import("node:fs/promises")>("node:fs/promises");
		vi.mocked(open).mockImplementationOnce(async (...args) => {
			for (let round = 0; round < 8; round += 1) {
				version = await others.put("x", `other ${round}`, { version: version ?? "" });
			}
			return real(...args);
		});
		expect(await store.put("x", "late", { version: "1" })).toBeUndefined();
		expect(await store.get("x")).toEqual({ content: "other 7", version: "9" });
	});

	it("leaves nothing where a writer fails half-way", async () => {
		await store.put("x", "first", "absent");
		vi.mocked(open).mockImplementationOnce(async () => {
			throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
		});
		await expect(store.put("x", "second", { version: "1" })).rejects.toThrow(StoreUnreachable);
		expect(await store.get("x")).toEqual({ content: "first", version: "1" });
		// The remains of one that was killed are no version and no object.
		add("x/.2.17.abc", "half");
		expect(await store.get("x")).toEqual({ content: "first", version: "1" });
		expect(await listed("x/")).toEqual(["x/1"]);
		expect(await store.put("x", "second", { version: "1" })).toBe("2");
	});

	it("lists the files below a prefix in their order, those after one only", async () => {
		for (const name of ["b", "a", "c"]) add(`replica/ltx/0/${name}.ltx`, name);
		add("replica/ltx/9/z.ltx");
		add("other/x");
		expect(await listed("replica/ltx/0/")).toEqual(["a", "b", "c"].map((each) => `replica/ltx/0/${each}.ltx`));
		expect(await listed("replica/")).toHaveLength(4);
		expect(await listed("replica/ltx/0/", "replica/ltx/0/a.ltx")).toHaveLength(2);
		expect(await listed("replica/ltx/0/", "replica/ltx/0/b0.ltx")).toEqual(["replica/ltx/0/c.ltx"]);
		expect(await listed("none/")).toEqual([]);
		for await (const { bytes, modified } of store.list("replica/ltx/0/")) {
			expect([bytes, Math.abs(modified.getTime() - Date.now()) < 60_000]).toEqual([1, true]);
		}
	});

	it("at its root is shared by all, and it removes what is superfluous", async () => {
		const { root, prefix } = store.atRoot();
		expect(prefix).toBe("notes");
		await root.put("holdfast-apps/a.json", "{}", "absent");
		expect(await new DirectoryStore(directory, "other").atRoot().root.get("holdfast-apps/a.json")).toBeDefined();
		expect(await store.get("holdfast-apps/a.json")).toBeUndefined();
		add("replica/a.ltx", "content");
		await store.download("replica/a.ltx", join(directory, "copy"));
		expect(readFileSync(join(directory, "copy"), "utf8")).toBe("content");
		for (let round = 0; round < 2; round += 1) await store.upload("postgres/dumps/a.dump", join(directory, "copy"));
		expect(await listed("postgres/")).toEqual(["postgres/dumps/a.dump"]);
		expect(readFileSync(join(directory, "notes/postgres/dumps/a.dump"), "utf8")).toBe("content");
		await store.supersede(["replica/a.ltx", "replica/gone.ltx"]);
		expect(existsSync(join(directory, "notes", "replica", "a.ltx"))).toBe(false);
	});

	it("is out of reach, and not empty, when its disk is gone or is no directory", async () => {
		await store.put("x", "a", "absent");
		rmSync(directory, { recursive: true });
		const fails = async () => {
			await expect(store.get("x")).rejects.toThrow(StoreUnreachable);
			await expect(store.put("x", "a", "absent")).rejects.toThrow(StoreUnreachable);
			await expect(listed("replica/")).rejects.toThrow(StoreUnreachable);
			await expect(store.supersede(["x"])).rejects.toThrow(StoreUnreachable);
			await expect(store.download("x", `${directory}-copy`)).rejects.toThrow(StoreUnreachable);
		};
		await fails();
		// It must not be made by the way: it would be in the container.
		expect(existsSync(directory)).toBe(false);
		writeFileSync(directory, "");
		await expect(store.get("x")).rejects.toThrow(StoreUnreachable);
		await expect(listed("replica/")).rejects.toThrow(StoreUnreachable);
		rmSync(`${directory}-copy`, { force: true });
	});
});
