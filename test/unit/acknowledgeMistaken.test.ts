import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Scene, soon } from "./acknowledgeScene";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("what a write can be mistaken for", () => {
	it("a second try that has nothing to commit waits for what the first has committed", async () => {
		const scene = new Scene();
		const first = scene.write();
		const second = scene.write(0);
		await soon();
		expect([first.answer, second.answer]).toEqual([undefined, undefined]);
		await scene.end();
		await scene.end();
		expect([first.answer, second.answer]).toEqual([{ transaction: 2 }, { transaction: 2 }]);
		expect(scene.write(0).answer).toEqual({ transaction: 2 });
	});

	it("a request where there is no database has nothing to wait for", () => {
		const scene = new Scene();
		scene.version = 0;
		expect(scene.write(0).answer).toEqual({});
	});

	it("a commit in a database that was replaced since is in no store", async () => {
		const scene = new Scene();
		const request = scene.write();
		await soon();
		scene.file = "two";
		await scene.fail("the store is slow");
		await scene.end();
		expect(request.answer).toEqual({ refused: expect.stringContaining("was replaced") });
	});

	it("a pause of the keeper's own is no outage: a write waits for its time", async () => {
		const scene = new Scene();
		scene.paused = "nothing is replicated: waiting for the database";
		const request = scene.write();
		await vi.advanceTimersByTimeAsync(9000);
		expect([request.answer, scene.acknowledgement.outage()]).toEqual([undefined, undefined]);
		scene.paused = undefined;
		await vi.advanceTimersByTimeAsync(300);
		await scene.end();
		expect(request.answer).toEqual({ transaction: 2 });
		scene.paused = "nothing is replicated: starting";
		const late = scene.write();
		await vi.advanceTimersByTimeAsync(10_000);
		expect(late.answer).toEqual({ refused: expect.stringContaining("nothing is replicated: starting") });
	});
});
