import { describe, expect, it } from "vitest";
import { type AppArgs, environmentOf, withDefaults } from "../../components/app";
import { appProblems } from "../../components/appRules";

const good: AppArgs = {
	image: "ghcr.io/me/notes:1",
	port: 8000,
	data: { mountPath: "/app/data", databaseFile: "notes.db" },
};
const wrong = (change: Partial<AppArgs>) =>
	Object.fromEntries(appProblems({ ...good, ...change }).map(({ propertyPath, reason }) => [propertyPath, reason]));

describe("an app", () => {
	it("defaults: those of the guides", () => {
		expect(appProblems(good)).toEqual([]);
		expect(withDefaults(good)).toMatchObject({
			user: 1000,
			health: { path: "/health", intervalSeconds: 30, timeoutSeconds: 10, retries: 3, startPeriodSeconds: 40 },
			logs: { maxSizeMB: 10, maxFiles: 3 },
			stopGraceSeconds: 30,
			deploy: { rehearsal: {}, mayLose: [] },
		});
		expect(environmentOf(withDefaults(good))).toEqual({
			DATA_DIR: "/app/data",
			DATABASE_URL: "sqlite:////app/data/notes.db",
		});
	});

	it("custom: mount and variables come from one value", () => {
		const app = withDefaults({
			...good,
			data: {
				mountPath: "/srv//data/",
				databaseFile: "/srv/data/sub/users.db",
				variables: { DB_DIR: "directory", DB_FILE: "file", DB_URL: "url" },
				urlScheme: "sqlite+aiosqlite",
			},
			cache: { mountPath: "/srv/tmp", variables: ["CACHE_DIR", "TMP_FILES"] },
			environment: { LOG_LEVEL: "INFO" },
			secrets: { ADMIN_KEY: "hidden" },
			health: false,
		});
		expect(app.data.mountPath).toBe("/srv/data");
		expect(app.health).toBeUndefined();
		expect(environmentOf(app)).toEqual({
			LOG_LEVEL: "INFO",
			DB_DIR: "/srv/data",
			DB_FILE: "/srv/data/sub/users.db",
			DB_URL: "sqlite+aiosqlite:////srv/data/sub/users.db",
			CACHE_DIR: "/srv/tmp",
			TMP_FILES: "/srv/tmp",
			ADMIN_KEY_FILE: "/run/secrets/ADMIN_KEY",
		});
	});

	it("custom: how a version takes over", () => {
		const deployOf = (deploy: AppArgs["deploy"]) => withDefaults({ ...good, deploy }).deploy;
		expect(deployOf({ rehearsal: false })).toEqual({ rehearsal: false, mayLose: [] });
		expect(deployOf({ mayLose: undefined })).toEqual({ rehearsal: {}, mayLose: [] });
		expect(deployOf({ rehearsal: { network: true }, mayLose: ["a"], rollback: "keep-data" })).toEqual({
			rehearsal: { network: true },
			mayLose: ["a"],
			rollback: "keep-data",
		});
	});

	it.each([
		[{ rehearsal: true }, "deploy.rehearsal", "must be false, or { network: true } (got true)"],
		[{ rehearsal: null }, "deploy.rehearsal", "(got null)"],
		[{ rehearsal: "no" }, "deploy.rehearsal", '(got "no")'],
		[{ mayLose: "sessions" }, "deploy.mayLose", '(got "sessions")'],
		[{ mayLose: ["a", ""] }, "deploy.mayLose", 'must be a list of tables\' names, such as ["sessions"] (got ["a",""])'],
		[{ mayLose: [3] }, "deploy.mayLose", "(got [3])"],
	])("throws: the deploy %j", (deploy, path, reason) => {
		expect(wrong({ deploy: deploy as AppArgs["deploy"] })).toEqual({ [path]: expect.stringContaining(reason) });
	});

	it("does not change what the caller gave", () => {
		const given = Object.freeze({ ...good, environment: Object.freeze({ A: "1" }) });
		withDefaults(given);
		expect(given).toEqual({ ...good, environment: { A: "1" } });
	});
});

describe("an app is refused", () => {
	it("all at once, each with option, rule, value and way out", () => {
		const problems = wrong({
			port: 0,
			data: { mountPath: "data", databaseFile: "x.db" },
			memoryMiB: 3,
			health: { retries: 0 },
		});
		expect(problems.port).toBe("must be a whole number from 1 to 65535 (got 0)");
		expect(problems["data.mountPath"]).toContain(
			'must be an absolute path in the container (got "data"): write "/data"',
		);
		expect(Object.keys(problems)).toEqual(["port", "data.mountPath", "health.retries", "memoryMiB"]);
	});

	it.each(["app/data", "./data", "../data", ""])("for the relative mount path %j", (mountPath) => {
		expect(wrong({ data: { mountPath, databaseFile: "notes.db" } })["data.mountPath"]).toContain("absolute path");
	});

	it.each(["/", "/etc", "/etc/app", "/usr/share/app", "/tmp/data", "/run/secrets", "/run", "//tmp//x/.."])(
		"for the mount path %j, which the system needs",
		(mountPath) => {
			expect(wrong({ data: { mountPath, databaseFile: "notes.db" } })["data.mountPath"]).toContain(
				"directory of its own",
			);
		},
	);

	it("for a mount path that Docker could not write down", () => {
		expect(wrong({ data: { mountPath: "/app/my data", databaseFile: "x.db" } })["data.mountPath"]).toContain(
			"no space",
		);
		expect(wrong({ data: { mountPath: "/app:ro", databaseFile: "x.db" } })["data.mountPath"]).toContain("colon");
	});

	it.each(["/app/data", "/app/data/cache", "/app"])("for the cache %j, which overlaps the data", (mountPath) => {
		expect(wrong({ cache: { mountPath } })["cache.mountPath"]).toContain("must not overlap data.mountPath");
	});

	it("but not for a cache beside the data with a name that begins the same", () => {
		expect(wrong({ cache: { mountPath: "/app/data-cache" } })).toEqual({});
	});

	it.each(["../notes.db", "/var/notes.db", "sub/../../notes.db", "", ".", "/app/data", "sub/"])(
		"for the database %j, outside the data directory",
		(databaseFile) => {
			expect(wrong({ data: { mountPath: "/app/data", databaseFile } })["data.databaseFile"]).toContain(
				"inside data.mountPath",
			);
		},
	);

	it("for a variable that contradicts the mount", () => {
		const problems = wrong({ environment: { DATA_DIR: "/data", DATABASE_URL: "sqlite:////app/data/notes.db" } });
		expect(problems).toEqual({
			"environment.DATA_DIR": expect.stringContaining(
				'must agree with the mount, which makes it "/app/data" (got "/data")',
			),
		});
	});

	it.each(["sqlite:///notes.db", "sqlite:////tmp/notes.db", "sqlite+aiosqlite:////app/notes.db?timeout=5"])(
		"for a variable of any name that says %j",
		(value) => {
			expect(
				wrong({ environment: { SQLALCHEMY_DATABASE_URI: value } })["environment.SQLALCHEMY_DATABASE_URI"],
			).toContain("must not name another SQLite file");
		},
	);

	it("but not for a variable that names the same file", () => {
		expect(wrong({ environment: { OTHER_URL: "sqlite:////app/data//notes.db?mode=rw" } })).toEqual({});
	});

	it("for a secret that is also in the open", () => {
		const secrets = { KEY: "x" };
		expect(wrong({ secrets, environment: { KEY: "x" } })["secrets.KEY"]).toContain("remove environment.KEY");
		expect(wrong({ secrets, environment: { KEY_FILE: "x" } })["secrets.KEY"]).toContain("remove environment.KEY_FILE");
		const built = { image: undefined, build: { context: ".", args: { KEY: "x" } } };
		expect(wrong({ secrets, ...built })["secrets.KEY"]).toContain("remove build.args.KEY");
	});

	it("for a variable with two meanings, of which one would win unseen", () => {
		expect(wrong({ secrets: { DATABASE_URL: "x" } })["secrets.DATABASE_URL"]).toContain(
			"in data.variables.DATABASE_URL",
		);
		expect(wrong({ cache: { mountPath: "/app/tmp", variables: ["DATA_DIR"] } })["cache.variables"]).toContain(
			"second meaning",
		);
		const data = { ...good.data, variables: { DB_FILE: "file" as const } };
		expect(wrong({ data, secrets: { DB: "x" } })["secrets.DB"]).toContain("must not give DB_FILE a second meaning");
	});

	it("but not for Node's usual directory under /usr", () => {
		expect(wrong({ data: { mountPath: "/usr/src/app/data", databaseFile: "x.db" } })).toEqual({});
	});

	it.each([
		["neither image nor build", { image: undefined }, "image"],
		["image and build", { build: { context: "." } }, "image"],
		["an image that is no reference", { image: "a b" }, "image"],
		["a port out of range", { port: 65536 }, "port"],
		["a port that is no number", { port: "8000" as unknown as number }, "port"],
		["a scheme that is not SQLite's", { data: { ...good.data, urlScheme: "postgresql" } }, "data.urlScheme"],
		["a variable with a wrong name", { environment: { "A-B": "" } }, "environment.A-B"],
		[
			"a data variable with a wrong name",
			{ data: { ...good.data, variables: { "A B": "url" } } },
			"data.variables.A B",
		],
		[
			"a database whose name needs quoting in a URL",
			{ data: { ...good.data, databaseFile: "my?n #.db" } },
			"data.databaseFile",
		],
		["a secret with a wrong name", { secrets: { "A/B": "" } }, "secrets.A/B"],
		["an empty command", { command: [] }, "command"],
		["an empty migration", { migration: [""] }, "migration"],
		["initial data that is a relative path", { initialData: "a.db" }, "initialData"],
		["initial data that is a web address", { initialData: "https://example.org/a.db" }, "initialData"],
		["initial data that is a whole bucket", { initialData: "s3://bucket" }, "initialData"],
		["a user out of range", { user: 70000 }, "user"],
		["a group out of range", { group: -1 }, "group"],
		["a user's name for an image that is built", { image: undefined, build: { context: "." }, user: "app" }, "user"],
		["a health path that is none", { health: { path: "health" } }, "health.path"],
		["a health path that needs quoting", { health: { path: '/x"; rm' } }, "health.path"],
		["a health interval of 0", { health: { intervalSeconds: 0 } }, "health.intervalSeconds"],
		["a health timeout of 0", { health: { timeoutSeconds: 0 } }, "health.timeoutSeconds"],
		["a negative start period", { health: { startPeriodSeconds: -1 } }, "health.startPeriodSeconds"],
		["no log at all", { logs: { maxFiles: 0 } }, "logs.maxFiles"],
		["a log without size", { logs: { maxSizeMB: 0.5 } }, "logs.maxSizeMB"],
		["a grace of 0, which is to kill", { stopGraceSeconds: 0 }, "stopGraceSeconds"],
		["a grace over what every platform allows", { stopGraceSeconds: 121 }, "stopGraceSeconds"],
		["no processor", { cpus: 0 }, "cpus"],
	])("for %s", (_what, change, path) => {
		expect(Object.keys(wrong(change as Partial<AppArgs>))).toEqual([path]);
	});
});
