import { lastTransaction } from "./database";
import { Freshness, signatureOf } from "./freshness";
import { currentOf, syncedFiles } from "./generations";
import { readMarker, writeMarker } from "./marker";
import type { Parts } from "./start";

/** Seconds within which a sync must be confirmed. */
export const SYNC = 10;
/** Milliseconds between two writes of the manifest: each is a request that costs money in a bucket. */
const RECORD = 10_000;

/** Watches the replication that Litestream does: proves it against the store, and keeps the manifest current. */
export class Replication {
	readonly freshness = new Freshness();
	private recordedAt = Number.NEGATIVE_INFINITY;

	constructor(private readonly parts: Parts) {}

	/** One round. What fails is kept for the status; the next round tries again. */
	async look(): Promise<void> {
		await this.prove(SYNC);
		if (performance.now() - this.recordedAt < RECORD) return;
		try {
			await this.record();
		} catch (error) {
			this.freshness.failed((error as Error).message);
		}
	}

	/** Syncs, and looks into the store for the result. Returns whether all commits until now were found there. */
	async prove(seconds: number): Promise<boolean> {
		const { litestream, settings } = this.parts;
		const startedAt = performance.now();
		const signature = signatureOf(settings.database);
		try {
			const { transaction, replicated } = await litestream.sync(Math.min(SYNC, seconds));
			const { proven } = this.freshness;
			const seen = replicated <= proven ? proven : await this.newestInStore(proven);
			this.freshness.synced({ signature, startedAt, transaction, seen });
			return seen >= transaction;
		} catch (error) {
			this.freshness.failed((error as Error).message);
			return false;
		}
	}

	/** Writes what is proven to the manifest, if it is news. */
	async record(): Promise<void> {
		const { manifest, settings } = this.parts;
		const { proven } = this.freshness;
		if (proven <= (manifest.known?.transaction ?? 0)) return;
		await manifest.update({ transaction: proven });
		this.recordedAt = performance.now();
		const { dataDirectory, app } = settings;
		const marker = readMarker(dataDirectory);
		if (!marker?.known || marker.restored) writeMarker(dataDirectory, { app, known: true, restored: false });
	}

	/** The last transaction in the store, looked for behind the one that is known. */
	private async newestInStore(known: number): Promise<number> {
		const { store, settings } = this.parts;
		const files = syncedFiles(settings.location.scheme, currentOf(this.parts.manifest.known?.generations));
		const hex = known.toString(16).padStart(16, "0");
		let newest = known;
		for await (const { key } of store.list(files, `${files}${hex}-${hex}.ltx`)) {
			newest = Math.max(newest, lastTransaction(key) ?? 0);
		}
		return newest;
	}
}
