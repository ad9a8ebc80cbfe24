import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { AppArgs } from "../../components/app";
import { appProblems } from "../../components/appRules";
import { dockerAppProblems } from "../../components/docker/args";
import { type DoorArgs, doorEnvironment } from "../../components/doorArgs";
import { args, CONTAINER, haveKeeperProgram, make } from "./docker";
import { Made } from "./mocks";

vi.mock("../../components/docker/cli", () => vi.importActual("./dockerCliFake"));

const wrong = (change: unknown) =>
	Object.fromEntries(
		appProblems({ ...args, ...(change as Partial<AppArgs>) }).map(({ propertyPath, reason }) => [propertyPath, reason]),
	);

const every: Required<DoorArgs> = {
	mostHeld: 1,
	mostHeldMiB: 2,
	longestHoldSeconds: 3,
	drainSeconds: 0,
	mostBodyMiB: 5,
	onStoreOutage: "accept",
	acknowledgeSeconds: 6,
};

describe("the options of the door", () => {
	it("defaults: none is set, so that a keeper stays as it is", () => {
		expect(wrong({})).toEqual({});
		expect(doorEnvironment({})).toEqual({});
		expect(doorEnvironment({ door: {} })).toEqual({});
	});

	it("custom: each is right at its ends, and told to the keeper", () => {
		expect(wrong({ acknowledge: "replicated", door: every })).toEqual({});
		const most = { mostHeld: 100_000, mostHeldMiB: 65_536, longestHoldSeconds: 3600, drainSeconds: 120 };
		expect(wrong({ door: { ...most, mostBodyMiB: 1_048_576, acknowledgeSeconds: 300 } })).toEqual({});
		expect(wrong({ acknowledge: "local", door: false })).toEqual({});
		expect(doorEnvironment({ acknowledge: "replicated", door: every })).toEqual({
			HOLDFAST_ACKNOWLEDGE: "replicated",
			HOLDFAST_DOOR_MOST_HELD: "1",
			HOLDFAST_DOOR_MOST_HELD_MIB: "2",
			HOLDFAST_DOOR_LONGEST_HOLD_SECONDS: "3",
			HOLDFAST_DOOR_DRAIN_SECONDS: "0",
			HOLDFAST_DOOR_MOST_BODY_MIB: "5",
			HOLDFAST_ON_STORE_OUTAGE: "accept",
			HOLDFAST_ACKNOWLEDGE_SECONDS: "6",
		});
		expect(doorEnvironment({ acknowledge: "local", door: false })).toEqual({
			HOLDFAST_ACKNOWLEDGE: "local",
			HOLDFAST_DOOR: "relay",
		});
	});

	it("throws: all at once, each with its rule and what was given", () => {
		const door = {
			mostHeld: 0,
			mostHeldMiB: 65_537,
			longestHoldSeconds: 0.5,
			drainSeconds: 121,
			mostBodyMiB: 0,
			onStoreOutage: "wait",
			acknowledgeSeconds: 301,
		};
		expect(wrong({ acknowledge: "sometimes", door })).toEqual({
			acknowledge: 'must be one of local, replicated (got "sometimes")',
			"door.mostHeld": "must be a whole number from 1 to 100000 (got 0)",
			"door.mostHeldMiB": "must be a whole number from 1 to 65536 (got 65537)",
			"door.longestHoldSeconds": "must be a whole number from 1 to 3600 (got 0.5)",
			"door.drainSeconds": "must be a whole number from 0 to 120 (got 121)",
			"door.mostBodyMiB": "must be a whole number from 1 to 1048576 (got 0)",
			"door.onStoreOutage": 'must be one of refuse, accept (got "wait")',
			"door.acknowledgeSeconds": "must be a whole number from 1 to 300 (got 301)",
		});
		expect(wrong({ door: true })).toEqual({ door: "must be false, or a group of settings (got true)" });
		expect(wrong({ acknowledge: "replicated", door: false })).toEqual({
			door: expect.stringContaining("it is the door that holds an answer"),
		});
	});

	it("throws: without a keeper there is nobody to hold or to wait", () => {
		const without = (change: object) => dockerAppProblems({ ...args, backup: false, ...change });
		expect(without({})).toEqual([]);
		expect(without({ acknowledge: "local", door: false }).map(({ propertyPath }) => propertyPath)).toEqual([
			"acknowledge",
			"door",
		]);
	});
});

describe("DockerApp", () => {
	const made = new Made();
	beforeAll(async () => {
		await haveKeeperProgram();
		await made.start();
	});
	beforeEach(() => made.forget());
	const environmentOf = (container: string) => made.of(CONTAINER)[container]?.envs as string[];

	it("tells the keeper that stays of the door, and not the check before a start nor the deploy", async () => {
		await make({ acknowledge: "replicated", door: { mostHeld: 7 } });
		expect(environmentOf("notes-keeper")).toEqual(
			expect.arrayContaining(["HOLDFAST_ACKNOWLEDGE=replicated", "HOLDFAST_DOOR_MOST_HELD=7"]),
		);
		for (const other of ["notes-start", "notes-deploy"]) {
			expect(environmentOf(other).join()).not.toMatch(/HOLDFAST_(DOOR|ACKNOWLEDGE)/);
		}
		made.forget();
		await make();
		expect(environmentOf("notes-keeper").join()).not.toMatch(/HOLDFAST_(DOOR|ACKNOWLEDGE|ON_STORE|BEHIND)/);
	});
});
