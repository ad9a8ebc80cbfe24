import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { sign } from "aws4";
import { XMLParser } from "fast-xml-parser";
import { SUPERSEDED_TAG } from "../../backup";
import { AwsCredentials } from "./awsCredentials";
import { type Answer, send, textOf } from "./http";
import { type Condition, type Listed, type Store, StoreUnreachable, type Versioned } from "./store";

/** What a request is about, beside its method. */
interface Details {
	query?: Record<string, string>;
	headers?: Record<string, string>;
	body?: string;
	/** A file as the body; its length and hash are given as headers. */
	file?: string;
}

const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === "Contents" });

/** A bucket of S3 or of a server that speaks S3, conditional writes included. */
export class S3Store implements Store {
	private readonly region: string;

	constructor(
		private readonly bucket: string,
		private readonly prefix: string,
		private readonly environment = process.env,
		private readonly credentials = new AwsCredentials(environment),
	) {
		this.region = environment.AWS_REGION ?? "us-east-1";
	}

	async get(key: string): Promise<Versioned | undefined> {
		return this.reaching(async () => {
			const found = await this.request("GET", key);
			if (found.status === 404) {
				const reason = await textOf(found);
				if (reason.includes("NoSuchBucket")) throw new Error(reasonOf(404, reason));
				return undefined;
			}
			const { headers } = await sound(found);
			return { content: await textOf(found), version: headers.etag ?? "" };
		});
	}

	async put(key: string, content: string, condition: Condition): Promise<string | undefined> {
		return this.reaching(async () => {
			const only: Record<string, string> =
				condition === "absent" ? { "if-none-match": "*" } : { "if-match": condition.version };
			const done = await this.request("PUT", key, { body: content, headers: only });
			const said = await textOf(done);
			// 409: another conditional write is under way; 404: what should be overwritten is not there.
			const { status } = done;
			if (status === 412 || status === 409 || (status === 404 && said.includes("NoSuchKey"))) return undefined;
			if (status >= 300) throw new Error(reasonOf(status, said));
			return done.headers.etag ?? "";
		});
	}

	async *list(prefix: string, after?: string): AsyncIterable<Listed> {
		let token: string | undefined;
		do {
			const query = {
				"list-type": "2",
				prefix: this.full(prefix),
				...(after !== undefined && { "start-after": this.full(after) }),
				...(token !== undefined && { "continuation-token": token }),
			};
			const page = await this.reaching(async () => {
				const found = await textOf(await sound(await this.request("GET", undefined, { query })));
				return (parser.parse(found) as { ListBucketResult?: Page }).ListBucketResult ?? {};
			});
			for (const { Key, Size, LastModified } of page.Contents ?? []) {
				const key = this.prefix === "" ? Key : Key.slice(this.prefix.length + 1);
				yield { key, bytes: Number(Size), modified: new Date(LastModified) };
			}
			token = page.NextContinuationToken;
		} while (token !== undefined);
	}

	async download(key: string, file: string): Promise<void> {
		await this.reaching(async () => {
			const found = await sound(await this.request("GET", key));
			await pipeline(found.body, createWriteStream(file));
		});
	}

	/** In one request, which S3 takes up to 5 GB. */
	async upload(key: string, file: string): Promise<void> {
		await this.reaching(async () => {
			const hash = createHash("sha256");
			await pipeline(createReadStream(file), hash);
			const headers = { "content-length": `${(await stat(file)).size}`, "x-amz-content-sha256": hash.digest("hex") };
			await textOf(await sound(await this.request("PUT", key, { file, headers })));
		});
	}

	async copy(key: string, to: string): Promise<void> {
		await this.reaching(async () => {
			const source = [this.bucket, ...this.full(key).split("/")].map(encodeURIComponent).join("/");
			await textOf(await sound(await this.request("PUT", to, { headers: { "x-amz-copy-source": source } })));
		});
	}

	async supersede(keys: string[]): Promise<void> {
		const { key: name, value } = SUPERSEDED_TAG;
		const body = `<Tagging><TagSet><Tag><Key>${name}</Key><Value>${value}</Value></Tag></TagSet></Tagging>`;
		for (const key of keys) {
			await this.reaching(async () => {
				await textOf(await sound(await this.request("PUT", key, { query: { tagging: "" }, body })));
			});
		}
	}

	atRoot() {
		return { root: new S3Store(this.bucket, "", this.environment, this.credentials), prefix: this.prefix };
	}

	private full(key: string): string {
		return this.prefix === "" ? key : `${this.prefix}/${key}`;
	}

	private async request(
		method: string,
		key?: string,
		{ query = {}, headers = {}, body, file }: Details = {},
	): Promise<Answer> {
		const endpoint = this.environment.AWS_ENDPOINT_URL_S3;
		// A server of one's own has no host name for each bucket.
		const url = new URL(endpoint ?? `https://${this.bucket}.s3.${this.region}.amazonaws.com`);
		const parts = [
			...(endpoint === undefined ? [] : [this.bucket]),
			...(key === undefined ? [] : this.full(key).split("/")),
		];
		url.pathname = `/${parts.map(encodeURIComponent).join("/")}`;
		url.search = new URLSearchParams(query).toString().replaceAll("+", "%20");
		const signed = sign(
			{
				service: "s3",
				region: this.region,
				method,
				host: url.host,
				path: `${url.pathname}${url.search}`,
				headers: {
					...headers,
					...(body !== undefined && {
						"content-length": `${Buffer.byteLength(body)}`,
						"content-md5": createHash("md5").update(body).digest("base64"),
					}),
				},
				body,
			},
			await this.credentials.get(),
		);
		return send(url, { method, headers: signed.headers as Record<string, string>, body, file });
	}

	private async reaching<T>(work: () => Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (error) {
			const { message, name } = error as Error;
			throw new StoreUnreachable(`s3://${this.bucket}: ${message || name}`);
		}
	}
}

interface Page {
	Contents?: { Key: string; Size: string; LastModified: string }[];
	NextContinuationToken?: string;
}

async function sound(answer: Answer): Promise<Answer> {
	if (answer.status < 300) return answer;
	throw new Error(reasonOf(answer.status, await textOf(answer)));
}

/** `AccessDenied: …` out of the error document, or the status. */
function reasonOf(status: number, document: string): string {
	const { Error: error } = parser.parse(document || "<x/>") as { Error?: { Code?: string; Message?: string } };
	return error?.Code === undefined ? `status ${status}` : `${error.Code}: ${error.Message ?? status}`;
}
