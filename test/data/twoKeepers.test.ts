import { setTimeout as sleep } from "node:timers/promises";
import { ListObjectVersionsCommand, type S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type S3Server, startS3Server } from "../../tools/servers/s3";
import { SAMPLE_BASE } from "../../tools/setup/versions";
import { docker, until } from "./docker";
import { buildKeeper, expectRefused, Host } from "./harness";
import { directory, stoppedHost } from "./prepared";
import { S3Bucket } from "./stores";

let server: S3Server;
buildKeeper();
beforeAll(async () => {
	server = await startS3Server();
});
afterAll(() => server?.stop());

it("fault 15: a second keeper on a replica is refused, and so is another app, while the first goes on", async () => {
	const store = await directory();
	const first = await Host.make(store);
	const [writer, keeper] = await Promise.all([first.writer(), first.replicate()]);
	await keeper.proven();
	const [second, other] = [await Host.make(store), await Host.make(store, { app: "test/other" })];
	expectRefused(await other.keeper("start"), "replica-of-another-app", "holds the data of test/notes");
	expectRefused(await second.keeper("start"), "in-use", "two writers of one replica destroy it");
	const refused = await second.replicate("refused");
	expect(await refused.health()).toBe(503);
	expect(await second.shell("ls /data")).toBe("");
	await writer.more(20);
	const { replica } = await keeper.proven();
	expect(replica.leaseEpoch).toBe(1);
	await writer.stop();
	await keeper.proven();
	expect(writer.errors).toEqual([]);
	expect((await first.restored()).rows).toEqual(writer.acknowledged);
});

it("fault 15: a keeper that was cut off from the store while another took over writes no more, and has overwritten nothing", async () => {
	const store = await S3Bucket.make(server);
	const first = await Host.make(store);
	const [writer, keeper] = await Promise.all([first.writer(), first.replicate()]);
	await keeper.proven();
	await docker("network", "disconnect", "bridge", keeper.name);
	const successor = await Host.make(store);
	expect(await successor.keeperDone("start")).toContain("restored to transaction");
	const [next, second] = await Promise.all([successor.writer(), successor.replicate()]);
	await next.more(100);
	await second.proven();
	await writer.more(100);
	expect(await keeper.log()).toContain("nothing is written to the store until it is");
	await docker("network", "connect", "bridge", keeper.name);
	await until("a refusal", async () => (await keeper.log()).includes("this one writes no more"));
	await sleep(1500);
	expect(writer.errors).toEqual([]);
	await next.more(20);
	await next.stop();
	await second.proven();
	expect((await successor.restored()).rows).toEqual((await successor.content()).rows);
	expect(await overwritten(server.admin, store.bucket)).toEqual([]);
});

// Litestream wakes up together with the keeper, and writes before the lease is looked at.
it("fault 15: a keeper whose whole machine slept through its lease has overwritten nothing when it wakes up", async () => {
	const store = await S3Bucket.make(server);
	const first = await Host.make(store);
	const [writer, keeper] = await Promise.all([first.writer(), first.replicate()]);
	const { replica: known } = await keeper.proven();
	await docker("pause", keeper.name, writer.name);
	const successor = await Host.make(store);
	expect(await successor.keeperDone("start")).toContain("restored to transaction");
	const before = (await successor.content()).rows;
	const [next, second] = await Promise.all([successor.writer(), successor.replicate()]);
	// As many transactions as the sleeper will write when it wakes up.
	for (let count = 0; count < 5; count += 1) {
		await next.more(20);
		await second.proven();
	}
	await docker("unpause", keeper.name, writer.name);
	await writer.more(100);
	await until("a refusal", async () => (await keeper.log()).includes("this one writes no more"));
	await next.more(20);
	await next.stop();
	const { replica: now } = await second.proven();
	expect(now.proven).toBeGreaterThan(known.proven);
	const rows = [...before, ...next.acknowledged];
	expect((await successor.restored()).rows).toEqual(rows);
	expect(await overwritten(server.admin, store.bucket)).toEqual([]);

	const { generations } = JSON.parse((await store.read("state/manifest.json")).toString()) as {
		generations: { name: string; first: number }[];
	};
	expect(generations.map(({ name }) => name)).toEqual(["", expect.stringMatching(/^0000000002-/)]);
	// What was before is restored from where it was written, and what came after from where that was.
	const [, { first: begun } = { first: 0 }] = generations;
	expect((await successor.restored(`${begun - 1}`)).rows).toEqual(before);
	expect((await successor.restored(`${now.proven}`)).rows).toEqual(rows);
});

it("fault 16: of a history whose times are an hour off, the newest and each transaction are still right", async () => {
	const store = await directory();
	const { host, rows } = await stoppedHost(store);
	const { transaction } = JSON.parse(
		(await store.read(`state/manifest.json/${await newestVersion(store)}`)).toString(),
	) as { transaction: number };
	// Litestream takes the time of a file in a directory as the time of its transactions.
	await docker(
		...["run", "--rm", ...store.args, SAMPLE_BASE, "sh", "-ec"],
		"n=0; for f in /backup/notes/replica/ltx/*/*; do n=$((n+1)); if [ $((n % 2)) = 0 ]; then touch -d '1 hour ago' $f; else touch -d '1 hour' $f; fi; done",
	);
	expect((await host.restored()).rows).toEqual(rows);
	expect((await host.restored(`${transaction}`)).rows).toEqual(rows);
	const earlier = await host.restored(`${transaction - 1}`);
	expect(earlier.rows.length).toBeLessThan(rows.length);
	expect(earlier.rows).toEqual(rows.slice(0, earlier.rows.length));

	// The next keeper, whose clock is right, goes on from there.
	const [writer, keeper] = await Promise.all([host.writer(), host.replicate()]);
	await writer.more(20);
	await writer.stop();
	await keeper.proven();
	expect((await host.restored()).rows).toEqual([...rows, ...writer.acknowledged]);
});

async function newestVersion(store: { keys(): Promise<string[]> }): Promise<number> {
	const keys = (await store.keys()).filter((key) => key.startsWith("state/manifest.json/"));
	return Math.max(...keys.map((key) => Number(key.split("/").at(-1))));
}

/** Files of the replica that were written more than once. */
async function overwritten(admin: S3Client, Bucket: string): Promise<string[]> {
	const { Versions = [] } = await admin.send(new ListObjectVersionsCommand({ Bucket, Prefix: "notes/replica/" }));
	return Versions.flatMap(({ Key = "", IsLatest }) => (IsLatest ? [] : [Key]));
}
