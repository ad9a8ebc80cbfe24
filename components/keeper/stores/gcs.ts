import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { GoogleToken } from "./googleToken";
import { type Answer, send, textOf } from "./http";
import { type Condition, type Listed, type Store, StoreUnreachable, type Versioned } from "./store";

/**
 * Milliseconds before a write that came too soon is tried again, and how often: Google takes one write of the same object
 * a second, and in a handover the lease is written by two within less. Source: https://cloud.google.com/storage/docs/gcs429,
 * as quoted in grafana/mimir#12086, looked up 2026-11-22.
 */
const SOON = 1000;
const TRIES = 3;
const TOO_SOON = 429;

interface GcsObject {
	name: string;
	size?: string;
	updated?: string;
	generation?: string;
}

interface Rewritten {
	done?: boolean;
	rewriteToken?: string;
}

/** A bucket of Google Cloud Storage, by its JSON API. `STORAGE_EMULATOR_HOST` names a server without credentials. */
export class GcsStore implements Store {
	private readonly emulator = process.env.STORAGE_EMULATOR_HOST;

	constructor(
		private readonly bucket: string,
		private readonly prefix: string,
		private readonly token = new GoogleToken(),
		private readonly soon = SOON,
	) {}

	async get(key: string): Promise<Versioned | undefined> {
		return this.reaching(async () => {
			const found = await this.request("GET", `${this.objectPath(key)}?alt=media`);
			if (found.status === 404) return undefined;
			const { headers } = await sound(found);
			return { content: await textOf(found), version: `${headers["x-goog-generation"] ?? ""}` };
		});
	}

	async put(key: string, content: string, condition: Condition): Promise<string | undefined> {
		return this.reaching(async () => {
			const generation = condition === "absent" ? "0" : condition.version;
			const query = new URLSearchParams({
				uploadType: "media",
				name: this.full(key),
				ifGenerationMatch: generation,
			});
			const path = `/upload/storage/v1/b/${this.bucket}/o?${query}`;
			let done = await this.request("POST", path, content);
			// Nothing was written. The condition still holds, or the next answer says that it does not.
			for (let tries = 1; done.status === TOO_SOON && tries < TRIES; tries += 1) {
				done.body.resume();
				await sleep(this.soon);
				done = await this.request("POST", path, content);
			}
			if (done.status === 412) return undefined;
			return (JSON.parse(await textOf(await sound(done))) as GcsObject).generation;
		});
	}

	async *list(prefix: string, after?: string): AsyncIterable<Listed> {
		let token: string | undefined;
		do {
			const query = new URLSearchParams({ prefix: this.full(prefix) });
			// A listing begins with the offset itself, which is not wanted: no name of ours goes on with a space.
			if (after !== undefined) query.set("startOffset", `${this.full(after)} `);
			if (token !== undefined) query.set("pageToken", token);
			const page = await this.reaching(async () => {
				const found = await this.request("GET", `/storage/v1/b/${this.bucket}/o?${query}`);
				return JSON.parse(await textOf(await sound(found))) as { items?: GcsObject[]; nextPageToken?: string };
			});
			for (const { name, size, updated } of page.items ?? []) {
				const key = this.prefix === "" ? name : name.slice(this.prefix.length + 1);
				yield { key, bytes: Number(size ?? 0), modified: new Date(updated ?? 0) };
			}
			token = page.nextPageToken;
		} while (token !== undefined);
	}

	async download(key: string, file: string): Promise<void> {
		await this.reaching(async () => {
			const found = await sound(await this.request("GET", `${this.objectPath(key)}?alt=media`));
			await pipeline(found.body, createWriteStream(file));
		});
	}

	async upload(key: string, file: string): Promise<void> {
		await this.reaching(async () => {
			// Another one may have done so: once more would overwrite it, which the writer may not. Asked before as well, for who
			// sends megabytes to somebody who has said no hears at times only that the connection is broken.
			if (await this.has(key)) return;
			const query = new URLSearchParams({ uploadType: "media", name: this.full(key), ifGenerationMatch: "0" });
			const done = await this.request("POST", `/upload/storage/v1/b/${this.bucket}/o?${query}`, undefined, file);
			if (done.status === 412) return void done.body.resume();
			await textOf(await sound(done));
		});
	}

	async copy(key: string, to: string): Promise<void> {
		await this.reaching(async () => {
			// A start that was cut off has made it already. Once more would overwrite it, which Google takes for deleting, and
			// that the writer may not.
			if (await this.has(to)) return;
			// Large objects take several requests, each of which goes on where the one before ended.
			for (let token: string | undefined, done = false; !done; ) {
				const query = token === undefined ? "" : `?rewriteToken=${encodeURIComponent(token)}`;
				const path = `${this.objectPath(key)}/rewriteTo${this.objectPath(to).slice("/storage/v1".length)}${query}`;
				const answer = JSON.parse(await textOf(await sound(await this.request("POST", path)))) as Rewritten;
				token = answer.rewriteToken;
				done = answer.done ?? true;
			}
		});
	}

	async supersede(keys: string[]): Promise<void> {
		const body = JSON.stringify({ customTime: new Date().toISOString() });
		for (const key of keys) {
			await this.reaching(async () => {
				await textOf(await sound(await this.request("PATCH", this.objectPath(key), body)));
			});
		}
	}

	atRoot() {
		return { root: new GcsStore(this.bucket, "", this.token, this.soon), prefix: this.prefix };
	}

	private async has(key: string): Promise<boolean> {
		const there = await this.request("GET", this.objectPath(key));
		await textOf(there);
		return there.status === 200;
	}

	private full(key: string): string {
		return this.prefix === "" ? key : `${this.prefix}/${key}`;
	}

	private objectPath(key: string): string {
		return `/storage/v1/b/${this.bucket}/o/${encodeURIComponent(this.full(key))}`;
	}

	private async request(method: string, path: string, body?: string, file?: string): Promise<Answer> {
		const base = this.emulator === undefined ? "https://storage.googleapis.com" : emulatorUrl(this.emulator);
		const headers = {
			...(this.emulator === undefined && { authorization: `Bearer ${await this.token.get()}` }),
			...(body !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
			...(file !== undefined && {
				"content-type": "application/octet-stream",
				"content-length": (await stat(file)).size,
			}),
		};
		return send(new URL(`${base}${path}`), { method, headers, body, file });
	}

	private async reaching<T>(work: () => Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (error) {
			throw new StoreUnreachable(`gs://${this.bucket}: ${(error as Error).message}`);
		}
	}
}

function emulatorUrl(host: string): string {
	return /^https?:/.test(host) ? host : `http://${host}`;
}

async function sound(answer: Answer): Promise<Answer> {
	if (answer.status < 300) return answer;
	throw new Error(`status ${answer.status}: ${(await textOf(answer)).slice(0, 300)}`);
}
