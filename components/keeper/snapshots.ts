import { STORE_LAYOUT } from "../backup";
import type { Target } from "./litestream";
import { Refusal } from "./refusal";
import type { Store } from "./stores/store";

/** A named point of the replica's history, kept as long as the history itself. */
export interface Snapshot {
	name: string;
	transaction: number;
	time: string;
	/** The image that ran then. */
	image?: string;
}

const NAME = /^[A-Za-z][\w.-]{0,99}$/;

/** @throws {Refusal} `restore-target` for a name that cannot be told from a time or a number, or is taken. */
export async function writeSnapshot(store: Store, snapshot: Snapshot): Promise<void> {
	if (!NAME.test(snapshot.name) || snapshot.name === "newest") {
		throw new Refusal(
			"restore-target",
			`a snapshot's name begins with a letter, has letters, digits and . _ - only, at most 100, and is not "newest" (got ${snapshot.name})`,
			"choose another name, or leave it out",
		);
	}
	const done = await store.put(key(snapshot.name), JSON.stringify(snapshot), "absent");
	if (done === undefined) {
		throw new Refusal("restore-target", `there is a snapshot ${snapshot.name} already`, "choose another name");
	}
}

/** All named points, the oldest first. */
export async function listSnapshots(store: Store): Promise<Snapshot[]> {
	const names = new Set<string>();
	for await (const { key: found } of store.list(`${STORE_LAYOUT.snapshots}/`)) {
		names.add(found.split("/")[1]?.replace(/\.json$/, "") ?? "");
	}
	const all = await Promise.all([...names].map((name) => store.get(key(name))));
	const snapshots = all.flatMap((found) => (found === undefined ? [] : [JSON.parse(found.content) as Snapshot]));
	return snapshots.sort((one, other) => Date.parse(one.time) - Date.parse(other.time));
}

/**
 * What a person means by a point: `newest`, the name of a snapshot, a transaction's number, or a time with its zone.
 *
 * @throws {Refusal} `restore-target`
 */
export async function parseTarget(store: Store, words: string): Promise<Target> {
	if (words === "newest") return "newest";
	// For Litestream, transaction 0 is the newest one.
	if (/^0*[1-9]\d{0,14}$/.test(words)) return { transaction: Number(words) };
	if (/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)$/.test(words)) {
		const time = new Date(words);
		if (!Number.isNaN(time.getTime())) return { time };
	} else if (NAME.test(words)) {
		const found = await store.get(key(words));
		if (found !== undefined) return { transaction: (JSON.parse(found.content) as Snapshot).transaction };
	}
	const known = (await listSnapshots(store)).slice(-5).map(({ name }) => name);
	throw new Refusal(
		"restore-target",
		`"${words}" is no point to restore to`,
		`give newest, a time such as 2026-11-22T12:00:00Z, a transaction's number, or a snapshot: ${known.join(", ") || "there are none yet"}`,
	);
}

function key(name: string): string {
	return `${STORE_LAYOUT.snapshots}/${name}.json`;
}
