import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { it } from "vitest";
import { startS3Server } from "../../tools/servers/s3";
import { buildKeeper, Host } from "./harness";
import { S3Bucket } from "./stores";
import { setTimeout as sleep } from "node:timers/promises";
buildKeeper();
it("x", async () => {
	const s3 = await startS3Server();
	const store = await S3Bucket.make(s3);
	const host = await Host.make(store);
	const [w, k] = await Promise.all([host.writer(), host.replicate()]);
	await sleep(4000);
	console.log(await store.keys());
	const client = s3.client(store.writer);
	for (const StartAfter of [undefined, "notes/replica/ltx/0/0000000000000000-0000000000000000.ltx", "notes/replica/ltx/0/0000000000000001-0000000000000001.ltx","notes/replica/ltx/0/0000000000000001"])
	for (const Prefix of ["notes/replica/ltx/0/", "notes/"])
		console.log(StartAfter, Prefix, (await client.send(new ListObjectsV2Command({ Bucket: store.bucket, Prefix, StartAfter }))).Contents?.map((c) => c.Key));
	await s3.stop();
});
