import { createReadStream, createWriteStream } from "node:fs";
import { copyFile, link, mkdir, open, readdir, readFile, rename, rm, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Condition, type Listed, type Store, StoreUnreachable, type Versioned } from "./store";

/** Versions of an object that are kept behind the newest. */
const KEPT_VERSIONS = 5;

/**
 * A directory of the host as a store. An object `state/x` is a directory with one file for each version, `state/x/7`:
 * a file is linked into place whole, and of two writers of one version just one succeeds, on any local file system.
 */
export class DirectoryStore implements Store {
	constructor(
		private readonly mountPath: string,
		private readonly prefix = "",
	) {}

	async get(key: string): Promise<Versioned | undefined> {
		return this.reaching(async () => {
			const version = await this.newest(key);
			if (version === 0) return undefined;
			return { content: await readFile(join(this.path(key), `${version}`), "utf8"), version: `${version}` };
		});
	}

	async put(key: string, content: string, condition: Condition): Promise<string | undefined> {
		return this.reaching(async () => {
			const version = await this.newest(key);
			if (condition === "absent" ? version !== 0 : condition.version !== `${version}`) return undefined;
			await mkdir(this.path(key), { recursive: true });
			const next = version + 1;
			const staging = join(this.path(key), `.${next}.${process.pid}.${Math.random().toString(36).slice(2)}`);
			await writeDurably(staging, content);
			try {
				await link(staging, join(this.path(key), `${next}`));
			} catch (error) {
				if (hasCode(error, "EEXIST")) return undefined;
				throw error;
			} finally {
				await unlink(staging);
			}
			// Whoever slept while others wrote on may have taken a number that was removed since.
			if ((await this.newest(key)) >= next + KEPT_VERSIONS) return undefined;
			await syncDirectory(this.path(key));
			if (next > KEPT_VERSIONS) await rm(join(this.path(key), `${next - KEPT_VERSIONS}`), { force: true });
			return `${next}`;
		});
	}

	async *list(prefix: string, after = ""): AsyncIterable<Listed> {
		for (const key of (await this.reaching(() => this.files(prefix))).sort()) {
			if (key <= after) continue;
			const found = await stat(this.path(key)).catch(() => undefined);
			// Litestream may have moved it since.
			if (found !== undefined) yield { key, bytes: found.size, modified: found.mtime };
		}
	}

	async download(key: string, file: string): Promise<void> {
		await this.reaching(() => pipeline(createReadStream(this.path(key)), createWriteStream(file)));
	}

	async upload(key: string, file: string): Promise<void> {
		await this.reaching(async () => {
			const path = this.path(key);
			await mkdir(dirname(path), { recursive: true });
			// Whole or not at all: a copy that was cut off has another name.
			const staging = join(dirname(path), `.${basename(path)}.new`);
			await copyFile(file, staging);
			const handle = await open(staging, "r");
			await handle.sync().finally(() => handle.close());
			await rename(staging, path);
			await syncDirectory(dirname(path));
		});
	}

	async copy(key: string, to: string): Promise<void> {
		await this.reaching(async () => {
			await mkdir(dirname(this.path(to)), { recursive: true });
			await copyFile(this.path(key), this.path(to));
		});
	}

	async supersede(keys: string[]): Promise<void> {
		for (const key of keys) await this.reaching(() => rm(this.path(key), { force: true }));
	}

	atRoot() {
		return { root: new DirectoryStore(this.mountPath), prefix: this.prefix };
	}

	private path(key: string): string {
		return join(this.mountPath, this.prefix, key);
	}

	/** The newest version of an object, 0 when there is none. */
	private async newest(key: string): Promise<number> {
		const names = await namesIn(this.path(key));
		return Math.max(0, ...names.filter((name) => /^\d+$/.test(name)).map(Number));
	}

	private async files(prefix: string): Promise<string[]> {
		const entries = await readdir(this.path(prefix), { recursive: true, withFileTypes: true }).catch(orEmpty);
		const below = this.path("");
		const files = entries.filter((entry) => entry.isFile() && !basename(entry.name).startsWith("."));
		return files.map((entry) => join(entry.parentPath, entry.name).slice(below.length).replace(/^\//, ""));
	}

	/** A directory that is gone (a disk that was unmounted) or full is a store out of reach, not an empty one. */
	private async reaching<T>(work: () => Promise<T>): Promise<T> {
		try {
			await stat(this.mountPath);
			return await work();
		} catch (error) {
			throw new StoreUnreachable(`${this.mountPath}: ${error instanceof Error ? error.message : error}`);
		}
	}
}

async function namesIn(directory: string): Promise<string[]> {
	return readdir(directory).catch(orEmpty);
}

function orEmpty(error: unknown): never[] {
	if (hasCode(error, "ENOENT")) return [];
	throw error;
}

function hasCode(error: unknown, code: string): boolean {
	return (error as NodeJS.ErrnoException).code === code;
}

async function writeDurably(file: string, content: string): Promise<void> {
	const handle = await open(file, "wx", 0o600);
	try {
		await handle.writeFile(content);
		await handle.sync();
	} finally {
		await handle.close();
	}
}

/** Makes a rename or a link in a directory last through a loss of power. */
export async function syncDirectory(directory: string): Promise<void> {
	const handle = await open(directory === "" ? dirname(directory) : directory, "r");
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}
