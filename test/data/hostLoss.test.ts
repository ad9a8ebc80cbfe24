import { describe, expect, it, onTestFinished } from "vitest";
import { MANY } from "../../tools/faults/many";
import { REPETITIONS } from "./docker";
import { buildKeeper, expectPrefix, Host, untilRestorable } from "./harness";
import { DirectoryVolume, GcsBucket, S3Bucket, type TestStore } from "./stores";
import { testServers } from "./testServers";

/** Seconds that a lost host may take along; without HOLDFAST_MANY on a machine on which other tests run too. */
const SPAN = MANY ? 2 : 4;

buildKeeper();
const servers = testServers();

const makers: Record<string, () => Promise<TestStore>> = {
	"a directory": () => DirectoryVolume.make(),
	S3: () => S3Bucket.make(servers.s3),
	GCS: () => GcsBucket.make(servers.gcs),
};

describe.each(Object.keys(makers))("with %s as the store", (kind) => {
	async function madeStore(): Promise<TestStore> {
		const store = await (makers[kind] as () => Promise<TestStore>)();
		// Registered before the hosts that use it, and so done after them.
		onTestFinished(() => store.remove(), 30_000);
		return store;
	}

	it("faults 4 and 24: a lost host takes along a moment at most, time and again, and its successor goes on from there", async () => {
		const store = await madeStore();
		// What the history is, across hosts.
		let history: string[] = [];
		for (let loss = 0; loss <= REPETITIONS.hostLosses; loss += 1) {
			const host = await Host.make(store);
			const gate = await host.keeperDone("start");
			if (loss === 0) {
				expect(gate).toContain("first start");
			} else {
				expect(gate).toContain("restored to transaction");
				const found = await host.content();
				expectPrefix(found, history);
				history = found.rows;
			}
			if (loss === REPETITIONS.hostLosses) return;

			const [writer, keeper] = await Promise.all([host.writer(), host.replicate()]);
			expect(writer.ready).toBe(history.length);
			await writer.more(100);
			await keeper.proven();
			await writer.more(100 + 37 * loss);
			await host.lose();
			await writer.gone();
			const whole = [...history, ...writer.acknowledged];

			const successor = await Host.make(store);
			const found = await successor.restored();
			expectPrefix(found, whole);
			expect(found.rows.length).toBeGreaterThan(history.length + 100);
			const lost = whole.length - found.rows.length;
			const span = lost <= 0 ? 0 : (writer.times.at(-1) ?? 0) - (writer.times.at(-lost - 1) ?? 0);
			console.log(`host loss with ${kind}: ${lost} of ${whole.length} rows, ${span.toFixed(2)} s`);
			expect(span).toBeLessThan(SPAN);
			history = whole;
		}
	});

	it("fault 5: nothing is lost when the app and then the keeper are told to stop", async () => {
		const store = await madeStore();
		const host = await Host.make(store);
		const [writer, keeper] = await Promise.all([host.writer(), host.replicate()]);
		await writer.more(200);
		await writer.stop();
		expect(await keeper.stop()).toBe(0);
		await host.lose();

		const successor = await Host.make(store);
		// The lease was given back: nobody waits for it.
		expect(await successor.keeperDone("start")).not.toContain("watching");
		expect((await successor.content()).rows).toEqual(writer.acknowledged);
		const [next, again] = await Promise.all([successor.writer(), successor.replicate()]);
		await next.more(50);
		await next.stop();
		await again.proven();
		const both = [...writer.acknowledged, ...next.acknowledged];
		expect((await untilRestorable(successor, both)).rows).toEqual(both);
	});
});
