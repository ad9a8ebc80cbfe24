import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFailed, onTestFinished } from "vitest";
import type { CloudRunAppArgs } from "../../components/gcp/cloudRunArgs";
import { CloudRunPlatform } from "./cloud/cloudRun";
import { LocalImages } from "./cloud/images";
import { Load } from "./cloud/load";
import { expectNothingLost, expectOrderly, identityOf, report, rowsOf } from "./cloud/proof";
import { APP_ARGS, MIGRATION } from "./cloud/render";
import { renderCloudRun } from "./cloud/renderCloudRun";
import { rollOutUnderLoad } from "./cloud/rollouts";
import { until } from "./docker";
import { GcsBucket } from "./stores";
import { testServers } from "./testServers";

/** Cloud Run's own budget, from SIGTERM to SIGKILL. */
const BUDGET = 10;
const LEASE = APP_ARGS.keeper.leaseSeconds;

const servers = testServers();
const images = new LocalImages();

async function scene(change: Partial<CloudRunAppArgs> = {}, volumeMode?: string) {
	const store = await GcsBucket.make(servers.gcs);
	const definition = await renderCloudRun(store, images, change);
	const redirect = { STORAGE_EMULATOR_HOST: servers.gcs.emulatorHost };
	const platform = new CloudRunPlatform(redirect, volumeMode);
	onTestFinished(() => platform.remove(), 60_000);
	onTestFailed(async () => console.error(await platform.log()), 30_000);
	const keeper = images.ofContainer(definition.template.containers, "keeper");
	return { store, keeper, definition, platform, load: new Load(platform) };
}

it("fault 14: rollouts under load: the old revision hands over, nothing is lost, each stop is within its 10 seconds", async () => {
	const scenery = await scene();
	const { store, definition, platform } = scenery;
	const migrating = await renderCloudRun(store, images, { command: ["python3", "-u", "/app/app.py"], ...MIGRATION });
	await platform.deploy(definition);
	const { run, ...said } = await identityOf(platform);
	expect(said).toMatchObject({
		user: "1000:1000",
		migrations: 0,
		secret: createHash("sha256").update(APP_ARGS.secrets.API_KEY).digest("hex"),
		revision: expect.stringMatching(/^shop-test-notes-00001-\w{3}$/),
		port: null,
	});
	expect(said.variables).not.toContain("HOLDFAST_STORE");

	await rollOutUnderLoad("Cloud Run", scenery, migrating, { first: run, budget: BUDGET });
});

it("to zero: no processor for longer than the lease, a rollout meanwhile, an idle stop, a cold start: nothing is lost", async () => {
	// Its probes bring the processor, too: the least often that they may.
	const scenery = await scene({
		health: { ...APP_ARGS.health, intervalSeconds: 200, retries: 1 },
	});
	const { definition, platform, load } = scenery;
	await platform.deploy(definition);
	await load.write();
	const first = await platform.instance();

	await sleep((LEASE + 3) * 1000);
	expect(first).toMatchObject({ frozen: true, wakes: 1 });
	const woken = await timed(() => Promise.all([load.write(), load.write(), load.write()]));
	expect(load.acknowledged).toHaveLength(4);

	await sleep((LEASE + 3) * 1000);
	expect(first.frozen).toBe(true);
	const began = performance.now();
	const deployed = platform.deploy(definition);
	await until("the new revision serves", async () => (await platform.instance()) !== first, 60);
	const replaced = (performance.now() - began) / 1000;
	await load.write();
	// One that was on its way to the old instance, which wakes up and does not know that its lease is another's.
	const late = await first.request("/rows", { method: "POST", body: "too late" });
	expect(late.status).toBe(503);
	await deployed;
	const idle = await platform.stopIdle();
	const cold = await timed(() => load.write());
	expect(load.acknowledged).toHaveLength(6);
	expect(load.failures).toEqual({});

	const last = await rowsOf(platform);
	await platform.destroy();
	expect(await expectNothingLost(scenery, last)).toHaveLength(3);
	expect(platform.stops.flatMap(({ killed }) => killed)).toEqual([]);
	expectOrderly([idle], BUDGET);
	console.log(
		`Cloud Run, to zero: woken after ${LEASE + 3} s in ${woken.toFixed(2)} s, rollout from a sleeping instance ${replaced.toFixed(1)} s, cold start ${cold.toFixed(1)} s`,
	);
});

it("the machine is lost under load: the next request starts another, with all that was acknowledged", async () => {
	const scenery = await scene({ scale: "always-on" });
	const { definition, platform, load } = scenery;
	await platform.deploy(definition);
	const running = load.run(3, 0);
	await load.more(50);
	await platform.lose();
	await load.more(20);
	await running.stop();
	expect((await platform.instance()).frozen).toBe(false);
	const last = await rowsOf(platform);
	await platform.destroy();
	const order = await expectNothingLost(scenery, last);
	expect(order).toHaveLength(2);
	expectOrderly(platform.stops, BUDGET);
	report("Cloud Run, machine lost", load, order, platform.stops);
});

it("a revision whose app is never well: the one before takes the data back and goes on", async () => {
	const scenery = await scene();
	const { store, definition, platform, load } = scenery;
	const ill = await renderCloudRun(store, images, { environment: { ILL: "yes" } });
	await platform.deploy(definition);
	const before = await identityOf(platform);
	const running = load.run(3);
	await load.more(20);
	await expect(platform.deploy(ill)).rejects.toThrow(/shop-test-notes-00002-\w{3}: /);
	await load.more(20);
	await running.stop();
	expect(await identityOf(platform)).toMatchObject({ run: before.run, revision: before.revision });
	const last = await rowsOf(platform);
	const [failed] = platform.stops;
	expect(failed?.killed).toEqual([]);
	expectOrderly([await platform.destroy()], BUDGET);
	const order = await expectNothingLost(scenery, last);
	expect(order).toEqual([before.run]);
	report("Cloud Run, a revision that is not well", load, order, platform.stops);
});

it("should Google's volumes be root's alone, the keeper says so, and the app is not started", async () => {
	const { definition, platform } = await scene({}, "0755");
	// Its own /tmp is the first of them that it needs: it names the path, who it is and what to do, and ends.
	await expect(platform.deploy(definition)).rejects.toThrow(/keeper ended with 3 /);
	expect(await platform.log()).toMatch(
		/cannot-listen.*user 1000, cannot make its control socket \/tmp\/keeper\.sock: .*EACCES.*What to do: let that user write/s,
	);
	expect(platform.instances[0]?.pod.has("app")).toBe(false);
});

async function timed(act: () => Promise<unknown>): Promise<number> {
	const began = performance.now();
	await act();
	return (performance.now() - began) / 1000;
}
