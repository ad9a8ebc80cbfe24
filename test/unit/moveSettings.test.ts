import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { hostProblems } from "../../components/docker/host/index";
import { checkedDockerSettings } from "../../stacks/dockerSettings";
import { hasPostgres } from "../../tools/stackConfig";
import { Made } from "./mocks";

vi.mock("../../components/docker/host/index", () => ({ hostProblems: vi.fn() }));

const app = { image: "notes:1", port: 8000, data: { mountPath: "/app/data", databaseFile: "notes.db" } };

beforeAll(() => new Made().start(undefined, "holdfast"));
beforeEach(() => {
	vi.mocked(hostProblems).mockResolvedValue({ problems: [], identity: { user: 1000, group: 1000 } });
});
afterEach(() => {
	pulumi.runtime.setAllConfig({});
	vi.unstubAllEnvs();
});

async function read(settings: Record<string, unknown>) {
	const all = Object.entries({ name: "notes", app, ...settings }).map(([key, value]) => [
		`holdfast:${key}`,
		typeof value === "object" ? JSON.stringify(value) : `${value}`,
	]);
	pulumi.runtime.setAllConfig(Object.fromEntries(all));
	const { args, postgres } = await checkedDockerSettings();
	return { database: args.database, server: postgres, hasServer: args.postgres !== undefined, move: args.move };
}

async function wrong(settings: Record<string, unknown>) {
	const error = await read(settings).catch((reason: unknown) => reason);
	if (!pulumi.InputPropertiesError.isInstance(error)) throw error;
	return Object.fromEntries((error.errors ?? []).map(({ propertyPath, reason }) => [propertyPath, reason]));
}

describe("holdfast:database and holdfast:postgres", () => {
	it("left out, nothing of Postgres is there; either one brings the server", async () => {
		const none = { database: undefined, server: undefined, hasServer: false, move: undefined };
		expect(await read({})).toEqual(none);
		expect(await read({ database: "sqlite" })).toEqual({ ...none, database: "sqlite" });
		expect(await read({ postgres: {} })).toEqual({ ...none, server: {}, hasServer: true });
		expect(await read({ database: "postgres" })).toEqual({
			...none,
			database: "postgres",
			server: {},
			hasServer: true,
		});
	});

	it("are the server's and the move's, in one group", async () => {
		const move = { replace: { "notes.text": "NULL" }, return: "leave", urlScheme: "postgresql+psycopg" };
		const server = { memoryMiB: 256, cpus: 1, dumpHours: 6, databaseName: "shop" };
		expect(await read({ postgres: { ...move, ...server } })).toEqual({
			database: undefined,
			server,
			hasServer: true,
			move,
		});
	});

	it("throws: what is wrong, under the names they have here, at once", async () => {
		expect(await wrong({ database: "postgre", postgres: { memoryMB: 1 } })).toEqual({
			database: 'must be one of sqlite, postgres (got "postgre")',
			"postgres.memoryMB": expect.stringContaining("did you mean memoryMiB?"),
		});
		expect(
			await wrong({
				backup: false,
				database: "postgres",
				postgres: { return: "copy", dumpHours: 0, replace: { a: "b" } },
			}),
		).toEqual({
			postgres: expect.stringContaining("needs a backup, whose keeper copies and verifies every row"),
			"postgres.replace.a": expect.stringContaining("such as notes.text"),
			"postgres.return": expect.stringContaining("is for the way back to SQLite"),
			"postgres.dumpHours": expect.stringContaining("from 1 to 720 (got 0)"),
		});
		expect(await wrong({ postgres: { settled: true } })).toEqual({
			"postgres.settled": expect.stringContaining("must not be without database: postgres"),
		});
	});
});

it("only a stack whose configuration names Postgres needs its image", () => {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-config-"));
	onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
	const file = join(directory, "config.yaml");
	vi.stubEnv("HOLDFAST_CONFIG", file);
	expect(hasPostgres("any")).toBe(false);
	for (const [lines, expected] of [
		["  holdfast:database: postgres", true],
		['  "holdfast:database": "postgres"', true],
		["  holdfast:postgres: {}", true],
		["  holdfast:postgres:\n    dumpHours: 6", true],
		["  holdfast:database: sqlite", false],
		["  # holdfast:postgres: {}", false],
		["  holdfast:name: postgres", false],
	] as const) {
		writeFileSync(file, `config:\n${lines}\n`);
		expect([lines, hasPostgres("any")]).toEqual([lines, expected]);
	}
});
