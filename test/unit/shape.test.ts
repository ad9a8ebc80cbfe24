import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { shapeProblems, unknownKey } from "../../stacks/shape";
import type { Target } from "../../stacks/shapes";

const good = { name: "notes", app: { image: "a", port: 8000, data: { mountPath: "/d", databaseFile: "x" } } };
const wrong = (raw: unknown, target?: Target) =>
	Object.fromEntries(shapeProblems(raw, target).map(({ propertyPath, reason }) => [propertyPath, reason]));

describe("the shape of a configuration", () => {
	it("takes what is right", () => {
		expect(shapeProblems(good)).toEqual([]);
		expect(shapeProblems({ ...good, app: { ...good.app, health: false, user: "app", secrets: ["A"] } })).toEqual([]);
	});

	it.each([{}, { rehearsal: false }, { rehearsal: {} }, { rehearsal: { network: true }, mayLose: ["sessions"] }])(
		"takes the deploy %j",
		(deploy) => {
			expect(shapeProblems({ ...good, app: { ...good.app, deploy } })).toEqual([]);
		},
	);

	it.each([
		[{ rehearsel: false }, { "app.deploy.rehearsel": expect.stringContaining("did you mean rehearsal?") }],
		[{ rehearsal: true }, { "app.deploy.rehearsal": "must be of another kind (got true)" }],
		[{ rehearsal: { network: "yes" } }, { "app.deploy.rehearsal.network": 'must be true or false (got "yes")' }],
		[{ rehearsal: { netwrk: true } }, { "app.deploy.rehearsal.netwrk": expect.stringContaining("mean network?") }],
		[{ mayLose: "sessions" }, { "app.deploy.mayLose": 'must be a list (got "sessions")' }],
		// Only one update goes back: by a command, never by what is written down.
		[{ rollback: "keep-data" }, { "app.deploy.rollback": expect.stringContaining("is not a setting") }],
	])("throws: the deploy %j", (deploy, problems) => {
		expect(wrong({ ...good, app: { ...good.app, deploy } })).toEqual(problems);
	});

	it("takes the deploy that Pulumi.vps.yaml shows in a comment", () => {
		const file = readFileSync(join(__dirname, "..", "..", "stacks", "Pulumi.vps.yaml"), "utf8");
		const { deploy } = parse(/# (deploy: .*)/.exec(file)?.[1] ?? "") as { deploy: object };
		expect(deploy).toMatchObject({ rehearsal: { network: true } });
		expect(shapeProblems({ ...good, app: { ...good.app, deploy } })).toEqual([]);
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

	it("says of a key of another target for which one it is", () => {
		const cloudWrong = (raw: object) => wrong({ ...good, target: "gcp", ...raw }, "gcp");
		expect(cloudWrong({ publish: { port: 1 }, aws: {}, backup: { volume: "v", tags: {} } })).toEqual({
			publish: 'is for a Docker host (got "publish"), and this stack\'s holdfast:target is gcp: take it out',
			aws: expect.stringContaining("is for AWS"),
			"backup.volume": expect.stringContaining("is for a Docker host"),
			"backup.tags": expect.stringContaining("is for AWS"),
		});
		expect(wrong({ ...good, alerts: { email: "a@b" } })).toEqual({
			alerts: expect.stringContaining("is for Google Cloud and AWS"),
		});
		expect(cloudWrong({ gcp: { scal: "to-zero" } })).toEqual({ "gcp.scal": expect.stringContaining("mean scale?") });
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
