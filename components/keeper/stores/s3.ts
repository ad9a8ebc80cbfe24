import { createWriteStream } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
	GetObjectCommand,
	ListObjectsV2Command,
	PutObjectCommand,
	PutObjectTaggingCommand,
	S3Client,
	S3ServiceException,
} from "@aws-sdk/client-s3";
import { SUPERSEDED_TAG } from "../../backup";
import { type Condition, type Listed, PATIENCE, type Store, StoreUnreachable, type Versioned } from "./store";

/** A bucket of S3 or of a server that speaks S3, conditional writes included. */
export class S3Store implements Store {
	private readonly client: S3Client;

	constructor(
		private readonly bucket: string,
		private readonly prefix: string,
		client?: S3Client,
	) {
		// A server of one's own has no host name for each bucket.
		const forcePathStyle = process.env.AWS_ENDPOINT_URL_S3 !== undefined;
		this.client =
			client ??
			new S3Client({
				forcePathStyle,
				region: process.env.AWS_REGION ?? "us-east-1",
				maxAttempts: 2,
				// Without the last word, a server that never answers is waited for for ever.
				requestHandler: { connectionTimeout: PATIENCE / 2, requestTimeout: PATIENCE, throwOnRequestTimeout: true },
			});
	}

	async get(key: string): Promise<Versioned | undefined> {
		return this.reaching(async () => {
			try {
				const found = await this.client.send(new GetObjectCommand({ ...this.at(key) }));
				return { content: (await found.Body?.transformToString()) ?? "", version: found.ETag ?? "" };
			} catch (error) {
				if (statusOf(error) === 404 && nameOf(error) !== "NoSuchBucket") return undefined;
				throw error;
			}
		});
	}

	async put(key: string, content: string, condition: Condition): Promise<string | undefined> {
		return this.reaching(async () => {
			const only = condition === "absent" ? { IfNoneMatch: "*" } : { IfMatch: condition.version };
			try {
				const done = await this.client.send(new PutObjectCommand({ ...this.at(key), Body: content, ...only }));
				return done.ETag ?? "";
			} catch (error) {
				// 409: another conditional write is under way; 404: what should be overwritten is not there.
				if ([412, 409].includes(statusOf(error)) || (statusOf(error) === 404 && nameOf(error) === "NoSuchKey")) {
					return undefined;
				}
				throw error;
			}
		});
	}

	async *list(prefix: string, after?: string): AsyncIterable<Listed> {
		let token: string | undefined;
		do {
			const page = await this.reaching(() =>
				this.client.send(
					new ListObjectsV2Command({
						Bucket: this.bucket,
						Prefix: this.full(prefix),
						StartAfter: after === undefined ? undefined : this.full(after),
						ContinuationToken: token,
					}),
				),
			);
			for (const { Key = "", Size = 0, LastModified = new Date(0) } of page.Contents ?? []) {
				yield {
					key: this.prefix === "" ? Key : Key.slice(this.prefix.length + 1),
					bytes: Size,
					modified: LastModified,
				};
			}
			token = page.NextContinuationToken;
		} while (token !== undefined);
	}

	async download(key: string, file: string): Promise<void> {
		await this.reaching(async () => {
			const found = await this.client.send(new GetObjectCommand({ ...this.at(key) }));
			await pipeline(found.Body as Readable, createWriteStream(file));
		});
	}

	async supersede(keys: string[]): Promise<void> {
		const Tagging = { TagSet: [{ Key: SUPERSEDED_TAG.key, Value: SUPERSEDED_TAG.value }] };
		for (const key of keys) {
			await this.reaching(() => this.client.send(new PutObjectTaggingCommand({ ...this.at(key), Tagging })));
		}
	}

	atRoot() {
		return { root: new S3Store(this.bucket, "", this.client), prefix: this.prefix };
	}

	private full(key: string): string {
		return this.prefix === "" ? key : `${this.prefix}/${key}`;
	}

	private at(key: string) {
		return { Bucket: this.bucket, Key: this.full(key) };
	}

	private async reaching<T>(work: () => Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (error) {
			throw new StoreUnreachable(
				`s3://${this.bucket}: ${error instanceof Error ? error.message || error.name : error}`,
			);
		}
	}
}

function statusOf(error: unknown): number {
	return error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? 0) : 0;
}

function nameOf(error: unknown): string {
	return error instanceof Error ? error.name : "";
}
