import { describe, expect, it } from "vitest";
import { readSettings } from "../../components/keeper/settings";
import { settingsProblems } from "./settingsProblems";

const good = {
	HOLDFAST_APP: "shop/prod/notes",
	HOLDFAST_DATA_DIRECTORY: "/app/data",
	HOLDFAST_DATABASE: "/app/data/notes.db",
	HOLDFAST_STORE: "gs://bucket/notes",
	HOLDFAST_DISK: "temporary",
	HOLDFAST_APP_PORT: "8080",
	HOLDFAST_APP_TARGET: "127.0.0.1:8000",
};

describe("the settings of a keeper beside an app, on a disk that goes with them", () => {
	it("defaults", () => {
		expect(readSettings(good)).toMatchObject({
			appTarget: { host: "127.0.0.1", port: 8000 },
			acknowledge: "local",
			log: "text",
			mayLose: [],
			user: undefined,
			revision: undefined,
			refusalSeconds: 60,
			version: undefined,
			directories: [],
			idleSeconds: 75,
		});
	});

	it("custom", () => {
		const given = {
			HOLDFAST_ACKNOWLEDGE: "replicated",
			HOLDFAST_LOG: "json",
			HOLDFAST_MAY_LOSE: "sessions, jobs,",
			HOLDFAST_USER: "1000:1001",
			HOLDFAST_REVISION: "12",
			HOLDFAST_SERVICE: "shop/europe-west1/notes",
			HOLDFAST_REFUSAL_SECONDS: "90",
			HOLDFAST_VERSION: "notes@sha256:0",
			HOLDFAST_DIRECTORIES: "/holdfast/cache:/holdfast/tmp",
			HOLDFAST_DOOR_IDLE_SECONDS: "4005",
		};
		expect(readSettings({ ...good, ...given })).toMatchObject({
			acknowledge: "replicated",
			log: "json",
			mayLose: ["sessions", "jobs"],
			user: { uid: 1000, gid: 1001 },
			revision: { number: 12, service: "shop/europe-west1/notes" },
			refusalSeconds: 90,
			version: "notes@sha256:0",
			directories: ["/holdfast/cache", "/holdfast/tmp"],
			idleSeconds: 4005,
		});
	});

	it.each([
		[{ K_REVISION: "notes-00005-abc" }, 5],
		[{ K_REVISION: "notes-2-00123-x9z" }, 123],
		[{ K_REVISION: "notes-blue" }, undefined],
		[{ K_REVISION: "notes-00005-abc", HOLDFAST_REVISION: "7" }, 7],
	])("the revision of %j is that of its service alone", (environment, number) => {
		const here = { ...good, ...environment, HOLDFAST_SERVICE: "shop/europe-west1/notes" };
		const named = { ...here, K_SERVICE: "notes" };
		const revision = (service: string) => (number === undefined ? undefined : { number, service });
		expect(readSettings(here).revision).toEqual(revision("shop/europe-west1/notes"));
		expect(readSettings(named).revision).toEqual(revision("shop/europe-west1/notes notes"));
		// The service's name alone may be that of another region.
		expect(readSettings({ ...good, ...environment, K_SERVICE: "notes" }).revision).toBeUndefined();
	});

	it.each([
		[{ HOLDFAST_APP_TARGET: "8000" }, "HOLDFAST_APP_TARGET must be a host and a port"],
		[{ HOLDFAST_APP_TARGET: "127.0.0.1:70000" }, "HOLDFAST_APP_TARGET must be a host and a port"],
		[{ HOLDFAST_APP_TARGET: undefined }, "HOLDFAST_APP_TARGET must be given with HOLDFAST_APP_PORT"],
		[{ HOLDFAST_DISK: "kept" }, "HOLDFAST_APP_TARGET is for HOLDFAST_DISK=temporary"],
		[{ HOLDFAST_DOOR: "relay" }, "HOLDFAST_DOOR must be http where HOLDFAST_DISK is temporary"],
		[{ HOLDFAST_USER: "root" }, "HOLDFAST_USER must be a user's and a group's number"],
		[{ HOLDFAST_REVISION: "latest" }, "HOLDFAST_REVISION must be a whole number (got latest)"],
		[{ HOLDFAST_DIRECTORIES: "/cache:tmp" }, "must be absolute paths with colons between them"],
		[{ HOLDFAST_DIRECTORIES: "/cache:" }, "got /cache:"],
		[{ HOLDFAST_DIRECTORIES: "/cache/../etc" }, "must be absolute paths"],
		[{ HOLDFAST_DIRECTORIES: "/" }, "must be absolute paths"],
		[{ HOLDFAST_DOOR_IDLE_SECONDS: "0" }, "HOLDFAST_DOOR_IDLE_SECONDS must be a number from 1 to 7200"],
		[{ HOLDFAST_LOG: "xml" }, "HOLDFAST_LOG must be text or json (got xml)"],
	])("throws: %j", (environment, message) => {
		expect(settingsProblems({ ...good, ...environment })[0]).toContain(message);
	});
});
