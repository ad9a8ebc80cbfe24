import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { STORE_LAYOUT } from "../../backup";
import type { Store } from "../stores/store";

const HOUR = 3_600_000;
const PLACE = `${STORE_LAYOUT.postgres}/dumps`;
/** Hours for the first dump after the switch, until that is told. */
const FIRST_HOURS = 6;
/** Of a dump, in the order in which they are brought away: the second says that the first is whole. */
const PARTS = [".dump", ".json"] as const;

/** A dump that is in the store. */
export interface StoredDump {
	/** When it was made, ISO 8601. */
	time: string;
	bytes: number;
	key: string;
}

/** Takes the dumps that the container beside Postgres makes, each proven by a restore, to the backup store. */
export class Dumps {
	private readonly marked = new Set<string>();

	constructor(
		private readonly directory: string,
		private readonly store: Store,
		private readonly retentionDays: number,
		/** Hours between two. */
		private readonly hours: number,
	) {}

	/** Brings away what is new, and marks what is older than the retention; never the newest. Returns that. */
	async round(): Promise<StoredDump | undefined> {
		if (!existsSync(this.directory)) return undefined;
		const before = new Set((await this.stored()).map(({ key }) => key));
		const local = stampsOf(readdirSync(this.directory));
		for (const stamp of local) {
			if (before.has(keyOf(stamp, ".dump"))) continue;
			for (const part of PARTS) await this.store.upload(keyOf(stamp, part), join(this.directory, `${stamp}${part}`));
		}
		// The newest stays beside the server as well: it is the one that is restored where only the server is lost.
		for (const stamp of local.slice(0, -1)) {
			for (const part of PARTS) rmSync(join(this.directory, `${stamp}${part}`), { force: true });
		}
		const all = await this.stored();
		await this.prune(all.slice(0, -1));
		return all.at(-1);
	}

	/**
	 * In words, why the dumps do not do what they are for; undefined where they do. `since`: when Postgres began to serve.
	 * A dump of before has nothing of the data, and one is asked for at that moment.
	 */
	problem(newest: StoredDump | undefined, since: string, now = Date.now()): string | undefined {
		const counts = newest !== undefined && Date.parse(newest.time) >= wholeSecond(since);
		const age = (now - (counts ? Date.parse(newest.time) : Date.parse(since))) / HOUR;
		if (age <= (counts ? 2 * this.hours + 1 : FIRST_HOURS)) return undefined;
		const failed = join(this.directory, "failed");
		const reason = existsSync(failed) ? `: ${readFileSync(failed, "utf8").split("\n")[1]?.trim()}` : "";
		const what = counts
			? "the newest dump of Postgres is old"
			: "no dump of Postgres is in the store since it has the data";
		return `${what}, ${Math.round(age)} hours${reason}`;
	}

	/** Whole ones, the oldest first. */
	private async stored(): Promise<StoredDump[]> {
		const sizes = new Map<string, number>();
		for await (const { key, bytes } of this.store.list(`${PLACE}/`)) sizes.set(key.slice(PLACE.length + 1), bytes);
		return stampsOf([...sizes.keys()]).map((stamp) => ({
			time: timeOf(stamp),
			bytes: sizes.get(`${stamp}.dump`) ?? 0,
			key: keyOf(stamp, ".dump"),
		}));
	}

	private async prune(dumps: StoredDump[]): Promise<void> {
		const oldest = new Date(Date.now() - this.retentionDays * 24 * HOUR).toISOString();
		for (const { time, key } of dumps) {
			if (time > oldest || this.marked.has(key)) continue;
			await this.store.supersede([key, key.replace(/dump$/, "json")]);
			this.marked.add(key);
		}
	}
}

/** The names of dumps have no milliseconds. */
function wholeSecond(time: string): number {
	return Math.floor(Date.parse(time) / 1000) * 1000;
}

function keyOf(stamp: string, part: (typeof PARTS)[number]): string {
	return `${PLACE}/${stamp}${part}`;
}

/** `HOLDFAST_POSTGRES_DUMP_HOURS`: hours between two dumps. @default 24 */
export function dumpHours({ HOLDFAST_POSTGRES_DUMP_HOURS: given }: NodeJS.ProcessEnv): number {
	const hours = Number(given ?? 24);
	return hours >= 1 && hours <= 720 ? hours : 24;
}

/** Stamps of whole dumps among names of files, the oldest first. */
function stampsOf(names: string[]): string[] {
	const stamps = names.filter((name) => /^\d[\dTZ-]+\.json$/.test(name)).map((name) => name.slice(0, -".json".length));
	return stamps.filter((stamp) => names.includes(`${stamp}.dump`)).sort();
}

/** `2026-11-22T13-00-00Z` as ISO 8601. */
function timeOf(stamp: string): string {
	return stamp.replace(/T(\d\d)-(\d\d)-(\d\d)/, "T$1:$2:$3");
}
