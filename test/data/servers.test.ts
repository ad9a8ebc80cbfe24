import { existsSync } from "node:fs";
import { join } from "node:path";
import {
	DeleteObjectCommand,
	DeleteObjectsCommand,
	GetObjectCommand,
	ListObjectsV2Command,
	ListObjectVersionsCommand,
	PutObjectCommand,
	PutObjectTaggingCommand,
	type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GcsServer, startGcsServer } from "../../tools/servers/gcs";
import { type S3Server, type Statement, startS3Server } from "../../tools/servers/s3";
import { command } from "../../tools/setup/command";
import { KEEPER_BASE } from "../../tools/setup/versions";

/** What the other tests rest on: that the servers refuse what the real stores refuse. */
describe("the S3 server", () => {
	let server: S3Server;
	const Bucket = "notes";
	beforeAll(async () => {
		server = await startS3Server();
		await server.createBucket(Bucket, { versioning: true });
	});
	afterAll(() => server?.stop());

	const put = (
		client: S3Client,
		Key: string,
		Body: string,
		conditions: { IfNoneMatch?: string; IfMatch?: string } = {},
	) => client.send(new PutObjectCommand({ Bucket, Key, Body, ...conditions }));
	const refused = (status: number) =>
		expect.objectContaining({ $metadata: expect.objectContaining({ httpStatusCode: status }) });
	const statement = (Action: string[]): Statement => ({
		Effect: "Allow",
		Action,
		Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
	});

	it("keeps an object that is there from one that must be new, and from one that must follow another", async () => {
		const first = await put(server.admin, "lease", "1", { IfNoneMatch: "*" });
		await expect(put(server.admin, "lease", "2", { IfNoneMatch: "*" })).rejects.toEqual(refused(412));
		await expect(put(server.admin, "lease", "2", { IfMatch: '"0123"' })).rejects.toEqual(refused(412));
		const second = await put(server.admin, "lease", "2", { IfMatch: first.ETag });
		await expect(put(server.admin, "lease", "3", { IfMatch: first.ETag })).rejects.toEqual(refused(412));
		expect(second.ETag).not.toBe(first.ETag);
	});

	it("lets exactly one of many create an object", async () => {
		const racing = Array.from({ length: 10 }, (_, n) => put(server.admin, "race", `${n}`, { IfNoneMatch: "*" }));
		const ended = await Promise.allSettled(racing);
		expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
	});

	it("keeps the versions of an object", async () => {
		for (const body of ["1", "2"]) await put(server.admin, "versions", body);
		await server.admin.send(new DeleteObjectCommand({ Bucket, Key: "versions" }));
		const { Versions, DeleteMarkers } = await server.admin.send(
			new ListObjectVersionsCommand({ Bucket, Prefix: "versions" }),
		);
		expect([Versions?.length, DeleteMarkers?.length]).toEqual([2, 1]);
	});

	it("lets a user do what the bucket's policy allows, and no more", async () => {
		const alice = await server.createUser("alice");
		const client = server.client(alice);
		await expect(put(client, "mine", "1")).rejects.toEqual(refused(403));
		await server.setBucketPolicy(Bucket, [statement(["s3:ListBucket", "s3:GetObject", "s3:PutObject"])], alice);
		await put(client, "mine", "1");
		await client.send(new GetObjectCommand({ Bucket, Key: "mine" }));
		await client.send(new ListObjectsV2Command({ Bucket }));
		await expect(client.send(new DeleteObjectCommand({ Bucket, Key: "mine" }))).rejects.toEqual(refused(403));
		const many = await client
			.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "mine" }] } }))
			.catch((error) => error);
		expect(many.$metadata.httpStatusCode === 403 || many.Errors?.[0]?.Code === "AccessDenied").toBe(true);
		await expect(client.send(new ListObjectVersionsCommand({ Bucket }))).rejects.toEqual(refused(403));

		// Another user's policy changes nothing for this one.
		await server.setBucketPolicy(Bucket, [statement(["s3:GetObject"])], await server.createUser("bob"));
		await put(client, "mine", "2");
	});

	it("takes a tag only from whom s3:PutObjectTagging is allowed", async () => {
		const tagger = await server.createUser("tagger");
		const client = server.client(tagger);
		const tag = () =>
			client.send(
				new PutObjectTaggingCommand({ Bucket, Key: "tagged", Tagging: { TagSet: [{ Key: "a", Value: "b" }] } }),
			);
		const putTagged = () => client.send(new PutObjectCommand({ Bucket, Key: "tagged", Body: "2", Tagging: "a=b" }));
		await server.setBucketPolicy(Bucket, [statement(["s3:GetObject", "s3:PutObject"])], tagger);
		await put(client, "tagged", "1");
		await expect(tag()).rejects.toEqual(refused(403));
		await expect(putTagged()).rejects.toEqual(refused(403));
		await server.setBucketPolicy(Bucket, [statement(["s3:PutObject", "s3:PutObjectTagging"])], tagger);
		await tag();
		await putTagged();
	});

	it("can be out of reach and come back with its data, on the same port", async () => {
		await put(server.admin, "stays", "1");
		await server.refuse();
		await expect(fetch(server.endpoint)).rejects.toThrow();
		await server.accept();
		const { Body } = await server.admin.send(new GetObjectCommand({ Bucket, Key: "stays" }));
		expect(await Body?.transformToString()).toBe("1");
		await server.pause();
		try {
			await expect(fetch(server.endpoint, { signal: AbortSignal.timeout(500) })).rejects.toThrow("timeout");
		} finally {
			server.resume();
		}
		expect((await fetch(server.endpoint)).status).toBe(403);
	});

	it("is within reach of a container", async () => {
		const script = `fetch(process.argv[1]).then((r) => console.log(r.status))`;
		const args = ["run", "--rm", KEEPER_BASE, "node", "-e", script, server.endpoint];
		expect(await command("docker", args)).toEqual({ code: 0, output: "403\n" });
	});
});

describe("the GCS server", () => {
	let server: GcsServer;
	beforeAll(async () => {
		server = await startGcsServer({ address: "127.0.0.1" });
		await server.createBucket("notes");
	});
	afterAll(() => server?.stop());

	const upload = async (name: string, body: string, query = "") => {
		const url = `${server.endpoint}/upload/storage/v1/b/notes/o?uploadType=media&name=${encodeURIComponent(name)}${query}`;
		const response = await fetch(url, { method: "POST", body });
		const text = await response.text();
		return { status: response.status, generation: response.ok ? (JSON.parse(text).generation as string) : undefined };
	};

	it("enforces ifGenerationMatch", async () => {
		const first = await upload("lease", "1", "&ifGenerationMatch=0");
		expect(first.status).toBe(200);
		expect((await upload("lease", "2", "&ifGenerationMatch=0")).status).toBe(412);
		const second = await upload("lease", "2", `&ifGenerationMatch=${first.generation}`);
		expect(second.status).toBe(200);
		expect((await upload("lease", "3", `&ifGenerationMatch=${first.generation}`)).status).toBe(412);
	});

	it("lets exactly one of many create an object", async () => {
		const racing = await Promise.all(
			Array.from({ length: 10 }, (_, n) => upload("race", `${n}`, "&ifGenerationMatch=0")),
		);
		expect(racing.filter(({ status }) => status === 200)).toHaveLength(1);
	});

	it("lists by prefix, from an offset", async () => {
		for (const name of ["list/1", "list/2", "list/3", "lost"]) await upload(name, "x");
		const response = await fetch(`${server.endpoint}/storage/v1/b/notes/o?prefix=list/&startOffset=list/2`);
		const { items } = (await response.json()) as { items: { name: string }[] };
		expect(items.map(({ name }) => name)).toEqual(["list/2", "list/3"]);
	});

	it("keeps a custom time that is set later", async () => {
		await upload("old", "x");
		const url = `${server.endpoint}/storage/v1/b/notes/o/old`;
		const customTime = "2026-01-02T03:04:05Z";
		const headers = { "content-type": "application/json" };
		await fetch(url, { method: "PATCH", headers, body: JSON.stringify({ customTime }) });
		expect(await (await fetch(url)).json()).toMatchObject({ customTime });
		expect(await (await fetch(`${url}?alt=media`)).text()).toBe("x");
	});

	it("can be out of reach and come back with its data, on the same port", async () => {
		const { generation } = await upload("stays", "1");
		await server.refuse();
		await expect(fetch(server.endpoint)).rejects.toThrow();
		await server.accept();
		expect((await upload("stays", "2", `&ifGenerationMatch=${generation}`)).status).toBe(200);
	});
});

describe("a server", () => {
	it("ends with the process that started it, and leaves nothing", async () => {
		const s3 = JSON.stringify(join(__dirname, "..", "..", "tools", "servers", "s3"));
		const script = `require(${s3}).startS3Server({ address: "127.0.0.1" }).then((server) => {
			console.log(JSON.stringify([server.endpoint, server.server.directory]));
			process.kill(process.pid, "SIGKILL");
		});`;
		const { output } = await command(process.execPath, ["--import", "tsx", "--eval", script]);
		const [endpoint, directory] = JSON.parse(output.trim()) as [string, string];
		await expect.poll(() => existsSync(directory), { timeout: 20_000 }).toBe(false);
		await expect(fetch(endpoint)).rejects.toThrow();
	});
});
