import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { withDefaults } from "../../components/app";
import {
	type InstanceAppArgs,
	instanceAppEnvironment,
	instanceKeeperEnvironment,
	instancePorts,
	instanceProblems,
} from "../../components/instance";

const args: InstanceAppArgs = {
	image: "notes",
	port: 8000,
	data: { mountPath: "/app/data", databaseFile: "notes.db" },
};
const image = `notes@sha256:${"a".repeat(64)}`;
const terms = { stopSeconds: 9, image };
const store = { url: "gs://vault/app" };

const keeper = (change: Partial<InstanceAppArgs> = {}, more: object = {}) => {
	const all = { ...args, ...change };
	return instanceKeeperEnvironment("notes", withDefaults(all), { store: { ...store, ...more } }, all.keeper, terms);
};
const problems = (change: object) =>
	Object.fromEntries(
		instanceProblems({ ...args, ...change } as InstanceAppArgs).map(({ propertyPath, reason }) => [
			propertyPath,
			reason,
		]),
	);

describe("the ports of an instance, which its containers share", () => {
	it.each([
		[8000, { door: 8080, status: 9400 }],
		[8080, { door: 8081, status: 9400 }],
		[8081, { door: 8080, status: 9400 }],
		[9400, { door: 8080, status: 9401 }],
	])("app %i: %j", (port, ports) => expect(instancePorts({ port })).toEqual(ports));
});

describe("the keeper's environment in an instance", () => {
	it("defaults: a temporary disk, replicated, a log for machines, no gate file", () => {
		expect(keeper()).toEqual({
			HOLDFAST_APP: expect.stringMatching(/\/notes$/),
			HOLDFAST_DISK: "temporary",
			HOLDFAST_DATA_DIRECTORY: "/app/data",
			HOLDFAST_DATABASE: "/app/data/notes.db",
			HOLDFAST_STORE: "gs://vault/app",
			HOLDFAST_SCRATCH: "/holdfast/scratch",
			HOLDFAST_STOP_SECONDS: "9",
			HOLDFAST_PORT: "9400",
			HOLDFAST_APP_PORT: "8080",
			HOLDFAST_APP_TARGET: "127.0.0.1:8000",
			HOLDFAST_APP_HEALTH: "http://127.0.0.1:8000/health",
			HOLDFAST_APP_START_SECONDS: "130",
			HOLDFAST_ACKNOWLEDGE: "replicated",
			HOLDFAST_VERSION: image,
			HOLDFAST_LOG: "json",
		});
	});

	it("custom: every option reaches it", () => {
		const change: Partial<InstanceAppArgs> = {
			acknowledge: "local",
			health: { path: "/ok", startPeriodSeconds: 5, intervalSeconds: 2, retries: 2 },
			initialData: "gs://vault/seed.db",
			deploy: { mayLose: ["sessions", "jobs"] },
			keeper: { drillHours: 6, staleSeconds: 20, leaseSeconds: 15 },
			door: { longestHoldSeconds: 30 },
		};
		expect(keeper(change, { retentionDays: 7, environment: { AWS_REGION: "eu-west-1" } })).toMatchObject({
			HOLDFAST_ACKNOWLEDGE: "local",
			HOLDFAST_APP_HEALTH: "http://127.0.0.1:8000/ok",
			HOLDFAST_APP_START_SECONDS: "9",
			HOLDFAST_INITIAL_DATA: "gs://vault/seed.db",
			HOLDFAST_MAY_LOSE: "sessions,jobs",
			HOLDFAST_RETENTION_DAYS: "7",
			HOLDFAST_DRILL_HOURS: "6",
			HOLDFAST_STALE_SECONDS: "20",
			HOLDFAST_LEASE_SECONDS: "15",
			HOLDFAST_DOOR_LONGEST_HOLD_SECONDS: "30",
			AWS_REGION: "eu-west-1",
		});
	});

	it("without a health path, none is asked", () => {
		const environment = keeper({ health: false });
		expect(environment).not.toHaveProperty("HOLDFAST_APP_HEALTH");
		expect(environment).not.toHaveProperty("HOLDFAST_APP_START_SECONDS");
	});

	it("another image, migration or command is another version", async () => {
		const versions = [
			keeper(),
			keeper({ migration: ["migrate"] }),
			keeper({ command: ["serve"] }),
			keeper({ migration: ["migrate"], command: ["serve"] }),
			keeper({ migration: ["migrate", "serve"] }),
		].map(({ HOLDFAST_VERSION }) => new Promise((resolve) => pulumi.output(HOLDFAST_VERSION).apply(resolve)));
		expect(await versions[0]).toBe(image);
		expect(new Set(await Promise.all(versions)).size).toBe(versions.length);
	});

	it("the app's own has no secret and no path of one", () => {
		const app = withDefaults({ ...args, environment: { LOG: "info" }, secrets: { API_KEY: "x" } });
		expect(instanceAppEnvironment(app)).toEqual({
			LOG: "info",
			DATA_DIR: "/app/data",
			DATABASE_URL: "sqlite:////app/data/notes.db",
		});
	});
});

describe("what an app beside a keeper must say", () => {
	it("takes what is right", () => {
		const right = {
			instances: 1,
			ingress: "public",
			initialData: "gs://vault/seed.db",
			user: 1001,
			alerts: { email: "ops@example.com" },
		};
		expect(problems(right)).toEqual({});
		expect(problems({ alerts: { email: pulumi.output("later") } })).toEqual({});
	});

	it.each(["/holdfast", "/holdfast/scratch/", "/app/../holdfast/data", "/keeper/x"])(
		"throws: data or a cache at %s, where the keeper has its own",
		(mountPath) => {
			const data = problems({ data: { mountPath, databaseFile: "notes.db" } });
			expect(data).toEqual({ "data.mountPath": expect.stringContaining("which is the keeper's") });
			const cache = problems({ cache: { mountPath } });
			expect(cache).toEqual({ "cache.mountPath": expect.stringContaining("which is the keeper's") });
		},
	);

	it("takes what is only named alike", () => {
		const data = { mountPath: "/holdfast-data", databaseFile: "notes.db" };
		expect(problems({ data, cache: { mountPath: "/app/holdfast" } })).toEqual({});
	});

	it.each([
		["instances", 2, "moves to Postgres"],
		["instances", 0, "got 0"],
		["ingress", "open", 'must be public or private (got "open")'],
		["initialData", "/srv/notes.db", "upload it first"],
		["user", "app", "docker run --rm IMAGE id -u"],
		["door", false, "cannot hold an answer back"],
		["logs", { maxFiles: 2 }, "the platform keeps the log"],
		["deploy.rehearsal", { rehearsal: {} }, "the new instance's own copy of the data"],
		["deploy.rollback", { rollback: "keep-data" }, "deploy the image of before"],
		["alerts", { email: "ops" }, 'must be an e-mail address (got "ops")'],
		["port", 0, "from 1 to 65535"],
	])("throws: %s %j", (path, value, reason) => {
		const [option = ""] = path.split(".");
		const found = problems({ [option]: value });
		expect(Object.keys(found)).toEqual([option === "alerts" ? "alerts.email" : path]);
		expect(Object.values(found)[0]).toContain(reason);
	});

	it("throws: a door that relays, whatever acknowledge says, and once", () => {
		for (const acknowledge of ["local", "replicated"]) {
			const found = instanceProblems({ ...args, door: false, acknowledge } as InstanceAppArgs);
			expect(found).toEqual([{ propertyPath: "door", reason: expect.stringContaining("cannot hold an answer back") }]);
		}
	});
});
