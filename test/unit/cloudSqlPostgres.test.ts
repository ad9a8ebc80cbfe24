import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CloudSqlPostgresArgs } from "../../components/gcp/cloudSqlArgs";
import { CloudSqlPostgres } from "../../components/gcp/cloudSqlPostgres";
import { PRICES } from "../../tools/cost/prices";
import { USES } from "../../tools/cost/uses";
import { Made, problemsOf, resolved } from "./mocks";

const made = new Made();
beforeAll(async () => {
	await made.start(({ inputs }) => ({
		project: "my-project",
		connectionName: `my-project:${inputs.region}:${inputs.name}`,
		version: "7",
	}));
	pulumi.runtime.setConfig("gcp:project", "my-project");
});
beforeEach(() => made.forget());

const INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance";
const VERSION = "gcp:secretmanager/secretVersion:SecretVersion";

async function make(change: Partial<CloudSqlPostgresArgs> = {}) {
	const postgres = new CloudSqlPostgres("notes", { location: "asia-southeast1", ...change });
	const url = await resolved(postgres.urlOf(postgres.database));
	await pulumi.runtime.disconnect();
	return { postgres, url, instance: made.of(INSTANCE)["notes-instance"] ?? {} };
}
const problems = (change: object) =>
	problemsOf(() => new CloudSqlPostgres("notes", { location: "asia-southeast1", ...change } as CloudSqlPostgresArgs));

/** What the SDK wraps a secret in. */
const open = (value: { value: string } | string) => (typeof value === "string" ? value : value.value);

describe("CloudSqlPostgres", () => {
	it("lets nobody in but connectors, and has backups that outlive it", async () => {
		const { instance } = await make();
		expect(instance).toMatchObject({
			name: "shop-test-notes",
			region: "asia-southeast1",
			databaseVersion: "POSTGRES_18",
			deletionProtection: true,
		});
		expect(instance.settings).toMatchObject({
			edition: "ENTERPRISE",
			tier: "db-custom-1-3840",
			availabilityType: "ZONAL",
			connectorEnforcement: "REQUIRED",
			ipConfiguration: { ipv4Enabled: true, sslMode: "ENCRYPTED_ONLY", serverCaMode: "GOOGLE_MANAGED_INTERNAL_CA" },
			backupConfiguration: {
				enabled: true,
				pointInTimeRecoveryEnabled: true,
				transactionLogRetentionDays: 7,
				backupRetentionSettings: { retainedBackups: 14, retentionUnit: "COUNT" },
			},
			finalBackupConfig: { enabled: true, retentionDays: 30 },
			retainBackupsOnDelete: true,
			deletionProtectionEnabled: true,
			diskAutoresize: true,
			diskAutoresizeLimit: 100,
		});
		expect(JSON.stringify(instance)).not.toContain("authorizedNetworks");
	});

	it("gives the app the URL of the guide, with the user's own password, by one secret", async () => {
		const { url } = await make();
		const versions = made.of(VERSION);
		const password = open(versions["notes-password-value"]?.secretData);
		expect(password).toMatch(/^[\w-]{32}$/);
		expect(open(made.of("gcp:sql/user:User")["notes-user"]?.password)).toBe(password);
		const expected = `postgresql://notes:${password}@/notes?host=/cloudsql/my-project:asia-southeast1:shop-test-notes`;
		expect(url).toBe(expected);
		expect(open(versions["notes-url-value"]?.secretData)).toBe(expected);
	});

	it("takes what is said of it", async () => {
		const { instance } = await make({
			version: "POSTGRES_16",
			tier: "db-f1-micro",
			diskGB: 20,
			mostDiskGB: 30,
			backupsKept: 3,
			recoveryDays: 2,
			flags: { max_connections: "50" },
			labels: { team: "a" },
			protectDatabase: false,
			transform: { instance: (args) => ({ ...args, maintenanceVersion: "x" }) },
		});
		expect(instance).toMatchObject({
			databaseVersion: "POSTGRES_16",
			deletionProtection: false,
			maintenanceVersion: "x",
		});
		expect(instance.settings).toMatchObject({
			tier: "db-f1-micro",
			diskSize: 20,
			databaseFlags: [{ name: "max_connections", value: "50" }],
			userLabels: { team: "a" },
			deletionProtectionEnabled: false,
		});
	});

	it("names all that is wrong at once", () => {
		expect(
			problems({
				location: "asia-southeast1-b",
				version: "POSTGRES_14",
				tier: "db-custom-3-4096",
				availability: "both",
				diskGB: 200,
				backupsKept: 0,
				recoveryDays: 8,
				databaseName: "postgres",
				instanceName: "Notes",
				flags: { "Max Connections": "1" },
			}),
		).toEqual({
			location: expect.stringContaining("that is a zone of it: write asia-southeast1"),
			version: expect.stringContaining(
				'must be one of POSTGRES_15, POSTGRES_16, POSTGRES_17, POSTGRES_18 (got "POSTGRES_14")',
			),
			tier: expect.stringContaining('(got "db-custom-3-4096"): write db-custom-1-3840'),
			availability: 'must be zonal or regional (got "both")',
			mostDiskGB: expect.stringContaining("(got 100 and 200): raise mostDiskGB"),
			backupsKept: "must be a whole number from 1 to 365 (got 0)",
			recoveryDays: "must be a whole number from 1 to 7 (got 8)",
			databaseName: expect.stringContaining('(got "postgres")'),
			instanceName: expect.stringContaining('(got "Notes")'),
			"flags.Max Connections": expect.stringContaining("must be a setting of the server"),
		});
	});

	it.each([
		["db-f1-micro", true],
		["db-custom-1-3840", true],
		["db-custom-2-13312", true],
		["db-custom-2-13568", false],
		["db-custom-96-90624", true],
		["db-custom-98-92160", false],
		["db-custom-1-3840x", false],
		["db-n1-standard-1", false],
	])("%s is a machine of Cloud SQL: %s", (tier, isOne) => {
		expect("tier" in problems({ tier })).toBe(!isOne);
	});

	it("the path of the socket has room in what Linux takes", () => {
		expect(problems({ instanceName: "a".repeat(56) })).toEqual({});
		expect(problems({ instanceName: "a".repeat(57) }).instanceName).toContain("choose one that is 1 shorter");
	});

	it("its Cost line follows from the machine and the list prices", () => {
		const month = 730 * (PRICES.sqlCpu.usd + 3.75 * PRICES.sqlMemory.usd);
		const doc = readFileSync(join(__dirname, "..", "..", "components", "gcp", "cloudSqlPostgres.ts"), "utf8");
		expect(doc).toContain(`the default machine $${month.toFixed(2)} a month`);
	});

	it.each([
		["ZONAL", "db-custom-2-7680", [1460, 5475]],
		["REGIONAL", "db-custom-2-7680", [2920, 10950]],
	])("the estimate of a %s %s", (availabilityType, tier, quantities) => {
		const settings = { availabilityType, tier, diskSize: 10 };
		const uses = USES[INSTANCE]?.({ type: INSTANCE, name: "i", inputs: { settings } }, {} as never) ?? [];
		expect(uses.slice(0, 2).map(({ quantity }) => quantity)).toEqual(quantities);
		expect(uses.slice(2).map(({ what }) => what)).toEqual(["disk", "backups"]);
	});
});
