import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type DockerAppArgs, dockerAppProblems } from "../../components/docker/args";
import { postgresProblems } from "../../components/docker/host/postgres";
import {
	DockerPostgres,
	type DockerPostgresArgs,
	dockerPostgresProblems,
	POSTGRES_IMAGE,
} from "../../components/docker/postgres";
import { movingOf, postgresNameProblems } from "../../components/postgres";
import * as versions from "../../tools/setup/versions";
import { args, CONTAINER, haveKeeperProgram, make, VOLUME } from "./docker";
import { Made, resolved } from "./mocks";

vi.mock("../../components/docker/cli", () => vi.importActual("./dockerCliFake"));

const made = new Made();
beforeAll(haveKeeperProgram);
beforeEach(async () => {
	made.forget();
	await made.start();
});

const wrong = (change: object) =>
	Object.fromEntries(
		dockerAppProblems({ ...args, ...change } as DockerAppArgs).map(({ propertyPath, reason }) => [
			propertyPath,
			reason,
		]),
	);

it.for([
	[{ database: "postgres" }, "postgres"],
	[{ database: "postgres", move: { settled: true } }, "postgres settled"],
	[{ database: "sqlite", move: { return: "leave" } }, "sqlite return leave"],
] as [Partial<DockerAppArgs>, string][])(
	"the app's container says where its data is to be, for the guard: %o",
	async ([change, value]) => {
		await make({ postgres: new DockerPostgres("notes"), ...change });
		expect(made.of(CONTAINER).notes?.labels).toContainEqual({ label: "holdfast.database", value });
	},
);

describe("the server", () => {
	it("runs closed, on kept volumes, and only who mounts the URL's volume has the password", async () => {
		const postgres = new DockerPostgres("notes", { memoryMiB: 256 });
		await make({ postgres, database: "postgres", move: { replace: { "notes.text": "NULL" } } });
		const { "notes-postgres": server, "notes-postgres-dump": dump, ...others } = made.of(CONTAINER);
		expect(server).toMatchObject({
			user: "999:999",
			readOnly: true,
			capabilities: { drops: ["ALL"] },
			memory: 256,
			networksAdvanced: [{ name: "shop-test-notes-postgres-network" }],
			stopSignal: "SIGINT",
			wait: true,
		});
		expect(server?.ports).toBeUndefined();
		expect(server?.envs).toEqual([
			"HOLDFAST_POSTGRES_NAME=notes",
			"HOLDFAST_POSTGRES_HOST=shop-test-notes-postgres",
			"HOLDFAST_POSTGRES_MEMORY_MIB=256",
		]);
		const url = { source: "shop-test-notes-postgres-url", target: "/run/holdfast-postgres", readOnly: true };
		const dumps = { source: "shop-test-notes-postgres-dumps", target: "/dumps" };
		expect(dump?.mounts).toMatchObject([url, dumps]);
		expect(others["notes-keeper"]?.mounts).toEqual(
			expect.arrayContaining([expect.objectContaining(url), expect.objectContaining(dumps)]),
		);
		expect(others["notes-keeper"]?.envs).toContain("HOLDFAST_POSTGRES_URL_FILE=/run/holdfast-postgres/url");
		for (const container of ["notes-keeper", "notes-rehearsal", "notes"]) {
			expect(others[container]?.mounts, container).toContainEqual({ type: "volume", ...url });
			expect(others[container]?.networksAdvanced, container).toContainEqual({
				name: "shop-test-notes-postgres-network",
			});
		}
		expect(others["notes-prepare"]?.mounts).not.toContainEqual(expect.objectContaining({ source: url.source }));
		expect(Object.keys(made.of(VOLUME))).toEqual(
			expect.arrayContaining(["notes-postgres-data", "notes-postgres-url", "notes-postgres-dumps"]),
		);
		expect([await resolved(postgres.database), await resolved(postgres.server)]).toEqual([
			"notes",
			"shop-test-notes-postgres",
		]);
	});

	it("never chosen, is nowhere", async () => {
		await make();
		expect(JSON.stringify([made.of(CONTAINER), made.of(VOLUME)]).replaceAll("holdfast_url", "")).not.toMatch(
			/HOLDFAST_POSTGRES|notes-postgres|dumps/,
		);
	});

	it("says every option that is wrong, at once", () => {
		const every: DockerPostgresArgs = {
			databaseName: "Notes",
			memoryMiB: 64,
			cpus: 0,
			dumpHours: 0,
			logs: { maxFiles: 0 },
		};
		expect(dockerPostgresProblems("notes", every).map(({ propertyPath }) => propertyPath)).toEqual([
			"databaseName",
			"memoryMiB",
			"dumpHours",
			"logs.maxFiles",
			"cpus",
		]);
		expect(dockerPostgresProblems("my-notes", {})).toEqual([]);
	});

	it.each(["postgres", "pg_notes", "template1", "holdfast", "1notes", "a b", `n${"o".repeat(40)}`, 'n"; DROP', ""])(
		"may not be called %j",
		(name) => expect(postgresNameProblems("databaseName", name)).toHaveLength(1),
	);

	it("has the image that the set-up makes, and says where it is missing", async () => {
		expect(versions.POSTGRES_IMAGE).toBe(POSTGRES_IMAGE);
		const docker = (found: object[]) => ({ inspect: async () => found }) as never;
		const having = { postgres: {} as never };
		expect(await postgresProblems(docker([]), having)).toMatchObject([{ propertyPath: "postgres" }]);
		expect(await postgresProblems(docker([{}]), having)).toEqual([]);
		expect(await postgresProblems(docker([]), {})).toEqual([]);
	});
});

describe("a move", () => {
	const postgres = {};

	it("is for an app that has a keeper and learns where its database is", () => {
		expect(wrong({ postgres })).toEqual({});
		expect(wrong({ postgres, database: "postgres", move: { settled: true } })).toEqual({});
		expect(wrong({ database: "postgres" })).toEqual({ database: expect.stringContaining("needs a server") });
		expect(wrong({ database: "mysql" })).toEqual({ database: 'must be one of sqlite, postgres (got "mysql")' });
		expect(wrong({ postgres, backup: false })).toEqual({ postgres: expect.stringContaining("needs a backup") });
		const data = { ...args.data, variables: { DATA_DIR: "directory" } };
		expect(wrong({ postgres, data })).toEqual({
			postgres: expect.stringContaining("add one such as DATABASE_URL: url"),
		});
		expect(wrong({ move: {} })).toEqual({ move: expect.stringContaining("needs a server to move to") });
	});

	it("says all that is wrong with it at once", () => {
		const move = { replace: { notes: "NULL", "notes.text": " " }, return: "copy", settled: true, urlScheme: "mysql" };
		expect(wrong({ postgres, database: "postgres", move })).toEqual({
			"move.replace.notes": expect.stringContaining("such as notes.text"),
			"move.replace.notes.text": expect.stringContaining("must be an SQLite expression"),
			"move.return": expect.stringContaining("is for the way back to SQLite"),
			"move.urlScheme": expect.stringContaining("postgresql+asyncpg"),
		});
		expect(wrong({ postgres, move: { settled: true, return: "perhaps" } })).toEqual({
			"move.settled": expect.stringContaining("there is no move to settle"),
			"move.return": 'must be one of copy, leave (got "perhaps")',
		});
	});

	it("is told to a deploy: rehearsed while SQLite serves, by every variable that has the URL", () => {
		expect(movingOf(args)).toBeUndefined();
		expect(movingOf({ ...args, postgres })).toEqual({
			database: "sqlite",
			move: { rehearse: true },
			urls: { DATABASE_URL: "postgresql" },
		});
		const data = { ...args.data, variables: { DB: "url", OTHER: "url", FILE: "file" } as const };
		const move = { settled: true, urlScheme: "postgresql+asyncpg" };
		expect(movingOf({ data, postgres, database: "postgres", move })).toEqual({
			database: "postgres",
			move: { rehearse: false, settled: true },
			urls: { DB: "postgresql+asyncpg", OTHER: "postgresql+asyncpg" },
		});
	});
});
