import { LOCATIONS, STORE_LAYOUT } from "../backup";
import type { DrillReport } from "./drill";
import { foundGenerations } from "./foundGenerations";
import { currentOf, type Generation } from "./generations";
import { Refusal } from "./refusal";
import type { Settings } from "./settings";
import type { Store } from "./stores/store";

/** What the next start must know of the data: a small object beside the replica. */
export interface Manifest {
	format: 1;
	app: string;
	database: string;
	/** Last transaction that is known to be in the replica; 0 before the first. */
	transaction: number;
	/** The parts of the replica, the oldest first; see generations.ts. @default - one that has all */
	generations?: Generation[];
	/** SHA-256 of the schema, at its last change that was seen. */
	schema?: string;
	/** Which keeper wrote this. */
	owner: string;
	updated: string;
	lastDrill?: DrillReport;
	/** The version of the app that served last, as its keeper was told of it (`HOLDFAST_VERSION`). @default - not known */
	served?: string;
	/** Since when the app has its data in Postgres: the replica has nothing that was written after it. @default - it is in SQLite */
	moved?: { to: "postgres"; since: string };
}

const KEY = `${STORE_LAYOUT.state}/manifest.json`;

/** The manifest in the store, and the version in which it was read, for a write that must not cover another's. */
export class ManifestFile {
	private version: string | undefined;
	private current: Manifest | undefined;

	constructor(
		private readonly store: Store,
		private readonly settings: Settings,
	) {}

	async read(): Promise<Manifest | undefined> {
		const found = await this.store.get(KEY);
		this.version = found?.version;
		this.current = found === undefined ? undefined : parsed(found.content, this.settings.store);
		return this.current;
	}

	get known(): Manifest | undefined {
		return this.current;
	}

	/** Says that the app's data is here, before anything of it is: no replica is ever without its manifest. */
	async claim(): Promise<void> {
		await this.index();
		if ((await this.read()) !== undefined) return;
		const generations = await foundGenerations(this.store);
		await this.update(generations === undefined ? {} : { generations });
	}

	/** Changes some of it. The transaction never goes back: a replica that ends earlier has lost its tail. */
	async update(
		changes: Partial<Pick<Manifest, "transaction" | "schema" | "lastDrill" | "generations" | "served" | "moved">>,
	): Promise<void> {
		const written = currentOf(this.current?.generations);
		for (let tries = 0; tries < 5; tries += 1) {
			// Another has taken over: what we know of is not in the replica that counts.
			const isOurs = currentOf(this.current?.generations) === written;
			if (!isOurs && changes.generations !== undefined) throw new Error("another keeper has begun a generation");
			if (!isOurs && (changes.transaction !== undefined || changes.served !== undefined)) return;
			const { app, database, owner } = this.settings;
			const before = this.current ?? { format: 1, app, database, transaction: 0 };
			const transaction = Math.max(before.transaction, changes.transaction ?? 0);
			const next: Manifest = {
				...before,
				...changes,
				format: 1,
				transaction,
				owner,
				updated: new Date().toISOString(),
			};
			const condition = this.version === undefined ? ("absent" as const) : { version: this.version };
			const version = await this.store.put(KEY, JSON.stringify(next, undefined, "\t"), condition);
			if (version !== undefined) {
				this.version = version;
				this.current = next;
				return;
			}
			// A drill or a restore by hand has written it since: take theirs in.
			await this.read();
		}
		throw new Error("the manifest is being written by somebody else all the time");
	}

	/** Where the index at the root of the store says that the app's data is. */
	async indexedPrefix(): Promise<string | undefined> {
		const { root } = this.store.atRoot();
		const found = await root.get(indexKey(this.settings.app));
		return found === undefined ? undefined : (JSON.parse(found.content) as { prefix: string }).prefix;
	}

	/** With a wrong prefix, an app whose data is next door would look like one that starts for the first time. */
	private async index(): Promise<void> {
		const { root, prefix } = this.store.atRoot();
		const { app } = this.settings;
		// To overwrite is not granted at the root, and on Google Cloud that may be asked about before the condition is.
		if ((await this.indexedPrefix()) !== undefined) return;
		await root.put(indexKey(app), JSON.stringify({ app, prefix }), "absent");
	}
}

/** The app's name as part of a key. */
function indexKey(app: string): string {
	return `${LOCATIONS}/${encodeURIComponent(app)}.json`;
}

function parsed(content: string, store: string): Manifest {
	try {
		return JSON.parse(content) as Manifest;
	} catch {
		throw new Refusal(
			"manifest-unreadable",
			`the manifest at ${store}/${KEY} is damaged`,
			'bring back an older version of that object; without one, move it away and run the keeper with "accept-replica"',
		);
	}
}
