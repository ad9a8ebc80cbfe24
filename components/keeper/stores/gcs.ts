import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GoogleAuth } from "google-auth-library";
import { type Condition, type Listed, PATIENCE, type Store, StoreUnreachable, type Versioned } from "./store";

const SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";

interface GcsObject {
	name: string;
	size?: string;
	updated?: string;
	generation?: string;
}

/** A bucket of Google Cloud Storage, by its JSON API. `STORAGE_EMULATOR_HOST` names a server without credentials. */
export class GcsStore implements Store {
	private readonly emulator = process.env.STORAGE_EMULATOR_HOST;
	private readonly auth: GoogleAuth;

	constructor(
		private readonly bucket: string,
		private readonly prefix: string,
		auth?: GoogleAuth,
	) {
		this.auth = auth ?? new GoogleAuth({ scopes: [SCOPE] });
	}

	async get(key: string): Promise<Versioned | undefined> {
		return this.reaching(async () => {
			const found = await this.request("GET", `${this.objectPath(key)}?alt=media`);
			if (found.status === 404) return undefined;
			return { content: await (await sound(found)).text(), version: found.headers.get("x-goog-generation") ?? "" };
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
			const done = await this.request("POST", `/upload/storage/v1/b/${this.bucket}/o?${query}`, content);
			if (done.status === 412) return undefined;
			return ((await (await sound(done)).json()) as GcsObject).generation;
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
				return (await (await sound(found)).json()) as { items?: GcsObject[]; nextPageToken?: string };
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
			// As long as it takes: a database may be big.
			const found = await sound(await this.request("GET", `${this.objectPath(key)}?alt=media`, undefined, 86_400_000));
			await pipeline(Readable.fromWeb(found.body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(file));
		});
	}

	async supersede(keys: string[]): Promise<void> {
		const body = JSON.stringify({ customTime: new Date().toISOString() });
		for (const key of keys) {
			await this.reaching(async () => sound(await this.request("PATCH", this.objectPath(key), body)));
		}
	}

	atRoot() {
		return { root: new GcsStore(this.bucket, "", this.auth), prefix: this.prefix };
	}

	private full(key: string): string {
		return this.prefix === "" ? key : `${this.prefix}/${key}`;
	}

	private objectPath(key: string): string {
		return `/storage/v1/b/${this.bucket}/o/${encodeURIComponent(this.full(key))}`;
	}

	private async request(method: string, path: string, body?: string, patience = PATIENCE): Promise<Response> {
		const base = this.emulator === undefined ? "https://storage.googleapis.com" : emulatorUrl(this.emulator);
		const authorization =
			this.emulator === undefined ? { authorization: `Bearer ${await this.auth.getAccessToken()}` } : undefined;
		return fetch(`${base}${path}`, {
			method,
			body,
			headers: { ...authorization, ...(body !== undefined && { "content-type": "application/json" }) },
			signal: AbortSignal.timeout(patience),
		});
	}

	private async reaching<T>(work: () => Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (error) {
			const { message, cause } = error as Error;
			throw new StoreUnreachable(`gs://${this.bucket}: ${cause instanceof Error ? cause.message : message}`);
		}
	}
}

function emulatorUrl(host: string): string {
	return /^https?:/.test(host) ? host : `http://${host}`;
}

async function sound(response: Response): Promise<Response> {
	if (response.ok) return response;
	throw new Error(`status ${response.status}: ${(await response.text()).slice(0, 300)}`);
}
