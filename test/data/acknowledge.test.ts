import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { type S3Server, startS3Server } from "../../tools/servers/s3";
import { StoreProxy } from "../../tools/servers/storeProxy";
import { docker, REPETITIONS, until } from "./docker";
import { buildKeeper } from "./harness";
import { Served } from "./served";
import { S3Bucket } from "./stores";

let server: S3Server;
buildKeeper();
beforeAll(async () => {
	server = await startS3Server();
});
afterAll(() => server?.stop());

/** A store that can be made slow, or to lose its answers. */
async function proxied(): Promise<{ store: S3Bucket; proxy: StoreProxy }> {
	const proxy = await StoreProxy.start(server.endpoint);
	onTestFinished(() => proxy.stop());
	return { store: await S3Bucket.make(server, proxy.endpoint), proxy };
}

it("fault 49: a lost host takes along no write that was acknowledged, time and again", async () => {
	for (let loss = 0; loss < REPETITIONS.hostLosses; loss += 1) {
		const { store, proxy } = await proxied();
		proxy.delay = 30;
		const served = await Served.launch(store);
		const load = served.load(16);
		await served.more(100 + 37 * loss);
		await served.host.lose();
		await load.stop();
		const missing = await served.missing();
		console.log(`host loss: ${missing.length} of ${served.acknowledged.length} acknowledged rows missing`);
		expect(missing).toEqual([]);
	}
});

/** What becomes of the store, and back; and whether it takes writes meanwhile. */
const outages = {
	refuses: [() => server.refuse(), () => server.accept()],
	hangs: [() => server.pause(), () => server.resume()],
	"takes 2 s": [(proxy: StoreProxy) => set(proxy, { delay: 2000 }), (proxy: StoreProxy) => set(proxy, { delay: 0 })],
	"loses answers": [
		(proxy: StoreProxy) => set(proxy, { losesAnswers: true }),
		(proxy: StoreProxy) => set(proxy, { losesAnswers: false }),
	],
} as const;

function set(proxy: StoreProxy, way: Partial<StoreProxy>): void {
	Object.assign(proxy, way);
}

it.each(Object.keys(outages) as (keyof typeof outages)[])(
	"fault 50: the store %s: no write is acknowledged that is not there, reads go on, and it ends without a restart",
	async (how) => {
		const { store, proxy } = await proxied();
		// Where each request to the store takes 2 s, a write waits for the one under way, and one for each of Litestream's files.
		const patience = how === "takes 2 s" ? "20" : "8";
		const served = await Served.launch(store, { HOLDFAST_ACKNOWLEDGE_SECONDS: patience });
		const [begin, end] = outages[how];
		const load = served.load(4);
		await served.more(20);
		const began = await docker("inspect", "--format", "{{.State.StartedAt}}", served.keeper.name);
		await begin(proxy);
		try {
			if (how === "takes 2 s") {
				await served.more(8);
				expect(served.refused).toEqual([]);
			} else {
				await until("writes are refused", () => served.refused.length > 0);
				await until("new ones are turned away", async () => (await served.keeper.status())?.acknowledge?.outageSince);
				const { status, body, took } = await served.write();
				expect([status, took < 4000]).toEqual([503, true]);
				expect(body).not.toBe("");
				expect((await served.keeper.status())?.problems.join()).toContain("writes are refused");
			}
			// One that began before the outage may be among the rows that a read sees, and waits for the store.
			const { status, took } = await served.get("write-free");
			expect([status, took < 4000]).toEqual([200, true]);
		} finally {
			await end(proxy);
		}
		const ended = performance.now();
		await served.more(20);
		console.log(`${how}: writes again ${((performance.now() - ended) / 1000).toFixed(1)} s after its end`);
		expect(await docker("inspect", "--format", "{{.State.StartedAt}}", served.keeper.name)).toBe(began);
		await until("no problem", async () => (await served.keeper.status())?.problems.length === 0);

		// And now the host is lost in the middle of it.
		await begin(proxy);
		try {
			await sleep(3000);
			await served.host.lose();
		} finally {
			await end(proxy);
			await load.stop();
		}
		expect(await served.missing()).toEqual([]);
		expect(proxy.lost > 0).toBe(how === "loses answers");
	},
);

it("fault 51: a write in a GET and one in the middle of a stream are covered, one in the background is not, and is there soon", async () => {
	const { store } = await proxied();
	const served = await Served.launch(store);
	const [inGet, inStream] = [await served.get("write/get"), await served.get("stream/stream")];
	expect([inGet.status, inGet.body]).toEqual([200, "get"]);
	expect(inGet.transaction).toBeGreaterThan(0);
	expect(inStream.body).toBe("first last");
	await until("it rests", async () => (await served.get("rows")).transaction !== undefined);
	// Of what the store does not have nothing goes out, but what was said before.
	const answered = new Set<string>();
	await server.pause();
	try {
		const written = served.get("write/get-2").then(() => answered.add("get"));
		const streamed = served.get("stream/stream-2").then(() => answered.add("stream"));
		await sleep(1500);
		expect([...answered]).toEqual([]);
		server.resume();
		await Promise.all([written, streamed]);
	} finally {
		server.resume();
	}
	await until("all is in the store", async () => (await served.get("rows")).transaction !== undefined);
	await server.pause();
	try {
		const { status, took } = await served.get("background/after");
		expect([status, took < 300]).toEqual([200, true]);
	} finally {
		server.resume();
	}
	await until("it is in the store", async () => (await served.host.restored()).rows.includes("after"));
	expect((await served.host.restored()).rows.sort()).toEqual(["after", "get", "get-2", "stream", "stream-2"]);
});

it("accepts during an outage where that is wanted, and is unhealthy until the store has everything", async () => {
	const store = await S3Bucket.make(server);
	const served = await Served.launch(store, {
		HOLDFAST_ON_STORE_OUTAGE: "accept",
		HOLDFAST_ACKNOWLEDGE_SECONDS: "3",
	});
	expect((await served.write()).transaction).toBeGreaterThan(0);
	await server.refuse();
	try {
		expect(await served.write()).toMatchObject({ status: 200 });
		const { problems } = await served.keeper.until(({ healthy }) => !healthy);
		expect(problems.join()).toContain("1 answers told of writes that the store may not have yet");
		// At once by now.
		const { status, took, transaction } = await served.write();
		expect([status, took < 1000, transaction]).toEqual([200, true, undefined]);
	} finally {
		await server.accept();
	}
	await served.keeper.until(({ healthy }) => healthy);
	await served.host.lose();
	expect(await served.missing()).toEqual([]);
});
