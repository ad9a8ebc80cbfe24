import { randomBytes } from "node:crypto";
import {
	DeleteObjectCommand,
	GetObjectCommand,
	ListObjectsV2Command,
	PutObjectCommand,
	type S3Client,
} from "@aws-sdk/client-s3";
import { restorerStatements, writerStatements } from "../../components/aws/policies";
import type { GcsServer } from "../../tools/servers/gcs";
import type { Credentials, S3Server } from "../../tools/servers/s3";
import { SAMPLE_BASE } from "../../tools/setup/versions";
import { docker } from "./docker";

/** A backup store as the tests see it: what the keeper is given, and what lies in it, by the key below its URL. */
export interface TestStore {
	readonly url: string;
	/** What `docker run` needs for a keeper. */
	readonly args: string[];
	/** The same for a keeper that only restores. */
	readonly restorerArgs: string[];
	keys(): Promise<string[]>;
	read(key: string): Promise<Buffer>;
	write(key: string, content: Buffer): Promise<void>;
	delete(key: string): Promise<void>;
	/** The same store with another prefix. */
	withPrefix(prefix: string): TestStore;
	remove(): Promise<void>;
}

const PREFIX = "notes";
const variables = (all: Record<string, string>) =>
	Object.entries(all).flatMap(([name, value]) => ["--env", `${name}=${value}`]);

/** A directory of the host: here a volume of its own. */
export class DirectoryVolume implements TestStore {
	constructor(
		readonly volume: string,
		private readonly prefix = PREFIX,
	) {}

	static async make(): Promise<DirectoryVolume> {
		const volume = `holdfast-data-${randomBytes(4).toString("hex")}-backup`;
		await docker("volume", "create", volume);
		const store = new DirectoryVolume(volume);
		await store.shell("chown 1000:1000 /backup");
		return store;
	}

	get url(): string {
		return `file:///backup/${this.prefix}`;
	}

	get args(): string[] {
		return ["--mount", `type=volume,source=${this.volume},target=/backup`];
	}

	get restorerArgs(): string[] {
		return this.args;
	}

	async keys(): Promise<string[]> {
		// The versions of an object that changes are files of a directory (see components/keeper/stores/directory.ts).
		return (await this.shell(`cd /backup/${this.prefix} && find . -type f`)).split("\n").map((path) => path.slice(2));
	}

	async read(key: string): Promise<Buffer> {
		return Buffer.from(await this.shell(`base64 -w0 /backup/${this.prefix}/${key}`), "base64");
	}

	async write(key: string, content: Buffer): Promise<void> {
		const path = `/backup/${this.prefix}/${key}`;
		await this.shell(`echo ${content.toString("base64")} | base64 -d > ${path} && chown 1000:1000 ${path}`);
	}

	async delete(key: string): Promise<void> {
		await this.shell(`rm /backup/${this.prefix}/${key}`);
	}

	withPrefix(prefix: string): DirectoryVolume {
		return new DirectoryVolume(this.volume, prefix);
	}

	async remove(): Promise<void> {
		await docker("volume", "rm", "--force", this.volume);
	}

	private shell(script: string): Promise<string> {
		return docker("run", "--rm", "--network", "none", ...this.args, SAMPLE_BASE, "sh", "-c", script);
	}
}

/** A bucket of an S3 server, and identities that may do what components/aws/policies.ts grants, and no more. */
export class S3Bucket implements TestStore {
	private constructor(
		readonly server: S3Server,
		readonly bucket: string,
		readonly writer: Credentials,
		readonly restorer: Credentials,
		private readonly prefix: string,
		private readonly endpoint: string,
	) {}

	/** @param endpoint where keepers reach it. @default - the server itself */
	static async make(server: S3Server, endpoint = server.endpoint): Promise<S3Bucket> {
		const bucket = `notes-${randomBytes(4).toString("hex")}`;
		await server.createBucket(bucket, { versioning: true });
		const [writer, restorer] = [await server.createUser("writer"), await server.createUser("restorer")];
		const arn = `arn:aws:s3:::${bucket}`;
		await server.setBucketPolicy(bucket, writerStatements(arn, PREFIX), writer);
		await server.setBucketPolicy(bucket, restorerStatements(arn, PREFIX), restorer);
		return new S3Bucket(server, bucket, writer, restorer, PREFIX, endpoint);
	}

	get url(): string {
		return `s3://${this.bucket}/${this.prefix}`;
	}

	get args(): string[] {
		return this.argsOf(this.writer);
	}

	get restorerArgs(): string[] {
		return this.argsOf(this.restorer);
	}

	async keys(): Promise<string[]> {
		const { Contents } = await this.admin.send(
			new ListObjectsV2Command({ Bucket: this.bucket, Prefix: `${this.prefix}/` }),
		);
		return (Contents ?? []).map(({ Key = "" }) => Key.slice(this.prefix.length + 1));
	}

	async read(key: string): Promise<Buffer> {
		const { Body } = await this.admin.send(new GetObjectCommand(this.at(key)));
		return Buffer.from((await Body?.transformToByteArray()) ?? []);
	}

	async write(key: string, Body: Buffer): Promise<void> {
		await this.admin.send(new PutObjectCommand({ ...this.at(key), Body }));
	}

	async delete(key: string): Promise<void> {
		await this.admin.send(new DeleteObjectCommand(this.at(key)));
	}

	withPrefix(prefix: string): S3Bucket {
		return new S3Bucket(this.server, this.bucket, this.writer, this.restorer, prefix, this.endpoint);
	}

	async remove(): Promise<void> {
		// It goes with its server.
	}

	private get admin(): S3Client {
		return this.server.admin;
	}

	private at(key: string) {
		return { Bucket: this.bucket, Key: `${this.prefix}/${key}` };
	}

	private argsOf({ accessKeyId, secretAccessKey }: Credentials): string[] {
		return variables({
			AWS_ENDPOINT_URL_S3: this.endpoint,
			AWS_REGION: this.server.region,
			AWS_ACCESS_KEY_ID: accessKeyId,
			AWS_SECRET_ACCESS_KEY: secretAccessKey,
		});
	}
}

/** A bucket of a GCS server, which knows no identities. */
export class GcsBucket implements TestStore {
	private constructor(
		readonly server: GcsServer,
		readonly bucket: string,
		private readonly prefix: string,
	) {}

	static async make(server: GcsServer): Promise<GcsBucket> {
		const bucket = `notes-${randomBytes(4).toString("hex")}`;
		await server.createBucket(bucket);
		return new GcsBucket(server, bucket, PREFIX);
	}

	get url(): string {
		return `gs://${this.bucket}/${this.prefix}`;
	}

	get args(): string[] {
		return variables({ STORAGE_EMULATOR_HOST: this.server.emulatorHost });
	}

	get restorerArgs(): string[] {
		return this.args;
	}

	async keys(): Promise<string[]> {
		const { items } = (await (await this.request("GET", `?prefix=${this.prefix}/`)).json()) as {
			items?: { name: string }[];
		};
		return (items ?? []).map(({ name }) => name.slice(this.prefix.length + 1));
	}

	async read(key: string): Promise<Buffer> {
		return Buffer.from(await (await this.request("GET", `${this.at(key)}?alt=media`)).arrayBuffer());
	}

	/** What the server says of an object. */
	async describe(key: string): Promise<{ customTime?: string }> {
		return (await (await this.request("GET", this.at(key))).json()) as { customTime?: string };
	}

	async write(key: string, content: Buffer): Promise<void> {
		const name = encodeURIComponent(`${this.prefix}/${key}`);
		const url = `${this.server.endpoint}/upload/storage/v1/b/${this.bucket}/o?uploadType=media&name=${name}`;
		await sound(await fetch(url, { method: "POST", body: new Uint8Array(content) }));
	}

	async delete(key: string): Promise<void> {
		await this.request("DELETE", this.at(key));
	}

	withPrefix(prefix: string): GcsBucket {
		return new GcsBucket(this.server, this.bucket, prefix);
	}

	async remove(): Promise<void> {
		// It goes with its server.
	}

	private at(key: string): string {
		return `/${encodeURIComponent(`${this.prefix}/${key}`)}`;
	}

	private async request(method: string, path: string): Promise<Response> {
		return sound(await fetch(`${this.server.endpoint}/storage/v1/b/${this.bucket}/o${path}`, { method }));
	}
}

async function sound(response: Response): Promise<Response> {
	if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
	return response;
}
