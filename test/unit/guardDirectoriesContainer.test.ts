import { describe, expect, it } from "vitest";
import { SECRET, UNKNOWN } from "../../components/guard/plan";
import { type Inputs, planOf, said, step, urn, verdicts } from "./guardDirectories";

// Written by hand, as somebody without our components does.

describe("a container on a Docker host", () => {
	const container = urn("docker:index/container:Container", "web");
	const DATA = "data directory /data of web";
	const least: Inputs = {
		image: "web:1",
		envs: ["DATABASE_URL=sqlite:////data/web.db", "PASSWORD=hunter2"],
		volumes: [{ volumeName: "web-data", containerPath: "/data" }],
	};
	const plan = (change: Inputs, from: Inputs = {}) =>
		planOf([step("replace", container, { ...least, ...from }, { ...least, ...change })]);

	it.for<[string, string, Inputs, Inputs?]>([
		["a renamed volume", "at risk volume-changed", { volumes: [{ volumeName: "data", containerPath: "/data" }] }],
		[
			"a bind mount in place of it",
			"at risk volume-changed",
			{ volumes: [{ hostPath: "/srv", containerPath: "/data" }] },
		],
		["no volume", "lost mount-missing", { volumes: [] }],
		["an anonymous volume", "lost mount-missing", { volumes: [{ containerPath: "/data" }] }],
		["a directory in memory", "lost mount-missing", { volumes: [], mounts: [{ type: "tmpfs", target: "/data" }] }],
		["another path", "lost mount-path-changed", { volumes: [{ volumeName: "web-data", containerPath: "/app/data" }] }],
		["another file", "at risk database-changed", { envs: ["DATABASE_URL=sqlite:////data/b.db"] }],
		["a file outside", "lost database-outside-mount", { envs: ["DATABASE_URL=sqlite:////srv/web.db"] }],
		["a relative file", "lost database-outside-mount", { envs: ["DATABASE_URL=sqlite:///web.db"] }],
		["no variable", "at risk database-variable-changed", { envs: [] }],
		["an empty variable", "at risk database-variable-changed", { envs: ["DATABASE_URL="] }],
		["a secret variable", "at risk database-unseen", { envs: [SECRET] }],
		["unknown variables", "at risk database-unseen", { envs: UNKNOWN }],
		["Postgres", "at risk engine-switched", { envs: ["DATABASE_URL=postgres://me:hunter2@db/web"] }],
		["SQLite again", "at risk engine-switched", {}, { envs: ["DATABASE_URL=postgres://me:hunter2@db/web"] }],
		[
			"another Postgres",
			"at risk database-changed",
			{ envs: ["DATABASE_URL=postgres://me:a@b/web"] },
			{ envs: ["DATABASE_URL=postgres://me:a@c/web"] },
		],
		[
			"a volume of NFS",
			"at risk network-file-system",
			{
				volumes: [],
				mounts: [{ type: "volume", source: "n", target: "/data", volumeOptions: { driverOptions: { type: "nfs4" } } }],
			},
		],
	])("sees %s", ([, expected, change, from]) => {
		expect(verdicts(plan(change, from))).toEqual([`${expected}: ${DATA}`]);
	});

	it.for<[string, Inputs, Inputs?]>([
		["nothing", {}],
		["an image", { image: "web:2" }],
		["another variable", { envs: [...least.envs, "COLOUR=blue"] }],
		["another password", { envs: [least.envs[0], "PASSWORD=other"] }],
		["ports", { ports: [{ internal: 1 }] }],
		["a cache", { volumes: [...least.volumes, { volumeName: "web-cache", containerPath: "/cache" }] }],
		[
			"the clock of the host",
			{ volumes: [...least.volumes, { hostPath: "/etc/localtime", containerPath: "/etc/localtime", readOnly: true }] },
		],
		[
			"the same volume in the other words",
			{ volumes: [], mounts: [{ type: "volume", source: "web-data", target: "/data/" }] },
		],
		["another driver of the same file", { envs: ["DATABASE_URL=sqlite+aiosqlite:////data/web.db"] }],
		["three slashes in place of four", { envs: ["DATABASE_URL=sqlite:///data/web.db"] }],
		[
			"another password of Postgres",
			{ envs: ["DATABASE_URL=postgres://me:b@c/web"] },
			{ envs: ["DATABASE_URL=postgres://me:a@c/web"] },
		],
		["a cache that goes", {}, { volumes: [...least.volumes, { volumeName: "web-cache", containerPath: "/cache" }] }],
	])("says nothing against %s", ([, change, from]) => {
		expect(verdicts(plan(change, from))).toEqual([`kept: ${DATA}`]);
	});

	it("never shows a password", () => {
		const all = [
			said(plan({ envs: ["DATABASE_URL=postgres://me:hunter2@db/web"] }), "engine-switched"),
			said(plan({ envs: ["DATABASE_URL=postgres://me:hun/ter2@db/web?password=hunter2"] }), "engine-switched"),
		];
		expect(all.join()).not.toMatch(/hunter2|ter2/);
		expect(all[0]).toContain("postgres://…@db/web");
	});

	it("a secret that stays one is unseen only if it is what changed", () => {
		const secret = { ...least, envs: SECRET };
		const change = { ...step("replace", container, secret, { ...secret, image: "web:2" }), replaceReasons: ["image"] };
		expect(verdicts(planOf([change]))).toEqual([`kept: ${DATA}`]);
		expect(verdicts(planOf([{ ...change, replaceReasons: ["envs"] }]))).toEqual([`at risk database-unseen: ${DATA}`]);
	});

	it("a path that no variable knows of may be astray", () => {
		const moved = { envs: [], volumes: [{ volumeName: "web-data", containerPath: "/app/data" }] };
		expect(verdicts(plan(moved, { envs: [] }))).toEqual([`at risk mount-path-changed: ${DATA}`]);
	});

	it("a new one writes inside itself where nothing is mounted; what was so before is not new", () => {
		const bare = { ...least, volumes: [] };
		expect(verdicts(planOf([step("create", container, undefined, bare)]))).toEqual([
			"at risk database-outside-mount: data directory /data/web.db of web",
		]);
		expect(verdicts(planOf([step("update", container, bare, { ...bare, restart: "always" })]))).toEqual([
			"kept: data directory /data/web.db of web",
		]);
		expect(verdicts(planOf([step("create", container, undefined, least)]))).toEqual([]);
	});

	it("another name with the same volume is the same directory, and looked at as such", () => {
		const renamed = (next: Inputs) => {
			const other = urn("docker:index/container:Container", "site");
			return planOf([step("delete", container, least), step("create", other, undefined, { ...least, ...next })]);
		};
		expect(verdicts(renamed({}))).toEqual([`kept: ${DATA}`]);
		expect(verdicts(renamed({ envs: ["DATABASE_URL=sqlite:////data/b.db"] }))).toEqual([
			`at risk database-changed: ${DATA}`,
		]);
	});

	it("the only volume is taken for the data, whatever the variables say", () => {
		expect(verdicts(plan({ envs: [], volumes: [] }, { envs: [] }))).toEqual([`lost mount-missing: ${DATA}`]);
	});

	it("says what a variable has become", () => {
		const rule = "database-variable-changed";
		expect(said(plan({ envs: ["DATABASE_URL="] }), rule)).toContain(
			"DATABASE_URL no longer names /data/web.db: it is empty",
		);
		expect(said(plan({ envs: [] }), rule)).toContain("DATABASE_URL, which named /data/web.db, is no longer there");
	});

	it("of several volumes, each is looked at", () => {
		const volumes = [...least.volumes, { volumeName: "uploads", containerPath: "/uploads" }];
		expect(verdicts(plan({}, { volumes }))).toEqual([
			"at risk mount-missing: data directory /uploads of web",
			`kept: ${DATA}`,
		]);
	});

	it("a container without data is none of the guard's", () => {
		const steps = [
			step("replace", container, { image: "a", envs: ["A=/b"] }, { image: "b" }),
			step("delete", container, { image: "a" }),
		];
		expect(verdicts(planOf(steps))).toEqual([]);
	});

	it("a volume that is replaced takes the data with it, whatever its name on Docker", () => {
		const volume = urn("docker:index/volume:Volume", "web-data");
		const steps = [
			step("replace", volume, { name: "web-data" }, { name: "web-data", driver: "x" }),
			step("same", container, least, least),
		];
		expect(verdicts(planOf(steps))).toEqual([`lost volume-deleted: ${DATA}`]);
	});
});
