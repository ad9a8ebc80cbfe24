import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import { doorEnvironment } from "../../components/doorArgs";
import { readSettings } from "../../components/keeper/settings";
import { keeperEnvironment } from "../../components/keeperArgs";
import { settingsProblems } from "./settingsProblems";

const good = {
	HOLDFAST_APP: "shop/test/notes",
	HOLDFAST_DATA_DIRECTORY: "/app/data",
	HOLDFAST_DATABASE: "/app/data/notes.db",
	HOLDFAST_STORE: "file:///backup/notes",
};
describe("the keeper's settings", () => {
	it("defaults: four are enough", () => {
		expect(readSettings(good)).toEqual({
			app: "shop/test/notes",
			dataDirectory: "/app/data",
			database: "/app/data/notes.db",
			store: "file:///backup/notes",
			location: { scheme: "file", bucket: "/backup", prefix: "notes" },
			disk: "kept",
			appHealth: undefined,
			appStartSeconds: 60,
			scratch: "/scratch",
			rehearsal: "/rehearsal",
			open: undefined,
			initialData: undefined,
			retentionDays: 30,
			drillHours: 24,
			staleSeconds: 60,
			leaseSeconds: 30,
			stopSeconds: 40,
			port: 9400,
			statusAddress: undefined,
			statusTokenFile: undefined,
			appPort: 0,
			door: "http",
			behindProxy: false,
			mostHeld: 1000,
			mostHeldMiB: 64,
			longestHoldSeconds: 60,
			drainSeconds: 10,
			mostBodyMiB: 0,
			acknowledge: "local",
			acknowledgeSeconds: 10,
			onStoreOutage: "refuse",
			control: "/tmp/keeper.sock",
			owner: hostname(),
			appTarget: undefined,
			log: "text",
			mayLose: [],
			user: undefined,
			refusalSeconds: 60,
			revision: undefined,
			version: undefined,
			directories: [],
			idleSeconds: 75,
		});
	});

	it("an instance's disk, and how its app's health is asked", () => {
		const given = {
			HOLDFAST_DISK: "temporary",
			HOLDFAST_APP_HEALTH: "http://app:80/up",
			HOLDFAST_APP_START_SECONDS: "9",
		};
		expect(readSettings({ ...good, ...given })).toMatchObject({
			disk: "temporary",
			appHealth: "http://app:80/up",
			appStartSeconds: 9,
		});
		const wrong = { HOLDFAST_DISK: "ephemeral", HOLDFAST_APP_HEALTH: "app:80", HOLDFAST_APP_START_SECONDS: "0" };
		expect(() => readSettings({ ...good, ...wrong })).toThrow(
			/START_SECONDS must be a number from 1.*HOLDFAST_DISK must be kept or temporary \(got ephemeral\).*HOLDFAST_APP_HEALTH must be a URL/,
		);
	});

	it("the door: what the components write is understood, and what is wrong has its name", () => {
		const door = { mostHeld: 5, mostHeldMiB: 6, longestHoldSeconds: 7, drainSeconds: 0, mostBodyMiB: 8 };
		const given = { ...good, ...doorEnvironment({ door }), HOLDFAST_BEHIND_PROXY: "true" };
		expect(readSettings(given)).toMatchObject({ ...door, door: "http", behindProxy: true });
		expect(readSettings({ ...good, ...doorEnvironment({ door: false }) })).toMatchObject({ door: "relay" });
		const unknown = { HOLDFAST_DOOR: "tcp", HOLDFAST_BEHIND_PROXY: "yes", HOLDFAST_DOOR_MOST_HELD: "0" };
		expect(settingsProblems({ ...good, ...unknown })).toEqual([
			"HOLDFAST_DOOR_MOST_HELD must be a number from 1 to 100000 (got 0)",
			"HOLDFAST_DOOR must be http or relay (got tcp)",
			"HOLDFAST_BEHIND_PROXY must be false or true (got yes)",
		]);
	});

	it("no write counts once it is replicated where no door could wait for that", () => {
		const replicated = { ...good, HOLDFAST_ACKNOWLEDGE: "replicated", HOLDFAST_APP_PORT: "8000" };
		expect(readSettings(replicated).acknowledge).toBe("replicated");
		const without = [{ HOLDFAST_APP_PORT: undefined }, { HOLDFAST_APP_PORT: "0" }, { HOLDFAST_DOOR: "relay" }];
		for (const each of without) {
			expect(settingsProblems({ ...replicated, ...each })).toEqual([
				expect.stringContaining("HOLDFAST_ACKNOWLEDGE must be local"),
			]);
		}
	});

	it("when a write counts", () => {
		const given = {
			HOLDFAST_APP_PORT: "8000",
			HOLDFAST_ACKNOWLEDGE: "replicated",
			HOLDFAST_ON_STORE_OUTAGE: "accept",
			HOLDFAST_ACKNOWLEDGE_SECONDS: "300",
		};
		const read = { acknowledge: "replicated", onStoreOutage: "accept", acknowledgeSeconds: 300 };
		expect(readSettings({ ...good, ...given })).toMatchObject(read);
		expect(
			settingsProblems({
				...good,
				HOLDFAST_ACKNOWLEDGE: "yes",
				HOLDFAST_ON_STORE_OUTAGE: "",
				HOLDFAST_ACKNOWLEDGE_SECONDS: "0.5",
			}),
		).toEqual([
			"HOLDFAST_ACKNOWLEDGE_SECONDS must be a number from 1 to 300 (got 0.5)",
			"HOLDFAST_ACKNOWLEDGE must be local or replicated (got yes)",
			"HOLDFAST_ON_STORE_OUTAGE must be refuse or accept (got )",
		]);
	});

	it("custom: each is read, and what the components write is understood", () => {
		const environment = {
			...good,
			...keeperEnvironment({ drillHours: 0, staleSeconds: 5, leaseSeconds: 3600 }),
			HOLDFAST_DATA_DIRECTORY: "/app//data/",
			HOLDFAST_SCRATCH: "/s",
			HOLDFAST_OPEN: "/run/holdfast/open",
			HOLDFAST_INITIAL_DATA: "s3://b/k",
			HOLDFAST_RETENTION_DAYS: "7",
			HOLDFAST_STOP_SECONDS: "10",
			HOLDFAST_PORT: "80",
			HOLDFAST_STATUS_ADDRESS: "::1",
			HOLDFAST_STATUS_TOKEN_FILE: "/t",
			HOLDFAST_APP_PORT: "8000",
			HOLDFAST_REHEARSAL: "/r",
			HOLDFAST_CONTROL: "/c",
		};
		expect(readSettings(environment)).toMatchObject({
			dataDirectory: "/app/data",
			scratch: "/s",
			open: "/run/holdfast/open",
			initialData: "s3://b/k",
			retentionDays: 7,
			drillHours: 0,
			staleSeconds: 5,
			leaseSeconds: 3600,
			stopSeconds: 10,
			port: 80,
			statusAddress: "::1",
			statusTokenFile: "/t",
			appPort: 8000,
			rehearsal: "/r",
			control: "/c",
		});
	});

	it("throws: where the status page is, if that is no address", () => {
		expect(settingsProblems({ ...good, HOLDFAST_STATUS_ADDRESS: "localhost" })).toEqual([
			"HOLDFAST_STATUS_ADDRESS must be an IP address, such as 127.0.0.1 (got localhost)",
		]);
	});

	it("throws: everything at once", () => {
		expect(settingsProblems({})).toEqual(
			expect.arrayContaining(Object.keys(good).map((name) => `${name} must be given`)),
		);
		expect(
			settingsProblems({
				HOLDFAST_APP: "",
				HOLDFAST_DATA_DIRECTORY: "/app/data",
				HOLDFAST_DATABASE: "/app/data-cache/notes.db",
				HOLDFAST_STORE: "http://x",
				HOLDFAST_PORT: "0",
				HOLDFAST_APP_PORT: "65536",
				HOLDFAST_LEASE_SECONDS: "soon",
			}),
		).toEqual([
			"HOLDFAST_APP must be given",
			"HOLDFAST_STORE must be file:///directory/prefix, s3://bucket/prefix or gs://bucket/prefix (got http://x)",
			"HOLDFAST_DATABASE must be a file in HOLDFAST_DATA_DIRECTORY (got /app/data-cache/notes.db and /app/data)",
			"HOLDFAST_LEASE_SECONDS must be a number from 5 to 3600 (got soon)",
			"HOLDFAST_PORT must be a number from 1 to 65535 (got 0)",
			"HOLDFAST_APP_PORT must be a number from 0 to 65535 (got 65536)",
		]);
	});

	it.each(["", " ", "-1", "8761", "NaN"])(
		"throws: %j hours between drills, which would be none or nonsense",
		(hours) => {
			expect(settingsProblems({ ...good, HOLDFAST_DRILL_HOURS: hours })).toEqual([
				`HOLDFAST_DRILL_HOURS must be a number from 0 to 8760 (got ${hours})`,
			]);
		},
	);

	it.each(["/app/data", "/app/data/../notes.db", "/app/data/", "notes.db"])("throws: the database %s", (database) => {
		expect(settingsProblems({ ...good, HOLDFAST_DATABASE: database })).toEqual([
			expect.stringContaining("HOLDFAST_DATABASE must be a file in HOLDFAST_DATA_DIRECTORY"),
		]);
	});
});
