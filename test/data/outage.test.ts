import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type S3Server, startS3Server } from "../../tools/servers/s3";
import { docker, REPETITIONS, until } from "./docker";
import { buildKeeper, expectRefused, Host } from "./harness";
import type { RunningKeeper } from "./runningKeeper";
import { S3Bucket } from "./stores";

let server: S3Server;
buildKeeper();
beforeAll(async () => {
	server = await startS3Server();
});
afterAll(() => server?.stop());

const env = { HOLDFAST_STALE_SECONDS: "5" };

async function running() {
	const host = await Host.make(await S3Bucket.make(server), { env });
	const [writer, keeper] = await Promise.all([host.writer({ pause: 0.02 }), host.replicate()]);
	await keeper.proven();
	return { host, writer, keeper };
}

const outages = {
	refuses: [() => server.refuse(), () => server.accept()],
	hangs: [() => server.pause(), () => server.resume()],
} as const;

it.each(["refuses", "hangs"] as const)(
	"fault 6: the app goes on while the store %s, and the replica catches up",
	async (how) => {
		const { host, writer, keeper } = await running();
		const [begin, end] = outages[how];
		const began = performance.now();
		await begin();
		try {
			const { problems } = await keeper.until(({ healthy }) => !healthy, 30);
			const noticed = (performance.now() - began) / 1000;
			expect(problems.join()).toContain("the replica is stale");
			expect(await keeper.health()).toBe(503);
			await writer.more(50);
			await sleep(Math.max(0, REPETITIONS.outage * 1000 - (performance.now() - began)));
			console.log(`outage (${how}): noticed after ${noticed.toFixed(1)} s`);
		} finally {
			await end();
		}
		const ended = performance.now();
		await keeper.proven(60);
		console.log(`outage (${how}): caught up ${((performance.now() - ended) / 1000).toFixed(1)} s after its end`);
		expect(await keeper.health()).toBe(200);
		await writer.stop();
		await keeper.proven();
		expect(writer.errors).toEqual([]);
		expect(writer.slowest).toBeLessThan(2);
		expect((await host.restored()).rows).toEqual(writer.acknowledged);
	},
);

it("fault 6: a keeper that starts while the store is away lets a sound database run, replicates later, and lets nothing else run", async () => {
	const { host, writer, keeper } = await running();
	await writer.stop();
	await keeper.stop();
	const stranger = await Host.make(await S3Bucket.make(server));
	await server.refuse();
	try {
		expectRefused(await stranger.keeper("start"), "store-unreachable");
		expect(await host.keeperDone("start")).toContain("nothing is replicated until it can");
		const again = await host.replicate("waiting for the store");
		const next = await host.writer();
		await next.more(50);
		expect((await again.status())?.problems.join()).toContain("nothing is replicated");
		expect(await again.health()).toBe(503);
		await server.accept();
		await again.until("replicating");
		await next.stop();
		await again.proven();
		expect((await host.restored()).rows).toEqual([...writer.acknowledged, ...next.acknowledged]);
	} finally {
		await server.accept();
	}
});

async function signalLitestream(keeper: RunningKeeper, signal: string): Promise<void> {
	const script = `for p in /proc/[0-9]*; do case "$(tr '\\0' ' ' <$p/cmdline)" in litestream*) kill -${signal} \${p#/proc/}; echo done;; esac; done`;
	expect(await docker("exec", keeper.name, "sh", "-c", script)).toBe("done");
}

it("fault 8: a replication that is silently frozen makes status and health bad, until it goes on", async () => {
	const { host, writer, keeper } = await running();
	const began = performance.now();
	await signalLitestream(keeper, "STOP");
	const { problems } = await keeper.until(({ healthy }) => !healthy, 30);
	console.log(`frozen: noticed after ${((performance.now() - began) / 1000).toFixed(1)} s: ${problems}`);
	expect(problems.join()).toContain("the replica is stale");
	expect(await keeper.health()).toBe(503);
	await until("a bad health file", async () => {
		return (await docker("exec", keeper.name, "cat", "/tmp/keeper.health")).startsWith("bad: the replica is stale");
	});
	await writer.more(20);
	await signalLitestream(keeper, "CONT");
	await keeper.proven(60);
	expect(await keeper.health()).toBe(200);
	await writer.stop();
	await keeper.proven();
	expect((await host.restored()).rows).toEqual(writer.acknowledged);
});

it("fault 8: a Litestream that is killed is started again", async () => {
	const { host, writer, keeper } = await running();
	await signalLitestream(keeper, "KILL");
	await keeper.until(({ replica }) => replica.litestreamRestarts === 1);
	await keeper.proven();
	await writer.stop();
	await keeper.proven();
	expect((await host.restored()).rows).toEqual(writer.acknowledged);
	expect(await keeper.stop()).toBe(0);
});

/** Of a keeper that replicates to S3, once its first minute is over. More than half of it is the program of Node.js. */
it("needs less than 80 MB beside Litestream", async () => {
	const { keeper, writer } = await running();
	await sleep(REPETITIONS.memory * 1000);
	await keeper.status();
	const script = `for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; while read -r name size unit; do case $name in RssAnon:|RssFile:) echo "$name $size";; esac; done <$p/status; done`;
	const said = await docker("exec", keeper.name, "sh", "-c", script);
	const sizes = [...said.matchAll(/^(node|litestream) .*?RssAnon: (\d+)\s+RssFile: (\d+)/gm)].map(
		([, name = "", own = 0, mapped = 0]) => [name, (Number(own) + Number(mapped)) / 1024] as const,
	);
	console.log(`resident memory: ${sizes.map(([name, size]) => `${name} ${size.toFixed(1)} MB`).join(", ")}`);
	expect(sizes.find(([name]) => name === "node")?.[1]).toBeLessThan(80);
	expect(sizes.map(([name]) => name).sort()).toEqual(["litestream", "node"]);
	await writer.stop();
});
