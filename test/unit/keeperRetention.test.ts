import { describe, expect, it } from "vitest";
import { enforceRetention, parseFile, type ReplicaFile, superfluous } from "../../components/keeper/retention";
import { MemoryStore } from "./memoryStore";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = new Date("2026-11-22T12:00:00Z");

const hex = (number: number) => number.toString(16).padStart(16, "0");
const keyOf = (level: number, first: number, last: number) => `replica/ltx/${level}/${hex(first)}-${hex(last)}.ltx`;
const file = (level: number, first: number, last: number, hoursAgo: number): ReplicaFile => ({
	key: keyOf(level, first, last),
	generation: "",
	level,
	first,
	last,
	modified: new Date(NOW.getTime() - hoursAgo * HOUR),
});

/**
 * The oracle: whether exactly `target` can be restored, as Litestream does it: a snapshot, and then files that each begin
 * at the next transaction or before, and end behind it.
 */
function isRestorable(files: ReplicaFile[], target: number): boolean {
	const usable = files.filter(({ last }) => last <= target).sort((one, other) => one.first - other.first);
	const later = usable.filter(({ level }) => level !== 9);
	return usable
		.filter(({ level }) => level === 9)
		.some((snapshot) => {
			let at = snapshot.last;
			// In the order of their beginnings, one pass finds how far an unbroken chain reaches.
			for (const { first, last } of later) if (first <= at + 1 && last > at) at = last;
			return at === target;
		});
}

/** Small, quick and the same on every run. */
function random(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.floor((state / 2 ** 32) * below);
	};
}

/** A history as Litestream makes one: every sync at level 0, compacted in larger and larger pieces, with snapshots. */
function history(below: (n: number) => number) {
	const files: ReplicaFile[] = [];
	const syncs: { transaction: number; hoursAgo: number }[] = [];
	let hoursAgo = 30 + below(60 * 24);
	const open = new Map([1, 2, 3].map((level) => [level, 1]));
	let transaction = 0;
	const count = 20 + below(150);
	while (transaction < count && hoursAgo > 0) {
		transaction += 1;
		files.push(file(0, transaction, transaction, hoursAgo));
		syncs.push({ transaction, hoursAgo });
		// Each level takes in what the one below it has by then; some are late.
		for (const [level, every] of [
			[1, 3],
			[2, 9],
			[3, 27],
		] as const) {
			const first = open.get(level) ?? 1;
			if (transaction - first + 1 < every - below(2) || below(4) === 0) continue;
			files.push(file(level, first, transaction, Math.max(0, hoursAgo - 0.01 * level)));
			open.set(level, transaction + 1);
		}
		if (transaction === 1 || below(15) === 0) files.push(file(9, 1, transaction, hoursAgo));
		hoursAgo -= below(10) === 0 ? below(200) : below(20) / 10;
	}
	return { files, syncs };
}

describe("what retention leaves", () => {
	it.each(Array.from({ length: 300 }, (_, seed) => seed))("history %i: all that is promised", (seed) => {
		const below = random(seed * 7919 + 1);
		const { files, syncs } = history(below);
		const retentionDays = 1 + below(40);
		const points = syncs.filter(() => below(12) === 0).map(({ transaction }) => transaction);
		const dropped = new Set(superfluous(files, points, NOW, retentionDays));
		const kept = files.filter((each) => !dropped.has(each));

		const last = Math.max(...files.map((each) => each.last));
		expect(isRestorable(kept, last), "the newest state").toBe(true);
		for (const level of [0, 1, 2, 3, 9]) {
			const newest = (all: ReplicaFile[]) =>
				Math.max(0, ...all.filter((each) => each.level === level).map((each) => each.last));
			expect(newest(kept), `the newest file of level ${level}`).toBe(newest(files));
		}
		for (const { transaction, hoursAgo } of syncs) {
			const isWithin = hoursAgo * HOUR < retentionDays * DAY;
			if (!isWithin) continue;
			const isExact = hoursAgo < 24 || points.includes(transaction);
			if (isExact) expect(isRestorable(kept, transaction), `exactly ${transaction}`).toBe(true);
			else {
				// To the end of its piece of level 1 at least, or, where it is in none, exactly.
				const piece = files.find((each) => each.level === 1 && each.first <= transaction && transaction <= each.last);
				expect(isRestorable(kept, piece?.last ?? transaction), `the piece of ${transaction}`).toBe(true);
			}
		}
		// The state in which the retention began.
		const before = syncs.filter(({ hoursAgo }) => hoursAgo * HOUR >= retentionDays * DAY).length;
		const base = files.filter((each) => each.level === 9 && each.last <= before).length;
		if (base > 0) expect(kept.some((each) => each.level === 9 && each.last <= before)).toBe(true);
	});

	it("drops a great deal of a long history", () => {
		const files = [file(9, 1, 1, 24 * 90)];
		for (let day = 90; day > 0; day -= 1) {
			for (let piece = 0; piece < 4; piece += 1) {
				const first = (90 - day) * 40 + piece * 10 + 2;
				const hoursAgo = day * 24 - piece * 6;
				for (let each = first; each < first + 10; each += 1) files.push(file(0, each, each, hoursAgo));
				files.push(file(1, first, first + 9, hoursAgo));
			}
			files.push(file(9, 1, (90 - day) * 40 + 41, (day - 1) * 24));
		}
		const dropped = superfluous(files, [], NOW, 30);
		expect(files.length - dropped.length).toBeLessThan(files.length / 10);
		expect(dropped.filter(({ level }) => level === 9)).toHaveLength(60);
	});

	it("takes nothing from a database that has been idle for longer than the retention", () => {
		const files = [file(9, 1, 5, 24 * 400), file(0, 5, 5, 24 * 400), file(1, 1, 5, 24 * 400)];
		expect(superfluous(files, [], NOW, 1)).toEqual([]);
		expect(superfluous([file(9, 1, 1, 24 * 400)], [], NOW, 1)).toEqual([]);
		expect(superfluous([], [], NOW, 1)).toEqual([]);
	});

	it("takes nothing where there is no snapshot from before the retention, except what a larger piece has", () => {
		const files = [file(9, 1, 1, 47), file(0, 2, 2, 40), file(0, 3, 3, 40), file(1, 2, 3, 40), file(0, 4, 4, 30)];
		expect(superfluous(files, [], NOW, 30)).toEqual([files[1], files[2]]);
		// Exactly the named point needs what leads to it.
		expect(superfluous(files, [2], NOW, 30)).toEqual([]);
		expect(superfluous(files, [3], NOW, 30)).toEqual([files[1], files[2]]);
		const young = files.map((each) => ({ ...each, modified: new Date(NOW.getTime() - 23 * HOUR) }));
		expect(superfluous(young, [], NOW, 30)).toEqual([]);
	});

	it("reads the names of files, and knows no others", () => {
		expect(parseFile(keyOf(3, 26, 4660), NOW)).toEqual({
			key: "replica/ltx/3/000000000000001a-0000000000001234.ltx",
			generation: "",
			level: 3,
			first: 26,
			last: 4660,
			modified: NOW,
		});
		for (const level of ["ltx/3", "0003"]) {
			const key = `replica/0000000002-a1b2/${level}/${hex(1)}-${hex(2)}.ltx`;
			expect(parseFile(key, NOW)).toMatchObject({ generation: "0000000002-a1b2", level: 3, first: 1, last: 2 });
		}
		expect(parseFile("replica/ltx/3/1a-2b.ltx", NOW)).toBeUndefined();
		expect(parseFile(`${keyOf(0, 1, 2)}.tmp`, NOW)).toBeUndefined();
	});

	it("goes by the age of the newest file: a clock that is ahead drops nothing", async () => {
		const store = new MemoryStore();
		const at = (hoursAgo: number) => new Date(Date.now() - hoursAgo * HOUR);
		for (const [last, hoursAgo] of [
			[1, 10_010],
			[4, 10_000],
			[5, 9_999],
		] as const) {
			store.objects.set(keyOf(9, 1, last), { content: "", version: "1", modified: at(hoursAgo) });
		}
		expect(await enforceRetention(store, [], 1, new Set())).toBe(0);
	});

	it("goes generation by generation, and drops one whole whose successor began before all that is kept", async () => {
		const store = new MemoryStore();
		const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR);
		const generations = ["", "0000000002-a1b2", "0000000005-c3d4"].map((name, index) => {
			const begun = hoursAgo(100 - index * 40);
			for (const [level, first, last] of [
				[9, 1, 10 * index + 1],
				[0, 10 * index + 1, 10 * index + 1],
			] as const) {
				const key = keyOf(level, first, last).replace("replica/", name === "" ? "replica/" : `replica/${name}/`);
				store.objects.set(key, { content: "", version: "1", modified: index === 2 ? hoursAgo(0) : begun });
			}
			return { name, first: 10 * index + 1, begun: begun.toISOString() };
		});
		expect(await enforceRetention(store, [], 1, new Set(), generations)).toBe(2);
		expect(store.superseded).toEqual([keyOf(0, 1, 1), keyOf(9, 1, 1)]);
	});

	it("marks each file once", async () => {
		const store = new MemoryStore();
		const at = (hoursAgo: number) => new Date(Date.now() - hoursAgo * HOUR);
		const add = (level: number, first: number, last: number, hoursAgo: number) =>
			store.objects.set(keyOf(level, first, last), { content: "", version: "1", modified: at(hoursAgo) });
		add(9, 1, 1, 100);
		add(9, 1, 4, 50);
		for (const each of [2, 3, 4, 5]) add(0, each, each, 60);
		add(0, 6, 6, 0);
		store.objects.set("replica/other", { content: "", version: "1", modified: at(999) });
		const marked = new Set<string>();
		expect(await enforceRetention(store, [], 1, marked)).toBe(4);
		expect(store.superseded).toEqual([keyOf(0, 2, 2), keyOf(0, 3, 3), keyOf(0, 4, 4), keyOf(9, 1, 1)]);
		expect(await enforceRetention(store, [], 1, marked)).toBe(0);
		expect(store.superseded).toHaveLength(4);
		store.unreachable = "no route";
		await expect(enforceRetention(store, [], 1, new Set())).rejects.toThrow("no route");
	});
});
