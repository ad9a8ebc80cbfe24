import { describe, expect, it } from "vitest";
import type { Clock } from "../../components/keeper/clock";
import { foundGenerations } from "../../components/keeper/foundGenerations";
import { currentOf, folderOf, type Generation, generationOf, newGeneration } from "../../components/keeper/generations";
import { HandoffLease } from "../../components/keeper/handoffLease";
import { MemoryStore } from "./memoryStore";

const SECONDS = 10;

/** Leases of some owners on one store, and a clock that is set by hand. */
function made() {
	const store = new MemoryStore();
	const time = { now: 0 };
	const clock: Clock = { now: () => time.now, sleep: async () => {} };
	const lease = (owner: string, number?: number, service = "here") => {
		const revision = number === undefined ? undefined : { number, service };
		return new HandoffLease(store, { owner, leaseSeconds: SECONDS, revision }, clock);
	};
	const record = () => JSON.parse(store.objects.get("state/lease.json")?.content ?? "{}");
	return { store, time, lease, record };
}

describe("a lease that is handed over", () => {
	it("goes to the one that asks, with the transaction, and back, and its epoch only grows", async () => {
		const { lease, record } = made();
		const [old, next] = [lease("old"), lease("next")];
		await old.take();
		expect(await old.handOver("next", 7)).toBeUndefined();
		expect(await next.ask()).toBeDefined();
		expect(await old.handOver("next", 7)).toBeDefined();
		expect(record()).toMatchObject({ owner: "next", epoch: 2, handed: { from: "old", transaction: 7 } });
		expect([await old.renew(), old.isFresh, next.isFresh]).toEqual([false, false, false]);
		expect((await next.adopt())?.record.handed?.transaction).toBe(7);
		expect([next.isFresh, await next.giveBack()]).toEqual([true, expect.anything()]);
		expect(record()).toMatchObject({ owner: "old", epoch: 3, handed: { from: "next", transaction: 7 } });
		expect(await next.confirm()).toBeUndefined();
		await old.adopt();
		expect(await old.confirm()).toBeDefined();
		expect(record().handed).toBeUndefined();
		expect([old.epoch, record().epoch, await old.giveBack()]).toEqual([3, 3, undefined]);
	});

	it("is left to one that asked before, until that one counts as gone", async () => {
		const { lease, record } = made();
		await lease("old").take();
		await lease("first").ask();
		expect(await lease("second").ask()).toBeUndefined();
		expect(await lease("second").ask("first")).toBeDefined();
		expect(await lease("first").withdraw()).toBeUndefined();
		expect(await lease("second").withdraw()).toBeDefined();
		expect(record().asker).toBeUndefined();
	});
});

describe("revisions", () => {
	it("are those of whoever holds the lease, also after it was handed over and back", async () => {
		const { lease, record } = made();
		const [old, next] = [lease("old", 5), lease("next", 6)];
		await old.take();
		expect(record().revision).toEqual({ number: 5, service: "here" });
		await next.ask();
		expect(record()).toMatchObject({ asker: "next", askerRevision: { number: 6 }, revision: { number: 5 } });
		await old.handOver("next", 7);
		expect(record()).toMatchObject({
			owner: "next",
			revision: { number: 6 },
			handed: { from: "old", transaction: 7, revision: { number: 5 } },
		});
		await next.adopt();
		expect(record().revision).toEqual({ number: 6, service: "here" });
		await next.giveBack();
		expect(record()).toMatchObject({ owner: "old", revision: { number: 5 } });
	});

	it.each([
		["a lower one does not ask", 5, 6, false],
		["an equal one asks", 6, 6, true],
		["a higher one asks", 7, 6, true],
		["one that is not known asks", undefined, 6, true],
		["and where the holder's is not known, any does", 5, undefined, true],
	] as const)("%s", async (_, asker, holder, asks) => {
		const { lease, record } = made();
		await lease("holder", holder).take();
		expect((await lease("asker", asker).ask()) !== undefined).toBe(asks);
		expect(record().asker).toBe(asks ? "asker" : undefined);
	});

	it("are counted for one service alone: of another's, or of a keeper that told no service, none is higher", async () => {
		const { lease, record, store } = made();
		await lease("holder", 57, "shop/europe-west1/notes").take();
		expect(await lease("moved", 1, "shop/us-east1/notes").ask()).toBeDefined();
		const told = { ...record(), revision: 57 };
		delete told.asker;
		const found = store.objects.get("state/lease.json");
		await store.put("state/lease.json", JSON.stringify(told), { version: found?.version ?? "" });
		expect(await lease("next", 1).ask()).toBeDefined();
	});

	it("do not matter for a lease that is free or has expired", async () => {
		const { lease, time } = made();
		const holder = lease("holder", 6);
		await holder.take();
		const older = lease("older", 5);
		await older.look();
		time.now += SECONDS * 1000;
		expect(await older.take()).toBeDefined();
		await older.release();
		expect(await lease("oldest", 1).take()).toBeDefined();
	});

	it("of a holder that is not known are not those of the one before", async () => {
		const { lease, record } = made();
		const old = lease("old", 5);
		await old.take();
		await lease("next").ask();
		await old.handOver("next", 1);
		expect(record().revision).toBeUndefined();
	});
});

describe("expiry", () => {
	it("counts the holder's signs of life alone, and asking is none", async () => {
		const { lease, time } = made();
		const [old, next] = [lease("old"), lease("next")];
		await old.take();
		await next.ask();
		time.now += SECONDS * 900;
		await lease("third").ask("next");
		await next.look();
		time.now += SECONDS * 100;
		expect(next.isExpired((await next.look()) as never)).toBe(true);
		await old.renew();
		expect(next.isExpired((await next.look()) as never)).toBe(false);
		expect(await next.take()).toBeUndefined();
	});

	it("begins a generation of the replica; what was released, or handed over and not confirmed, goes on in its own", async () => {
		const { lease, time, record } = made();
		const old = lease("old");
		await old.take();
		expect(record().generation).toBe("");
		await old.release();
		const next = lease("next");
		await next.take();
		expect(record()).toMatchObject({ owner: "next", epoch: 2, generation: "" });
		const third = lease("third");
		await third.look();
		time.now += SECONDS * 1000;
		await third.take();
		expect(third.generation).toMatch(/^0000000003-[0-9a-f]{4}$/);
		const { generation } = third;
		await next.ask();
		await third.handOver("next", 1);
		await third.look();
		time.now += SECONDS * 1000;
		// The one that gave takes it back, as nothing was confirmed.
		expect(await third.take(({ handed } = {} as never) => handed?.from === "third")).toBeDefined();
		expect(third.generation).toBe(generation);
	});

	it("leaves what was taken before its time only to whoever still holds it", async () => {
		const { lease, time } = made();
		const old = lease("old");
		await old.take();
		expect(old.isFreshFor(2000)).toBe(true);
		time.now += SECONDS * 1000 - 1500;
		expect([old.isFresh, old.isFreshFor(2000)]).toEqual([true, false]);
		await old.renew();
		expect(old.isFreshFor(2000)).toBe(true);
	});
});

describe("generations", () => {
	const all: Generation[] = [
		{ name: "", first: 1, begun: "1970-01-01T00:00:00.000Z" },
		{ name: "0000000002-aaaa", first: 11, begun: "2026-11-22T12:00:00.000Z" },
		{ name: "0000000010-bbbb", first: 21, begun: "2026-11-22T13:00:00.000Z" },
	];
	it.each([
		["newest", "0000000010-bbbb"],
		[{ transaction: 21 }, "0000000010-bbbb"],
		[{ transaction: 20 }, "0000000002-aaaa"],
		[{ transaction: 10 }, ""],
		[{ time: new Date("2026-11-22T12:59:59Z") }, "0000000002-aaaa"],
		[{ time: new Date("2026-11-22T11:00:00Z") }, ""],
	] as const)("say where %j lies", (target, name) => {
		expect(generationOf(all, target)).toBe(name);
		expect(generationOf(undefined, target)).toBe("");
	});

	it("are found again by their files when the manifest is lost, but for one that has no whole copy", async () => {
		const store = new MemoryStore();
		const hex = (number: number) => number.toString(16).padStart(16, "0");
		for (const [folder, last] of [
			["0009", 3],
			["0000000002-aaaa/0009", 12],
			["0000000002-aaaa/0009", 15],
			["0000000010-bbbb/0000", 20],
		] as const) {
			await store.put(`replica/${folder}/${hex(1)}-${hex(last)}.ltx`, "", "absent");
		}
		const found = await foundGenerations(store);
		expect(found?.map(({ name, first }) => [name, first])).toEqual([
			["", 1],
			["0000000002-aaaa", 12],
		]);
	});

	it("have names in the order of their epochs, each of its own", () => {
		expect(newGeneration(9) < newGeneration(10)).toBe(true);
		expect(new Set(Array.from({ length: 20 }, () => newGeneration(3))).size).toBeGreaterThan(15);
		expect([folderOf(""), folderOf("a"), currentOf(all)]).toEqual(["replica", "replica/a", "0000000010-bbbb"]);
	});
});
