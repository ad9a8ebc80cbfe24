import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	DeleteObjectCommand,
	DeleteObjectsCommand,
	GetObjectTaggingCommand,
	ListObjectVersionsCommand,
	PutBucketPolicyCommand,
	PutObjectCommand,
	type S3Client,
} from "@aws-sdk/client-s3";
import { describe, expect, it, onTestFinished } from "vitest";
import { writerStatements } from "../../components/aws/policies";
import { Dumps } from "../../components/keeper/postgres/dumps";
import { enforceRetention } from "../../components/keeper/retention";
import { GcsStore } from "../../components/keeper/stores/gcs";
import { S3Store } from "../../components/keeper/stores/s3";
import { buildKeeper, Host } from "./harness";
import { stoppedHost } from "./prepared";
import { GcsBucket, S3Bucket, type TestStore } from "./stores";
import { testServers } from "./testServers";

buildKeeper();
const servers = testServers();

describe("the S3 identities", () => {
	it("suffice for a whole life, and neither can take anything away", async () => {
		const store = await S3Bucket.make(servers.s3);
		const { host, rows } = await stoppedHost(store);
		// With the restorer's identity, which the keeper's commands get for this.
		expect((await host.restored()).rows).toEqual(rows);
		const before = await versions(servers.s3.admin, store.bucket);
		const Bucket = store.bucket;
		for (const [who, credentials] of Object.entries({ writer: store.writer, restorer: store.restorer })) {
			const client = servers.s3.client(credentials);
			const denied = async (what: string, sent: Promise<unknown>) => {
				const ended = await sent.then(
					(done) => (done as { Errors?: { Code?: string }[] }).Errors?.[0]?.Code ?? "done",
					(error) => error.name,
				);
				expect([who, what, ended]).toEqual([who, what, "AccessDenied"]);
			};
			for (const { Key, VersionId } of before) {
				await denied(`delete ${Key}`, client.send(new DeleteObjectCommand({ Bucket, Key })));
				await denied(`delete a version of ${Key}`, client.send(new DeleteObjectCommand({ Bucket, Key, VersionId })));
			}
			const Objects = before.map(({ Key }) => ({ Key }));
			await denied("delete many", client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } })));
			await denied("write elsewhere", client.send(new PutObjectCommand({ Bucket, Key: "others/state/a", Body: "" })));
			await denied("set the policy", client.send(new PutBucketPolicyCommand({ Bucket, Policy: "{}" })));
			if (who === "restorer") {
				const Key = "notes/state/manifest.json";
				await denied("overwrite", client.send(new PutObjectCommand({ Bucket, Key, Body: "" })));
			}
		}
		expect(await versions(servers.s3.admin, store.bucket)).toEqual(before);
	});

	// Not among them: s3:GetBucketLocation and s3:AbortMultipartUpload, which are used in passing and whose lack fails nothing here.
	it.each([
		["Find", "s3:ListBucket"],
		["Keep", "s3:GetObject"],
		["Keep", "s3:PutObject"],
		["Locate", "s3:GetObject"],
		["Locate", "s3:PutObject"],
	])("are the least: without %s's %s the keeper does not start", async (sid, action) => {
		const store = await S3Bucket.make(servers.s3);
		const less = writerStatements(`arn:aws:s3:::${store.bucket}`, "notes").map((statement) =>
			statement.Sid === sid ? { ...statement, Action: statement.Action.filter((each) => each !== action) } : statement,
		);
		const given = less.filter(({ Action }) => Action.length > 0);
		await servers.s3.setBucketPolicy(store.bucket, given, store.writer);
		const host = await Host.make(store);
		const { code, stdout, errors } = await host.keeper("start");
		expect(code).not.toBe(0);
		expect(`${stdout}${errors}`).toMatch(/Access ?Denied/);
	});
});

describe("retention", () => {
	/** Syncs 1 to 6 with a snapshot after 1 and after 4, as Litestream names them. */
	async function filled(store: TestStore, level: (number: number) => string): Promise<void> {
		const name = (first: number, last: number) =>
			`${[first, last].map((n) => n.toString(16).padStart(16, "0")).join("-")}.ltx`;
		for (let n = 1; n <= 6; n += 1) await store.write(`replica/${level(0)}/${name(n, n)}`, Buffer.from("x"));
		for (const last of [1, 4]) await store.write(`replica/${level(9)}/${name(1, last)}`, Buffer.from("x"));
	}
	const numbersOf = (keys: string[]) =>
		keys.map((key) => key.replace(/^replica\/(ltx\/)?0*(\d)\/0*(\w+)-0*(\w+)\.ltx$/, "$2:$3-$4"));
	const SUPERFLUOUS = ["0:1-1", "0:2-2", "0:3-3", "0:4-4", "9:1-1"];

	it("marks in S3 what no restore needs, once, and only with s3:PutObjectTagging", async () => {
		const store = await S3Bucket.make(servers.s3);
		await filled(store, (level) => `000${level}`);
		const opened = new S3Store(store.bucket, "notes", {
			AWS_ENDPOINT_URL_S3: servers.s3.endpoint,
			AWS_ACCESS_KEY_ID: store.writer.accessKeyId,
			AWS_SECRET_ACCESS_KEY: store.writer.secretAccessKey,
		});
		const marked = new Set<string>();
		expect(await enforceRetention(opened, [], 0, marked)).toBe(SUPERFLUOUS.length);
		expect(await enforceRetention(opened, [], 0, marked)).toBe(0);
		const found: string[] = [];
		for (const key of await store.keys()) {
			const { TagSet } = await servers.s3.admin.send(
				new GetObjectTaggingCommand({ Bucket: store.bucket, Key: `notes/${key}` }),
			);
			if (TagSet?.some(({ Key, Value }) => Key === "holdfast-superseded" && Value === "true")) found.push(key);
		}
		expect(numbersOf(found).sort()).toEqual(SUPERFLUOUS);

		const less = writerStatements(`arn:aws:s3:::${store.bucket}`, "notes").filter(({ Sid }) => Sid !== "Mark");
		await servers.s3.setBucketPolicy(store.bucket, less, store.writer);
		await expect(enforceRetention(opened, [], 0, new Set())).rejects.toThrow(/Access ?Denied/);
	});

	it("takes dumps of Postgres, again where an upload was cut off, and marks the old ones", async () => {
		const directory = mkdtempSync(join(tmpdir(), "holdfast-dumps-"));
		onTestFinished(() => rmSync(directory, { recursive: true }));
		const stamps = ["2020-01-01T00-00-00Z", "2020-01-02T00-00-00Z"];
		for (const stamp of stamps) writeFileSync(join(directory, `${stamp}.dump`), Buffer.alloc(3_000_000, stamp));
		const [s3, gcs] = [await S3Bucket.make(servers.s3), await GcsBucket.make(servers.gcs)];
		process.env.STORAGE_EMULATOR_HOST = servers.gcs.emulatorHost;
		const stores = [
			new S3Store(s3.bucket, "notes", {
				AWS_ENDPOINT_URL_S3: servers.s3.endpoint,
				AWS_ACCESS_KEY_ID: s3.writer.accessKeyId,
				AWS_SECRET_ACCESS_KEY: s3.writer.secretAccessKey,
			}),
			new GcsStore(gcs.bucket, "notes"),
		];
		delete process.env.STORAGE_EMULATOR_HOST;
		for (const store of stores) {
			for (const stamp of stamps) writeFileSync(join(directory, `${stamp}.json`), "{}");
			for (const stamp of stamps) writeFileSync(join(directory, `${stamp}.dump`), Buffer.alloc(3_000_000, stamp));
			await store.upload(`postgres/dumps/${stamps[0]}.dump`, join(directory, `${stamps[0]}.dump`));
			const newest = { key: `postgres/dumps/${stamps[1]}.dump`, bytes: 3_000_000, time: "2020-01-02T00:00:00Z" };
			expect(await new Dumps(directory, store, 30, 24).round()).toEqual(newest);
			const copy = join(directory, "copy");
			await store.download(newest.key, copy);
			expect(readFileSync(copy).equals(Buffer.alloc(3_000_000, stamps[1]))).toBe(true);
		}
		const { TagSet } = await servers.s3.admin.send(
			new GetObjectTaggingCommand({ Bucket: s3.bucket, Key: `notes/postgres/dumps/${stamps[0]}.dump` }),
		);
		expect(TagSet).toHaveLength(1);
	});

	it("marks in GCS what no restore needs, with a custom time", async () => {
		const store = await GcsBucket.make(servers.gcs);
		await filled(store, (level) => `ltx/${level}`);
		process.env.STORAGE_EMULATOR_HOST = servers.gcs.emulatorHost;
		const opened = new GcsStore(store.bucket, "notes");
		delete process.env.STORAGE_EMULATOR_HOST;
		expect(await enforceRetention(opened, [], 0, new Set())).toBe(SUPERFLUOUS.length);
		const found: string[] = [];
		for (const key of await store.keys()) if ((await store.describe(key)).customTime !== undefined) found.push(key);
		expect(numbersOf(found).sort()).toEqual(SUPERFLUOUS);
	});
});

async function versions(admin: S3Client, Bucket: string) {
	const { Versions = [], DeleteMarkers = [] } = await admin.send(new ListObjectVersionsCommand({ Bucket }));
	expect(DeleteMarkers).toEqual([]);
	return Versions.map(({ Key, VersionId }) => ({ Key, VersionId }));
}
