import { afterAll, beforeAll } from "vitest";
import { type GcsServer, startGcsServer } from "../../tools/servers/gcs";
import { type S3Server, startS3Server } from "../../tools/servers/s3";

/** A server of each kind of bucket, for as long as the tests of a file run. */
export function testServers(): { readonly s3: S3Server; readonly gcs: GcsServer } {
	const servers = {} as { s3: S3Server; gcs: GcsServer };
	beforeAll(async () => {
		[servers.s3, servers.gcs] = await Promise.all([startS3Server(), startGcsServer()]);
	});
	afterAll(async () => {
		await Promise.all([servers.s3?.stop(), servers.gcs?.stop()]);
	});
	return servers;
}
