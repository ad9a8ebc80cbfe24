import { describe, expect, it, onTestFinished } from "vitest";
import { REPETITIONS } from "./docker";
import { buildKeeper } from "./harness";
import { Instance, median, pauseBetween, problemsOf } from "./instance";
import { GcsBucket, S3Bucket, type TestStore } from "./stores";
import { testServers } from "./testServers";

buildKeeper();
const servers = testServers();

const makers: Record<string, () => Promise<TestStore>> = {
	S3: () => S3Bucket.make(servers.s3),
	GCS: () => GcsBucket.make(servers.gcs),
};

describe.each(Object.keys(makers))("with %s as the store", (kind) => {
	it("fault 14: rollouts under load, from instance to instance: one writes at a time, and nothing is lost", async () => {
		const store = await (makers[kind] as () => Promise<TestStore>)();
		onTestFinished(() => store.remove(), 30_000);
		// An app that asks nobody is held by the freeze alone; one behind the door is held by that first.
		const counts = kind === "S3" ? "alone" : "local";
		let current = await Instance.launch(store, counts);
		const all = [current];
		await current.serves();
		const pauses: number[] = [];
		for (let rollout = 1; rollout <= REPETITIONS.rollouts; rollout += 1) {
			const next = await Instance.launch(store, counts);
			all.push(next);
			await next.serves();
			await current.isRetired();
			await current.host.remove();
			await current.app.gone();
			pauses.push(pauseBetween(current, next));
			current = next;
		}
		await current.app.stop();
		expect(await current.keeper.stop()).toBe(0);
		const { rows, integrity } = await current.host.restored();
		expect(integrity).toBe("ok");
		expect(problemsOf(all, rows)).toEqual([]);
		const shown = pauses.map((pause) => pause.toFixed(2)).join(" ");
		console.log(
			`${pauses.length} rollouts with ${kind}, ${rows.length} rows, write pauses in s: ${shown}; median ${median(pauses).toFixed(2)}, max ${Math.max(...pauses).toFixed(2)}`,
		);
		const [middle, most] = REPETITIONS.rollouts >= 20 ? [3, 10] : [15, 30];
		expect(median(pauses)).toBeLessThan(middle);
		expect(Math.max(...pauses)).toBeLessThan(most);
	}, 1_200_000);
});
