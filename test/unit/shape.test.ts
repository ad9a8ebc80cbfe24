import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { shapeProblems, unknownKey } from "../../stacks/shape";

const good = { name: "notes", app: { image: "a", port: 8000, data: { mountPath: "/d", databaseFile: "x" } } };
const wrong = (raw: unknown) =>
	Object.fromEntries(shapeProblems(raw).map(({ propertyPath, reason }) => [propertyPath, reason]));

describe("the shape of a configuration", () => {
	it("takes what is right", () => {
		expect(shapeProblems(good)).toEqual([]);
		expect(shapeProblems({ ...good, app: { ...good.app, health: false, user: "app", secrets: ["A"] } })).toEqual([]);
	});

	it.each(["local", "vps"])("takes Pulumi.%s.yaml", (stack) => {
		const file = readFileSync(join(__dirname, "..", "..", "stacks", `Pulumi.${stack}.yaml`), "utf8");
		const { config } = parse(file) as { config: Record<string, unknown> };
		const settings = Object.entries(config).filter(([key]) => key.startsWith("holdfast:"));
		expect(shapeProblems(Object.fromEntries(settings.map(([key, value]) => [key.slice(9), value])))).toEqual([]);
	});

	it("names every unknown key with the nearest known one, at any depth", () => {
		const app = {
			...good.app,
			migrations: [],
			health: { intervalSecond: 3 },
			data: { ...good.app.data, mountpath: "/" },
		};
		expect(wrong({ ...good, publsh: {}, app })).toEqual({
			publsh: 'is not a setting (got "publsh"): did you mean publish?',
			"app.migrations": 'is not a setting (got "migrations"): did you mean migration?',
			"app.health.intervalSecond": expect.stringContaining("did you mean intervalSeconds?"),
			"app.data.mountpath": expect.stringContaining("did you mean mountPath?"),
		});
	});

	it("lists what there is where nothing is near", () => {
		expect(unknownKey("zzzzzz", ["port", "data"])).toBe('is not a setting (got "zzzzzz"): there are port, data');
	});

	it("says what a value must be, and what it is", () => {
		const app = { ...good.app, port: "80", migration: "alembic", cpus: "two", data: { mountPath: 3 } };
		expect(wrong({ ...good, name: "My App", app })).toEqual({
			name: expect.stringContaining('(got "My App")'),
			"app.port": 'must be a number (got "80")',
			"app.data.mountPath": "must be a text (got 3)",
			"app.data.databaseFile": "must be a text (got nothing)",
			"app.migration": 'must be a list (got "alembic")',
			"app.cpus": 'must be a number (got "two")',
		});
	});

	it("says so where everything is missing", () => {
		expect(wrong({})).toEqual({
			name: "must be a text (got nothing)",
			app: "must be a group of settings (got nothing)",
		});
	});
});
