import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { untilHealthy } from "../../components/keeper/appHealth";
import type { Instance } from "../../components/keeper/deploy/instance";
import { RecordFile } from "../../components/keeper/deploy/record";
import { rehearse } from "../../components/keeper/deploy/rehearsal";
import type { Shape } from "../../components/keeper/deploy/shape";
import type { Version } from "../../components/keeper/deploy/version";
import { inspect } from "../../components/keeper/inspect";
import type { Postgres } from "../../components/keeper/postgres/postgres";
import type { Settings } from "../../components/keeper/settings";
import { reportOf } from "./deployScene";
import { VERSION } from "./shellContainer";

const free = vi.hoisted(() => ({ bytes: 1e12 }));
vi.mock("../../components/keeper/inspect", () => ({ inspect: vi.fn() }));
vi.mock("../../components/keeper/appHealth", () => ({ untilHealthy: vi.fn() }));
vi.mock("../../components/keeper/diagnostics", async (original) => ({
	...(await original<typeof import("../../components/keeper/diagnostics")>()),
	freeIn: () => free.bytes,
}));

const shape = (rows: number, ...columns: string[]): Shape => ({
	tables: { notes: { rows, columns: ["id", ...columns] } },
	orphans: {},
	schema: `${columns}`,
});

let root: string;
let settings: Settings;
let events: string[];
let shapes: Shape[];
let defect: string | undefined;
let ended: { code: number; report: string[] } | undefined;
let migration: number | undefined;
let record: RecordFile;
let moveFails: Error | undefined;
/** What is in the rehearsal's directory while the migration runs. */
let seen: Record<string, string>;

beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), "holdfast-rehearsal-"));
	const [live, rehearsal] = [join(root, "data"), join(root, "rehearsal")];
	mkdirSync(join(live, "db"), { recursive: true });
	mkdirSync(rehearsal);
	settings = { dataDirectory: live, database: join(live, "db", "notes.db"), rehearsal } as Settings;
	writeFileSync(settings.database, "live rows");
	[events, shapes, defect, ended, migration, seen] = [[], [shape(3)], undefined, undefined, 0, {}];
	free.bytes = 1e12;
	record = new RecordFile(root);
	moveFails = undefined;
	vi.mocked(inspect).mockImplementation((async (question: string, path: string, target = "") => {
		if (question === "copy") {
			writeFileSync(target, readFileSync(path));
			return { pages: 1 };
		}
		if (question === "check") return { defect };
		return shapes.length > 1 ? shapes.shift() : shapes[0];
	}) as unknown as typeof inspect);
	vi.mocked(untilHealthy).mockResolvedValue(undefined);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function rehearsed(version: Partial<Version> = {}) {
	let end: (code: number) => void = () => {};
	const instance = {
		id: "r",
		migrate: async (database = "sqlite") => {
			events.push(database === "sqlite" ? "migrate" : "migrate on Postgres");
			for (const name of readdirSync(settings.rehearsal, { recursive: true }) as string[]) {
				const path = join(settings.rehearsal, name);
				try {
					seen[name] = readlinkSync(path);
				} catch {
					seen[name] = name.endsWith(".db") ? readFileSync(path, "utf8") : "directory";
				}
			}
			return migration;
		},
		tryApp: (database = "sqlite") => {
			events.push(database === "sqlite" ? "try" : "try on Postgres");
			return new Promise((resolve) => {
				end = resolve;
			});
		},
		signal: async (name: string) => {
			events.push(name);
			end(0);
			return true;
		},
		stop: async () => void events.push("stop"),
		finish: (code: number, report: string[]) => {
			ended = { code, report };
		},
	} as unknown as Instance;
	const postgres = {
		unreachable: async () => undefined,
		makeRehearsal: async () => "notes_rehearsal",
		baseline: async (name: string) => void events.push(`baseline ${name}`),
		copy: async (file: string, _replace: object, _tell: unknown, { into: name }: { into: string }) => {
			expect(readFileSync(file, "utf8")).toBe("live rows");
			events.push(`copy to ${name}`);
			if (moveFails !== undefined) throw moveFails;
			return reportOf("to-postgres");
		},
		dropRehearsal: async () => void events.push("drop"),
	} as unknown as Postgres;
	const move = { record, postgres };
	await rehearse(instance, { ...VERSION, kind: "rehearsal", healthPath: "/health", ...version }, settings, move);
	// Whatever came of it, nothing is left of the copy, and the live data is as it was.
	expect(readdirSync(settings.rehearsal)).toEqual([]);
	expect(readFileSync(settings.database, "utf8")).toBe("live rows");
	expect(events.at(-1)).toBe("stop");
	expect(ended?.report.every((line) => line.startsWith("holdfast: "))).toBe(true);
	return { code: ended?.code, said: ended?.report.map((line) => line.slice(10)) ?? [] };
}

describe("a rehearsal", () => {
	it("migrates a copy, starts the app on it, waits for health, and says what changes", async () => {
		shapes = [shape(3), shape(3, "tag"), shape(4, "tag")];
		expect(await rehearsed()).toEqual({
			code: 0,
			said: [
				expect.stringMatching(/^the migration took [\d.]+ s on a copy of the data$/),
				"~ table notes: +tag, rows 3 → 4",
				"the new version is healthy on it: 1 table, 4 rows, integrity ok",
				expect.stringMatching(/^the rehearsal took [\d.]+ s$/),
			],
		});
		expect(events).toEqual(["migrate", "try", "TERM", "stop"]);
		expect(seen).toMatchObject({ "db/notes.db": "live rows" });
	});

	it("sees what lies beside the database as it is, but not what is the keeper's and SQLite's own", async () => {
		const { dataDirectory: live } = settings;
		for (const name of ["upload.txt", ".holdfast-keeper.json", "db/other.db", "db/notes.db-wal", "db/notes.db-shm"]) {
			writeFileSync(join(live, name), "");
		}
		for (const name of ["files", "set-aside-1-damaged", "db/.notes.db-litestream"]) mkdirSync(join(live, name));
		await rehearsed();
		expect(seen).toEqual({
			db: "directory",
			"db/notes.db": "live rows",
			"db/other.db": "/run/holdfast-live/db/other.db",
			files: "/run/holdfast-live/files",
			"upload.txt": "/run/holdfast-live/upload.txt",
		});
	});

	it("is nothing where there is no data yet", async () => {
		writeFileSync(settings.database, "");
		const rehearsal = rehearsed();
		await expect(rehearsal).rejects.toThrow("live rows");
		expect(ended).toMatchObject({
			code: 0,
			report: [expect.stringContaining("there is no data yet"), expect.anything()],
		});
		expect(events).toEqual(["stop"]);
	});

	it.each<[string, () => void, string]>([
		[
			"a migration that fails",
			() => {
				migration = 9;
			},
			"the migration failed on a copy of the data: exit code 9",
		],
		[
			"a migration whose container ends",
			() => {
				migration = undefined;
			},
			"failed on a copy of the data: its container ended",
		],
		[
			"rows that are lost",
			() => {
				shapes = [shape(3), shape(1)];
			},
			"data would be lost: the table notes has lost 2 rows",
		],
		[
			"rows that the app's own start loses",
			() => {
				shapes = [shape(3), shape(3), shape(1)];
			},
			"data would be lost",
		],
		[
			"damage",
			() => {
				defect = "row 3 missing";
			},
			"the database is not sound any more after it: row 3 missing",
		],
		[
			"an app that is ill",
			() => void vi.mocked(untilHealthy).mockResolvedValue("it answers 500"),
			"does not become healthy on a copy of the data: it answers 500",
		],
		[
			"a disk without room for it",
			() => {
				free.bytes = 10;
			},
			"a rehearsal needs room for a copy of the database",
		],
	])("is blocked by %s", async (_what, goesWrong, reason) => {
		goesWrong();
		const { code, said } = await rehearsed();
		expect(code).toBe(3);
		expect(said.join("\n")).toContain(`✗ `);
		expect(said.join("\n")).toContain(reason);
	});

	it("is not blocked by a loss that is meant", async () => {
		shapes = [shape(3), shape(1)];
		expect((await rehearsed({ mayLose: ["notes"] })).code).toBe(0);
	});

	it("clears away what one before it has left", async () => {
		mkdirSync(join(settings.rehearsal, "db"));
		writeFileSync(join(settings.rehearsal, "db", "old.db"), "old");
		await rehearsed();
		expect(seen).not.toHaveProperty("db/old.db");
		expect(existsSync(join(settings.rehearsal, "db"))).toBe(false);
	});
});

describe("the rehearsal of a move to Postgres", () => {
	it("is all of it but the switch, in a database of its own, and the app on SQLite is tried as ever", async () => {
		const { code, said } = await rehearsed({ move: { rehearse: true } });
		expect(code).toBe(0);
		expect(events).toEqual([
			...["migrate", "try", "TERM", "migrate on Postgres", "baseline notes_rehearsal", "copy to notes_rehearsal"],
			...["try on Postgres", "TERM", "drop", "stop"],
		]);
		expect(said.join("\n")).toContain("1 table with 3 rows are in Postgres");
		expect(said.at(-2)).toMatch(/^the move to Postgres was rehearsed in [\d.]+ s: the new version is healthy on it$/);
		expect(record.value.moving?.rehearsed).toMatch(/^20/);
	});

	it("of the version that moves does not try it on SQLite, and refuses a change of the schema with it", async () => {
		expect((await rehearsed({ database: "postgres", move: { rehearse: true } })).code).toBe(0);
		expect(events).not.toContain("try");
		expect(events).toContain("try on Postgres");
		events = [];
		shapes = [shape(3), shape(3, "tag"), shape(3, "tag")];
		const { code, said } = await rehearsed({ database: "postgres" });
		expect([code, said.join()]).toEqual([3, expect.stringContaining("this version changes the schema")]);
		expect(events).toEqual(["migrate", "stop"]);
	});

	it("that fails drops its database, and blocks the deploy", async () => {
		moveFails = new Error("notes.text of row 7 has a NUL");
		const { code, said } = await rehearsed({ move: { rehearse: true } });
		expect([code, said.join()]).toEqual([3, expect.stringContaining("notes.text of row 7 has a NUL")]);
		expect(events.slice(-2)).toEqual(["drop", "stop"]);
		expect(record.value.moving?.rehearsed).toBeUndefined();
	});

	it("is none where Postgres serves already, and says so", async () => {
		const current = { instance: "one", version: VERSION, since: "", database: "postgres" as const };
		record.update({ current });
		const { code, said } = await rehearsed({ database: "postgres" });
		expect([code, said.join()]).toEqual([0, expect.stringContaining("this version was not rehearsed")]);
		expect(events).toEqual(["stop"]);
	});
});
