import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Scene, soon } from "./acknowledgeScene";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("what an answer waits for", () => {
	it("nothing, where the request committed nothing", async () => {
		const scene = new Scene();
		expect(scene.read()).toEqual({});
		expect(scene.begun).toBe(0);
	});

	it("a sync, and its transaction goes out with the answer", async () => {
		const scene = new Scene();
		const request = scene.write();
		await soon();
		expect(request.answer).toBeUndefined();
		await scene.end();
		expect(request.answer).toEqual({ transaction: 2 });
		expect(scene.begun).toBe(1);
	});

	it("nothing, where a sync that is over has all of it", async () => {
		const scene = new Scene();
		const mark = scene.acknowledgement.mark(false);
		scene.write();
		await scene.end();
		expect(scene.acknowledgement.covered(mark)).toEqual({ transaction: 2 });
		expect(scene.read()).toEqual({ transaction: 2 });
	});

	it("never a sync that began before its commit: all that come meanwhile share the next", async () => {
		const scene = new Scene();
		const first = scene.write();
		await soon();
		const later = [scene.write(), scene.write(), scene.write()];
		expect(scene.underWay).toHaveLength(1);
		await scene.end();
		expect([first.answer, ...later.map(({ answer }) => answer)]).toEqual([{ transaction: 2 }, ...Array(3)]);
		expect(scene.underWay.map(({ brings }) => brings)).toEqual([5]);
		await scene.end();
		expect(later.map(({ answer }) => answer)).toEqual(Array(3).fill({ transaction: 5 }));
		expect(scene.begun).toBe(2);
		expect(scene.acknowledgement.status).toMatchObject({ syncs: 2, waited: 4, requestsPerSync: 2, waiting: 0 });
	});

	it("a commit while a sync is under way is not taken for covered by it", async () => {
		const scene = new Scene();
		scene.write();
		await soon();
		const mark = scene.acknowledgement.mark(false);
		// Committed after the sync began, and its answer comes after the sync's end.
		scene.version += 1;
		await scene.end(3);
		const covered = scene.acknowledgement.covered(mark);
		expect(covered).toBeInstanceOf(Promise);
		await scene.end();
		expect(await covered).toEqual({ transaction: 3 });
	});

	it("of a sync during which Litestream has read newer commits: what the store has is the number", async () => {
		const scene = new Scene();
		const request = scene.write();
		await soon();
		await scene.end(1);
		expect(request.answer).toEqual({ transaction: 1 });
		expect(scene.begun).toBe(1);
	});

	it("any number of requests, with no answer before the store has its commit", async () => {
		const scene = new Scene();
		const requests: ReturnType<Scene["write"]>[] = [];
		let stored = 1;
		for (let round = 0; round < 300; round += 1) {
			if (round % 3 !== 2) requests.push(scene.write());
			else {
				const [sync] = scene.underWay;
				if (round % 7 === 0) await scene.fail("refused");
				else {
					await scene.end();
					stored = Math.max(stored, sync?.brings ?? 0);
				}
				await vi.advanceTimersByTimeAsync(round % 5 === 0 ? 300 : 0);
			}
			for (const { answer, commit } of requests) if (answer !== undefined) expect(commit).toBeLessThanOrEqual(stored);
		}
		while (scene.underWay.length > 0) await scene.end();
		await vi.advanceTimersByTimeAsync(1000);
		while (scene.underWay.length > 0) await scene.end();
		expect(requests.filter(({ answer }) => answer === undefined || "refused" in answer)).toEqual([]);
	});
});

describe("a sync that does not hold", () => {
	it("is tried again, the first time at once: what failed, what Litestream has not brought there, what may be another's", async () => {
		const scene = new Scene();
		const request = scene.write();
		await soon();
		await scene.fail("connect ECONNREFUSED");
		expect(scene.begun).toBe(2);
		await scene.end(0);
		expect(request.answer).toBeUndefined();
		await vi.advanceTimersByTimeAsync(200);
		expect(scene.begun).toBe(3);
		scene.paused = "the lease is not known to be ours";
		await scene.end();
		expect(request.answer).toBeUndefined();
		await vi.advanceTimersByTimeAsync(400);
		// Not even begun.
		expect(scene.begun).toBe(3);
		scene.paused = undefined;
		await vi.advanceTimersByTimeAsync(200);
		await scene.end();
		expect(request.answer).toEqual({ transaction: 2 });
		expect(scene.acknowledgement.outage()).toBeUndefined();
	});

	it("refuses at the deadline, with the reason; a slow store's own sync goes on for those that come", async () => {
		const scene = new Scene();
		const early = scene.write();
		await vi.advanceTimersByTimeAsync(9999);
		const late = scene.write();
		expect(early.answer).toBeUndefined();
		await vi.advanceTimersByTimeAsync(1);
		expect(early.answer).toEqual({
			refused: "the write is on this disk, but not in the backup store yet (no answer from the store within 10 s)",
		});
		// It may have hung for good, for all that is known.
		expect(scene.acknowledgement.outage()).toBe("no answer from the store within 10 s");
		await scene.end();
		expect([late.answer, scene.acknowledgement.outage()]).toEqual([undefined, undefined]);
		await scene.end();
		expect(late.answer).toEqual({ transaction: 3 });
		expect(scene.acknowledgement.status).toMatchObject({ refused: 1, acceptedUncovered: 0, syncs: 2, failedSyncs: 0 });
	});

	it("turns writes away once it has failed for 2 s, and ends that by itself", async () => {
		const scene = new Scene();
		scene.broken = "connection refused";
		const request = scene.write();
		await vi.advanceTimersByTimeAsync(1900);
		expect([scene.acknowledgement.outage(), scene.acknowledgement.problem]).toEqual([undefined, undefined]);
		await vi.advanceTimersByTimeAsync(200);
		expect(scene.acknowledgement.outage()).toBe("connection refused");
		expect(scene.acknowledgement.problem).toBe("writes are refused: connection refused");
		expect(scene.acknowledgement.status.outageSince).toMatch(/^\d{4}-/);
		await vi.advanceTimersByTimeAsync(8000);
		expect(request.answer).toEqual({ refused: expect.stringContaining("(connection refused)") });
		// Nobody waits any more; it goes on to try, and no faster than once a second.
		const { begun } = scene;
		await vi.advanceTimersByTimeAsync(10_000);
		expect(scene.begun - begun).toBeGreaterThanOrEqual(9);
		expect(scene.begun - begun).toBeLessThanOrEqual(10);
		scene.broken = undefined;
		await vi.advanceTimersByTimeAsync(1000);
		await scene.end();
		expect([scene.acknowledgement.outage(), scene.acknowledgement.status.outageSince]).toEqual([undefined, undefined]);
		const after = scene.begun;
		await vi.advanceTimersByTimeAsync(10_000);
		expect(scene.begun).toBe(after);
	});

	it("accepts at once where that is wanted and a first answer has waited in vain", async () => {
		const scene = new Scene("accept");
		const first = scene.write();
		await vi.advanceTimersByTimeAsync(10_000);
		// Litestream still tries.
		expect([first.answer, scene.underWay.length, scene.write().answer]).toEqual([{}, 1, {}]);
		await scene.end();
		await scene.end();
		expect(scene.acknowledgement.problem).toBeUndefined();
	});

	it("accepts where that is wanted, at once during an outage, and says so until the store has everything", async () => {
		const scene = new Scene("accept");
		scene.broken = "connection refused";
		const request = scene.write();
		await vi.advanceTimersByTimeAsync(10_000);
		expect(request.answer).toEqual({});
		expect(scene.write().answer).toEqual({});
		expect(scene.acknowledgement.outage()).toBeUndefined();
		expect(scene.acknowledgement.problem).toContain("2 answers told of writes");
		scene.broken = undefined;
		await vi.advanceTimersByTimeAsync(1000);
		// It is accepted while a sync is under way that does not have it.
		expect(scene.write().answer).toEqual({});
		await scene.end();
		expect(scene.acknowledgement.problem).toContain("1 answers told of writes");
		await scene.end();
		expect(scene.acknowledgement.problem).toBeUndefined();
		expect(scene.acknowledgement.status).toMatchObject({ acceptedUncovered: 3, refused: 0 });
	});
});

describe("while the database is replaced", () => {
	it("nothing is synced, and who waits is covered afterwards, or refused at its deadline", async () => {
		const scene = new Scene();
		const [waits, tooLong] = [scene.write(), new Scene()];
		await soon();
		scene.acknowledgement.suspend();
		await scene.fail("Litestream was stopped");
		await vi.advanceTimersByTimeAsync(5000);
		expect([scene.begun, waits.answer, scene.acknowledgement.outage()]).toEqual([1, undefined, undefined]);
		scene.acknowledgement.resume();
		await soon();
		await scene.end();
		expect(waits.answer).toEqual({ transaction: 2 });

		tooLong.acknowledgement.suspend();
		const refused = tooLong.write();
		await vi.advanceTimersByTimeAsync(10_000);
		expect([tooLong.begun, refused.answer]).toEqual([0, { refused: expect.any(String) }]);
	});

	it("a sync that ends then covers nobody", async () => {
		const scene = new Scene();
		const request = scene.write();
		await soon();
		scene.acknowledgement.suspend();
		await scene.end();
		expect(request.answer).toBeUndefined();
		scene.acknowledgement.resume();
		await soon();
		await scene.end();
		expect(request.answer).toEqual({ transaction: 2 });
	});
});

it("counts, and knows the rate of the last minute", async () => {
	const scene = new Scene();
	for (let round = 0; round < 1500; round += 1) {
		scene.write();
		await vi.advanceTimersByTimeAsync(round < 400 ? 90 : 20);
		await scene.end();
	}
	const { status } = scene.acknowledgement;
	expect(status).toMatchObject({ syncs: 1500, waited: 1500, requestsPerSync: 1 });
	expect(status.syncsPerSecond).toBeGreaterThan(20);
	await vi.advanceTimersByTimeAsync(61_000);
	expect(scene.acknowledgement.status.syncsPerSecond).toBe(0);
});
