import { STORE_LAYOUT } from "../../backup";
import type { DrillReport } from "../drill";
import type { Snapshot } from "../snapshots";
import type { Store } from "../stores/store";

/** Milliseconds before the store is listed again. */
const AGAIN = 60_000;
/** Of each kind, how many are read and shown. */
const NEWEST = 50;

/** The newest of what lies beside the replica, the oldest first. */
export interface Points {
	snapshots: Snapshot[];
	drills: DrillReport[];
	/** How many there are in all. */
	count: { snapshots: number; drills: number };
}

/** The named points and the drills of a replica, as they were listed last. Each is written once, and so is read once. */
export class KnownPoints {
	private known: Points | undefined;
	private readonly read = new Map<string, unknown>();
	private listing: Promise<void> | undefined;
	private listed = Number.NEGATIVE_INFINITY;
	private sign = "";

	constructor(
		private readonly store: Pick<Store, "list" | "get">,
		private readonly now: () => number = () => performance.now(),
	) {}

	/**
	 * What is known now. Where that is old, the store is listed for the next one who asks.
	 *
	 * @param sign of what the keeper itself has seen happen: where it is another than before, what is known is old
	 */
	recent(sign = this.sign): Points | undefined {
		if (this.listing === undefined && (this.now() - this.listed >= AGAIN || sign !== this.sign)) {
			this.listed = this.now();
			this.sign = sign;
			this.listing = this.list()
				// A store that cannot be read: the page says so elsewhere, and what was known goes on to be shown.
				.catch(() => {})
				.finally(() => {
					this.listing = undefined;
				});
		}
		return this.known;
	}

	private async list(): Promise<void> {
		const snapshots = await this.newest<Snapshot>(STORE_LAYOUT.snapshots);
		const drills = await this.newest<DrillReport>(STORE_LAYOUT.drills);
		this.known = {
			snapshots: snapshots.found,
			drills: drills.found,
			count: { snapshots: snapshots.count, drills: drills.count },
		};
	}

	private async newest<T extends { time: string }>(prefix: string): Promise<{ found: T[]; count: number }> {
		const listed = new Map<string, number>();
		// A directory has a file below each object for each of its versions.
		for await (const { key, modified } of this.store.list(`${prefix}/`)) {
			listed.set(key.split("/").slice(0, 2).join("/"), modified.getTime());
		}
		const keys = [...listed.keys()]
			.sort((one, other) => (listed.get(one) ?? 0) - (listed.get(other) ?? 0))
			.slice(-NEWEST);
		const found = await Promise.all(keys.map((key) => this.get<T>(key)));
		for (const key of this.read.keys()) if (key.startsWith(`${prefix}/`) && !keys.includes(key)) this.read.delete(key);
		const all = found
			.filter((each) => each !== undefined)
			.sort((one, other) => Date.parse(one.time) - Date.parse(other.time));
		return { found: all, count: listed.size };
	}

	private async get<T>(key: string): Promise<T | undefined> {
		if (!this.read.has(key)) {
			const object = await this.store.get(key);
			if (object === undefined) return undefined;
			this.read.set(key, shownOf(object.content));
		}
		return this.read.get(key) as T | undefined;
	}
}

/** Without the rows, which nobody is shown; undefined for what is none of ours, or damaged: it must not hide the others. */
function shownOf(content: string): object | undefined {
	try {
		const { rows: _rows, ...shown } = JSON.parse(content) as { rows?: unknown; time?: unknown };
		return typeof shown.time === "string" && !Number.isNaN(Date.parse(shown.time)) ? shown : undefined;
	} catch {
		return undefined;
	}
}
