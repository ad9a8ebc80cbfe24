import { STORE_LAYOUT } from "../backup";
import type { Generation } from "./generations";
import type { Store } from "./stores/store";

/** A file of the replica. Level 9 has snapshots, level 0 what was synced each second, 1 to 3 the same in larger pieces. */
export interface ReplicaFile {
	key: string;
	/** Name of its generation. */
	generation: string;
	level: number;
	first: number;
	last: number;
	modified: Date;
}

const SNAPSHOT_LEVEL = 9;
const HOUR = 3_600_000;
/** For so long, every single sync can be restored; before that, pieces of 30 seconds. */
const EXACT = 24 * HOUR;

/** What a bucket need not keep: what no restore within the retention, and no named snapshot in it, rests on. */
export function superfluous(files: ReplicaFile[], points: number[], now: Date, retentionDays: number): ReplicaFile[] {
	const cutoff = now.getTime() - retentionDays * 24 * HOUR;
	const snapshots = files.filter(({ level }) => level === SNAPSHOT_LEVEL);
	const old = snapshots.filter(({ modified }) => modified.getTime() <= cutoff);
	// Every moment since the cutoff is restored from this one, or a later one.
	const base = old.reduce<ReplicaFile | undefined>(
		(best, one) => (best === undefined || one.last > best.last ? one : best),
		undefined,
	);
	const newest = newestOfEachLevel(files);
	const pieces = files.filter(({ level }) => level === 1).sort((one, other) => one.first - other.first);
	const pieceOf = (file: ReplicaFile) => {
		const piece = lastNotAfter(pieces, file.first);
		return file.level !== 0 || piece === undefined || file.last > piece.last ? undefined : piece;
	};
	// A piece that was begun before the keeper was stopped and ended after it can be much longer than 30 seconds.
	const ends = new Map<ReplicaFile, number>();
	for (const file of files) {
		const piece = pieceOf(file);
		if (piece !== undefined) ends.set(piece, Math.max(ends.get(piece) ?? 0, file.modified.getTime()));
	}
	return files.filter((file) => {
		// Litestream goes on from the newest file of each level.
		if (file === newest.get(file.level)) return false;
		if (base !== undefined && file !== base && file.last <= base.last) return true;
		const piece = pieceOf(file);
		if (piece === undefined || now.getTime() - (ends.get(piece) ?? 0) < EXACT) return false;
		return !points.some((point) => piece.first <= point && point < piece.last);
	});
}

/** Each generation by itself; one whose successor began before all that is kept goes whole. */
function superfluousOf(
	generations: Generation[],
	files: ReplicaFile[],
	points: number[],
	now: Date,
	retentionDays: number,
): ReplicaFile[] {
	const cutoff = now.getTime() - retentionDays * 24 * HOUR;
	const successor = new Map(generations.map(({ name }, index) => [name, generations[index + 1]]));
	return [...new Set(files.map(({ generation }) => generation))].flatMap((name) => {
		const own = files.filter(({ generation }) => generation === name);
		const isOver = Date.parse(successor.get(name)?.begun ?? "") <= cutoff;
		return isOver ? own : superfluous(own, points, now, retentionDays);
	});
}

function newestOfEachLevel(files: ReplicaFile[]): Map<number, ReplicaFile> {
	const newest = new Map<number, ReplicaFile>();
	for (const file of files) {
		if (file.last > (newest.get(file.level)?.last ?? -1)) newest.set(file.level, file);
	}
	return newest;
}

/** Of pieces in order, the last that begins at `transaction` or before: there can be tens of thousands. */
function lastNotAfter(pieces: ReplicaFile[], transaction: number): ReplicaFile | undefined {
	let low = 0;
	let high = pieces.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((pieces[middle]?.first ?? 0) <= transaction) low = middle + 1;
		else high = middle;
	}
	return pieces[low - 1];
}

/** Marks what is superfluous and not in `marked` yet, adds it there, and returns how many files that were. */
export async function enforceRetention(
	store: Store,
	points: number[],
	retentionDays: number,
	marked: Set<string>,
	generations: Generation[] = [],
): Promise<number> {
	const files: ReplicaFile[] = [];
	for await (const { key, modified } of store.list(`${STORE_LAYOUT.replica}/`)) {
		const file = parseFile(key, modified);
		if (file !== undefined) files.push(file);
	}
	// By the store's clock: one of ours that is ahead must not drop history, and where nothing comes, nothing need go.
	const newest = files.reduce((latest, { modified }) => Math.max(latest, modified.getTime()), 0);
	const now = new Date(Math.min(Date.now(), newest));
	const keys = superfluousOf(generations, files, points, now, retentionDays).map(({ key }) => key);
	const fresh = keys.filter((key) => !marked.has(key));
	await store.supersede(fresh);
	for (const key of fresh) marked.add(key);
	return fresh.length;
}

/** `replica/ltx/9/<first>-<last>.ltx`, or in S3 `replica/0009/<first>-<last>.ltx`; all numbers in hexadecimal digits. */
export function parseFile(key: string, modified: Date): ReplicaFile | undefined {
	const found = /^[^/]+\/(?:(\d+-[0-9a-f]+)\/)?(?:ltx\/)?([0-9a-f]{1,4})\/([0-9a-f]{16})-([0-9a-f]{16})\.ltx$/.exec(
		key,
	);
	if (found === null) return undefined;
	const [level = 0, first = 0, last = 0] = found.slice(2).map((digits) => Number.parseInt(digits, 16));
	return { key, generation: found[1] ?? "", level, first, last, modified };
}
