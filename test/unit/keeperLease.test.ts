import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it, vi } from "vitest";
import { Lease } from "../../components/keeper/lease";
import { MemoryStore } from "./memoryStore";

/** Long enough that a busy machine does not oversleep a renewal. */
const SECONDS = 0.6;
const lease = (store: MemoryStore, owner: string, leaseSeconds = SECONDS) =>
	new Lease(store, { owner, leaseSeconds, app: "notes", store: "s3://bucket/notes" });
const record = (store: MemoryStore) => JSON.parse(store.objects.get("state/lease.json")?.content ?? "{}");
/** How long `work` took, in seconds. */
async function timed(work: () => Promise<unknown>): Promise<number> {
	const start = performance.now();
	await work();
	return (performance.now() - start) / 1000;
}

// Of all the tests here, one alone changes the clock.
afterAll(() => {
	vi.useRealTimers();
});

describe("the lease", () => {
	it.concurrent("is taken at once when it is free, by its owner again, and after it was released", async () => {
		const store = new MemoryStore();
		const first = lease(store, "one", 60);
		expect(await timed(() => first.acquire())).toBeLessThan(0.2);
		expect(record(store)).toMatchObject({ owner: "one", epoch: 1, seconds: 60, released: false });
		// The container was restarted: the same host name, another process.
		const again = lease(store, "one", 60);
		expect(await timed(() => again.acquire())).toBeLessThan(0.2);
		expect([again.epoch, await first.renew(), await again.renew()]).toEqual([2, false, true]);
		await again.release();
		const next = lease(store, "two", 60);
		expect(await timed(() => next.acquire())).toBeLessThan(0.2);
		expect([next.epoch, await again.renew(), await next.renew()]).toEqual([3, false, true]);
	});

	it.concurrent("is refused while its holder lives", async () => {
		const store = new MemoryStore();
		const holder = lease(store, "one");
		await holder.acquire();
		const beats: boolean[] = [];
		const alive = setInterval(() => void holder.renew().then((ours) => beats.push(ours)), SECONDS * 300);
		const said: string[] = [];
		try {
			await expect(lease(store, "two").acquire((line) => said.push(line))).rejects.toMatchObject({
				code: "in-use",
				found: "another keeper (one) replicates notes to s3://bucket/notes right now",
				remedy: expect.stringContaining("two writers of one replica destroy it"),
			});
		} finally {
			clearInterval(alive);
		}
		await sleep(20);
		expect(said).toEqual(["the lease is held by one: watching it for up to 0.6 s"]);
		expect(new Set(beats)).toEqual(new Set([true]));
		expect(record(store)).toMatchObject({ owner: "one", epoch: 1 });
	});

	it.concurrent("is taken over from a holder that is dead, after the holder's own time and not before", async () => {
		const store = new MemoryStore();
		const dead = lease(store, "one");
		await dead.acquire();
		const next = lease(store, "two", 60);
		const took = await timed(() => next.acquire());
		expect(took).toBeGreaterThanOrEqual(SECONDS);
		expect(record(store)).toMatchObject({ owner: "two", epoch: 2, seconds: 60 });
		// It was not dead after all: it finds out, and gives nothing back that is not its own.
		expect(await dead.renew()).toBe(false);
		await dead.release();
		expect(record(store)).toMatchObject({ owner: "two", released: false });
	});

	it.concurrent("begins its wait anew when the holder renews once more", async () => {
		const store = new MemoryStore();
		const holder = lease(store, "one");
		await holder.acquire();
		const start = performance.now();
		const waiting = lease(store, "two").acquire();
		await sleep(SECONDS * 400);
		const renewed = performance.now();
		await holder.renew();
		await waiting;
		expect((performance.now() - renewed) / 1000).toBeGreaterThanOrEqual(SECONDS * 0.9);
		expect((performance.now() - start) / 1000).toBeGreaterThanOrEqual(SECONDS * 1.2);
	});

	it.concurrent.each(["free", "released", "of a dead holder"])(
		"that is %s goes to exactly one of many",
		async (state) => {
			const store = new MemoryStore();
			if (state !== "free") {
				const before = lease(store, "before");
				await before.acquire();
				if (state === "released") await before.release();
			}
			const all = Array.from({ length: 10 }, (_, index) => lease(store, `keeper-${index}`));
			const results = await Promise.allSettled(
				all.map(async (each) => {
					await each.acquire();
					// Whoever has it is alive for as long as the others look.
					const alive = setInterval(() => void each.renew(), SECONDS * 200);
					await sleep(SECONDS * 2500);
					clearInterval(alive);
					return each;
				}),
			);
			expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
			const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []));
			expect(refused).toEqual(Array(9).fill("in-use"));
		},
	);

	it("compares no clocks: one that is an hour off, or jumps, changes nothing", async () => {
		vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-22T12:00:00Z") });
		const store = new MemoryStore();
		const holder = lease(store, "one");
		await holder.acquire();
		expect(JSON.stringify(record(store))).not.toContain("2026");
		for (const hour of ["13", "11"]) {
			vi.setSystemTime(new Date(`2026-11-22T${hour}:00:00Z`));
			const alive = setInterval(() => void holder.renew(), SECONDS * 300);
			await expect(lease(store, "two").acquire()).rejects.toMatchObject({ code: "in-use" });
			clearInterval(alive);
		}
		expect(await timed(() => lease(store, "three").acquire())).toBeLessThan(SECONDS * 3);
	});

	it.concurrent("is certainly its holder's for a second less than its time, and longer only by a renewal that was written", async () => {
		const store = new MemoryStore();
		const holder = lease(store, "one", 1.3);
		expect(holder.isFresh).toBe(false);
		await holder.acquire();
		expect(holder.isFresh).toBe(true);
		await sleep(200);
		expect(await holder.renew()).toBe(true);
		await sleep(200);
		expect(holder.isFresh).toBe(true);
		store.unreachable = "no route";
		await expect(holder.renew()).rejects.toThrow("no route");
		await sleep(150);
		expect(holder.isFresh).toBe(false);
	});

	it.concurrent("can be neither taken nor lost while the store is out of reach", async () => {
		const store = new MemoryStore();
		const holder = lease(store, "one");
		await holder.acquire();
		store.unreachable = "no route";
		await expect(holder.renew()).rejects.toThrow("no route");
		await expect(lease(store, "two").acquire()).rejects.toThrow("no route");
		store.unreachable = undefined;
		expect(await holder.renew()).toBe(true);
	});
});
