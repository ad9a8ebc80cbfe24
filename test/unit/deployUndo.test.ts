import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Instances } from "../../components/keeper/deploy/instances";
import { RecordFile, type Switching } from "../../components/keeper/deploy/record";
import {
	copyForMove,
	discard,
	inTheEnd,
	needRoomForCopy,
	putBack,
	undoInterrupted,
} from "../../components/keeper/deploy/undo";
import { readMarker, writeMarker } from "../../components/keeper/marker";
import { Refusal } from "../../components/keeper/refusal";
import type { Settings } from "../../components/keeper/settings";
import { VERSION } from "./shellContainer";

const free = vi.hoisted(() => ({ bytes: 1e12 }));
vi.mock("../../components/keeper/diagnostics", async (original) => ({
	...(await original<typeof import("../../components/keeper/diagnostics")>()),
	freeIn: () => free.bytes,
}));

let directory: string;
let settings: Settings;
let database: string;
let switching: Switching;
let said: string[];
const say = (line: string) => void said.push(line);
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "holdfast-undo-"));
	mkdirSync(join(directory, "gate"));
	database = join(directory, "notes.db");
	settings = { app: "a/b/c", dataDirectory: directory, database, open: join(directory, "gate", "open") } as Settings;
	const to = { instance: "two", version: VERSION, since: "" };
	const before = { copy: join(directory, ".holdfast-before-deploy.db"), snapshot: "image-1", schema: "s" };
	switching = { attempt: "a", to, before };
	said = [];
	free.bytes = 1e12;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** What the new version has made of the data, and the copy of before. */
function migrated(): void {
	writeFileSync(database, "migrated");
	writeFileSync(`${database}-wal`, "migrated too");
	mkdirSync(join(directory, ".notes.db-litestream"));
	writeFileSync(join(directory, ".notes.db-litestream", "x"), "");
	writeFileSync(switching.before?.copy ?? "", "before");
	writeMarker(directory, { app: "a/b/c", known: true, restored: false });
}
const aside = () => readdirSync(directory).filter((name) => name.startsWith("set-aside-"));
/** All that counts is as it was before, and what was made of it is kept. */
function isAsBefore(): void {
	expect(readFileSync(database, "utf8")).toBe("before");
	// A WAL of the other data would be played into this one.
	expect(readdirSync(directory).filter((name) => /-(wal|shm|journal)$|-litestream$|before-deploy/.test(name))).toEqual(
		[],
	);
	expect(aside()).toHaveLength(1);
	const kept = join(directory, aside()[0] ?? "");
	expect(readdirSync(kept).sort()).toEqual([".notes.db-litestream", "notes.db", "notes.db-wal"]);
	expect(readFileSync(join(kept, "notes.db"), "utf8")).toBe("migrated");
	// The replica is ahead of it: it goes on behind that, as after a restore.
	expect(readMarker(directory)).toEqual({ app: "a/b/c", known: true, restored: true });
}

describe("an undone deploy", () => {
	it("puts the data of before in its place, and keeps the other", async () => {
		migrated();
		await putBack(settings, new Instances(settings.open), switching, say);
		isAsBefore();
		expect(said).toEqual([expect.stringContaining(`what the new version made of it is in ${directory}/set-aside-`)]);
	});

	it("stops the new version first", async () => {
		migrated();
		const events: string[] = [];
		const instances = {
			get: (id: string) => ({
				stop: async (seconds: number) => {
					expect(readFileSync(database, "utf8")).toBe("migrated");
					events.push(`stop ${id} ${seconds}`);
				},
			}),
		} as unknown as Instances;
		await putBack(settings, instances, switching, say);
		expect(events).toEqual(["stop two 2"]);
		isAsBefore();
	});

	it("touches nothing where the new version does not stop", async () => {
		migrated();
		const instances = {
			get: () => ({ stop: () => Promise.reject(new Error("does not stop")) }),
		} as unknown as Instances;
		await expect(putBack(settings, instances, switching, say)).rejects.toThrow("does not stop");
		expect(readFileSync(database, "utf8")).toBe("migrated");
		expect(aside()).toEqual([]);
	});

	it("is tried until it is done, and says once what is in the way", async () => {
		migrated();
		let tries = 0;
		const stop = async () => {
			tries += 1;
			if (tries < 4) throw new Error("the container two does not stop");
		};
		const instances = { get: () => ({ stop }) } as unknown as Instances;
		await inTheEnd(() => putBack(settings, instances, switching, say), say, 1);
		isAsBefore();
		expect(said).toEqual([
			"cannot go back yet, and goes on trying: the container two does not stop",
			expect.stringContaining("the data is as it was before; "),
		]);
	});

	it("leaves nothing behind that SQLite has put beside the copy", async () => {
		migrated();
		for (const suffix of ["-wal", "-shm"]) writeFileSync(`${switching.before?.copy}${suffix}`, "");
		await putBack(settings, new Instances(settings.open), switching, say);
		isAsBefore();
	});

	it("leaves the data alone where nothing was done to it yet", async () => {
		writeFileSync(database, "live");
		writeFileSync(join(directory, ".holdfast-before-deploy.db"), "half a co");
		await putBack(settings, new Instances(settings.open), { ...switching, before: undefined }, say);
		expect([readFileSync(database, "utf8"), aside(), said]).toEqual(["live", [], []]);
	});

	it.each([
		["before anything", () => {}],
		[
			"with the new data set aside in part",
			() => {
				mkdirSync(join(directory, "set-aside-1-failed-deploy"));
				renameSync(database, join(directory, "set-aside-1-failed-deploy", "notes.db"));
			},
		],
		[
			"with the new data set aside",
			() => {
				mkdirSync(join(directory, "set-aside-1-failed-deploy"));
				for (const name of ["notes.db", "notes.db-wal", ".notes.db-litestream"]) {
					renameSync(join(directory, name), join(directory, "set-aside-1-failed-deploy", name));
				}
			},
		],
	])("that is interrupted %s is done by the keeper that comes next", async (_when, happened) => {
		migrated();
		happened();
		const record = new RecordFile(directory);
		record.update({ switching, current: { instance: "one", version: VERSION, since: "" } });
		await undoInterrupted(settings, new RecordFile(directory), say);
		expect(readFileSync(database, "utf8")).toBe("before");
		expect(
			readdirSync(directory).filter((name) => /-(wal|shm|journal)$|-litestream$|before-deploy/.test(name)),
		).toEqual([]);
		const kept = aside()
			.flatMap((name) => readdirSync(join(directory, name)))
			.sort();
		expect(kept).toEqual([".notes.db-litestream", "notes.db", "notes.db-wal"]);
		const { current, switching: left, outcomes } = new RecordFile(directory).value;
		expect([current?.instance, left]).toEqual(["one", undefined]);
		expect(outcomes).toMatchObject([
			{ attempt: "a", instance: "two", ok: false, reason: expect.stringContaining("stopped") },
		]);
		expect(said.join()).not.toContain("undefined");
		// Once more, and nothing happens.
		await undoInterrupted(settings, new RecordFile(directory), say);
		expect([readFileSync(database, "utf8"), new RecordFile(directory).value.outcomes.length]).toEqual(["before", 1]);
	});

	it("that is interrupted with all done but the record is only recorded", async () => {
		migrated();
		await putBack(settings, new Instances(settings.open), switching, say);
		new RecordFile(directory).update({ switching });
		await undoInterrupted(settings, new RecordFile(directory), say);
		isAsBefore();
		expect(new RecordFile(directory).value.switching).toBeUndefined();
	});

	it("is none where no deploy was under way, and only a copy for a move to Postgres goes", async () => {
		writeFileSync(database, "live");
		for (const suffix of ["", "-wal", "-shm"]) writeFileSync(`${copyForMove(settings)}${suffix}`, "for a move");
		await undoInterrupted(settings, new RecordFile(directory), say);
		expect([readFileSync(database, "utf8"), said, readdirSync(directory).sort()]).toEqual([
			"live",
			[],
			["gate", "notes.db"],
		]);
	});
});

describe("the copy that leads back", () => {
	it("needs room, and without it a deploy is refused", () => {
		writeFileSync(database, "x".repeat(1000));
		expect(() => needRoomForCopy(settings)).not.toThrow();
		free.bytes = 1100;
		expect(() => needRoomForCopy(settings)).toThrow(Refusal);
		expect(() => needRoomForCopy(settings)).toThrow(
			"disk-full: a deploy keeps a copy of the database until it has succeeded",
		);
	});

	it("goes with all that SQLite has put beside it", async () => {
		migrated();
		for (const suffix of ["-wal", "-shm", "-journal"]) writeFileSync(`${switching.before?.copy}${suffix}`, "");
		await discard(switching.before?.copy ?? "");
		expect(readdirSync(directory).filter((name) => name.startsWith(".holdfast-before"))).toEqual([]);
		expect(existsSync(database)).toBe(true);
	});
});
