import { afterAll, beforeAll, expect, it } from "vitest";
import { type S3Server, startS3Server } from "../../tools/servers/s3";
import { until } from "./docker";
import { buildKeeper } from "./harness";
import { Instance, LEASE, problemsOf } from "./instance";
import { S3Bucket } from "./stores";

let server: S3Server;
buildKeeper();
beforeAll(async () => {
	server = await startS3Server();
});
afterAll(() => server?.stop());

/** Nothing answers there. */
const unhealthy = (seconds: number) => ({
	env: { HOLDFAST_APP_HEALTH: "http://127.0.0.1:9/health", HOLDFAST_APP_START_SECONDS: `${seconds}` },
});

/** The longest time without an acknowledged write, in seconds. */
function longestPause({ app }: Instance): number {
	return Math.max(...app.times.slice(1).map((at, index) => at - (app.times[index] ?? at)));
}

it("fault 14: a new instance whose app does not become healthy gives the data back, and the old one goes on", async () => {
	const store = await S3Bucket.make(server);
	const old = await Instance.launch(store);
	await old.serves();
	const next = await Instance.launch(store, "local", unhealthy(3));
	await next.keeper.until(({ refusal }) => refusal?.code === "app-unhealthy", 40);
	await old.serves();
	expect(old.app.epochs.at(-1)).toBe(3);
	expect(await old.keeper.log()).toContain("the lease came back: going on");
	// It asks no more: each try is a pause for the clients.
	await old.app.more(200);
	expect(next.app.acknowledged).toEqual([]);
	console.log(`given back: ${longestPause(old).toFixed(1)} s without a write, of which 3 s are the new app's to start`);

	// The one after it is well.
	const third = await Instance.launch(store);
	await third.serves();
	await old.isRetired();
	await third.app.stop();
	expect(await third.keeper.stop()).toBe(0);
	expect(problemsOf([old, next, third], (await third.host.restored()).rows)).toEqual([]);
});

it("fault 14: a new instance that dies before it confirms: the old one takes the data back, and goes on", async () => {
	const store = await S3Bucket.make(server);
	const old = await Instance.launch(store);
	await old.serves();
	const next = await Instance.launch(store, "local", unhealthy(60));
	await until("a handover", async () => (await old.keeper.log()).includes("handing over to"), 40);
	await next.keeper.until("starting");
	await next.host.remove();
	const before = old.app.acknowledged.length;
	await old.serves(LEASE + 20);
	expect(old.app.acknowledged.length).toBeGreaterThan(before);
	await old.app.stop();
	expect(await old.keeper.stop()).toBe(0);
	expect(problemsOf([old, next], (await old.host.restored()).rows)).toEqual([]);
	console.log(`taken back: ${longestPause(old).toFixed(1)} s without a write, with a lease of ${LEASE} s`);
});
