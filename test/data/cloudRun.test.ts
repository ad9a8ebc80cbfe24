import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { CloudRunPlatform } from "./cloud/cloudRun";
import { LocalImages } from "./cloud/images";
import { Load, runsOf } from "./cloud/load";
import { APP, renderCloudRun } from "./cloud/render";
import { REPETITIONS } from "./docker";
import { buildKeeper, Host } from "./harness";
import { GcsBucket } from "./stores";
import { testServers } from "./testServers";

buildKeeper();
const servers = testServers();
const images = new LocalImages();

it("rollouts", async () => {
	const store = await GcsBucket.make(servers.gcs);
	const platform = new CloudRunPlatform({ STORAGE_EMULATOR_HOST: servers.gcs.emulatorHost });
	const definition = await renderCloudRun(store, images);
	const t = performance.now();
	try {
		await platform.deploy(definition);
		console.log("first start", performance.now() - t);
		const load = new Load(platform);
		console.log((await platform.request("/identity")).body);
		const running = load.run(2);
		await load.more(20);
		for (let i = 0; i < 1; i++) {
			const b = performance.now();
			await platform.deploy(definition);
			console.log("rollout", performance.now() - b);
			await load.more(20);
		}
		await running.stop();
		console.log(load.failures, load.acknowledged.length, load.longestPause());
		await sleep(7000);
		const w = performance.now();
		console.log(await load.write(), performance.now() - w);
		console.log(await platform.stopIdle());
		const c = performance.now();
		console.log(await load.write(), "cold", performance.now() - c);
		console.log(await platform.destroy(), platform.stops);
		const host = await Host.make(store, { app: APP });
		const { rows, times, integrity } = await host.restored();
		expect(integrity).toBe("ok");
		const all = rows.map((content, i) => ({ content, at: times[i] ?? 0 }));
		expect(load.problemsOf(all)).toEqual([]);
		expect(load.overlaps(runsOf(all))).toEqual([]);
	} catch (error) {
		console.log(await platform.log());
		throw error;
	}
	void REPETITIONS;
});
