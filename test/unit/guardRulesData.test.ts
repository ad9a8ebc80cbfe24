import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SECRET, UNKNOWN } from "../../components/guard/plan";
import { backedUpData } from "../../components/guard/rules/backedUp";
import { noForceDestroy } from "../../components/guard/rules/forceDestroy";
import { RULES } from "../../components/guard/rules/index";
import { protectedData } from "../../components/guard/rules/protectedData";
import { planned, said } from "./guardRules";

const SQL = "gcp:sql/databaseInstance:DatabaseInstance";
const VOLUME = "docker:index/volume:Volume";
const BUCKET = "aws:s3/bucket:Bucket";
const FILES = "aws:efs/fileSystem:FileSystem";

it("the rules have names and descriptions of their own", () => {
	expect(new Set(RULES.map(({ name }) => name)).size).toBe(RULES.length);
	for (const { name, description } of RULES) {
		expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/);
		expect(description).toMatch(/^[A-Z].{20,}\.$/);
	}
});

it("the README has them all", () => {
	const readme = readFileSync(join(__dirname, "..", "..", "README.md"), "utf8");
	const section = readme.split("## The policy pack")[1]?.split("\n## ")[0] ?? "";
	const listed = [...section.matchAll(/^\| `([a-z-]+)`/gm)].map(([, rule]) => rule);
	expect(listed).toEqual(RULES.map(({ name }) => name));
});

describe("data-is-protected", () => {
	it.each([VOLUME, SQL, BUCKET, "gcp:storage/bucket:Bucket", "aws:rds/instance:Instance", FILES])("%s", (type) => {
		const [violation] = protectedData.check(planned(type));
		expect(violation).toMatchObject({
			verdict: "at risk",
			reason: expect.stringMatching(/^protect of [a-z ]+ it is false: /),
			wayOut: expect.stringContaining("protect: true"),
		});
		expect(said(protectedData, type, {}, { protect: true })).toBe("");
	});

	it("takes a lock of the platform for protection, also one that is not known yet", () => {
		expect(said(protectedData, SQL, { deletionProtection: true })).toBe("");
		expect(said(protectedData, SQL, { settings: { deletionProtectionEnabled: true } })).toBe("");
		expect(said(protectedData, "aws:dynamodb/table:Table", { deletionProtectionEnabled: true })).toBe("");
		expect(said(protectedData, "aws:cognito/userPool:UserPool", { deletionProtection: "ACTIVE" })).toBe("");
		expect(said(protectedData, "aws:cognito/userPool:UserPool", { deletionProtection: "INACTIVE" })).not.toBe("");
		expect(said(protectedData, SQL, { deletionProtection: UNKNOWN })).toBe("");
		expect(said(protectedData, SQL, { deletionProtection: false })).toContain("protect of");
	});

	it("leaves what holds no data, and Holdfast's own volumes that are filled anew", () => {
		expect(said(protectedData, "docker:index/network:Network")).toBe("");
		expect(said(protectedData, VOLUME, { driverOpts: { type: "tmpfs" } })).toBe("");
		const urn = (name: string, parent = "holdfast:docker:DockerApp$") =>
			`urn:pulumi:test::shop::${parent}${VOLUME}::notes-${name}`;
		for (const helper of ["scratch", "rehearsal", "cache", "keeper-secrets"]) {
			expect(said(protectedData, VOLUME, {}, { urn: urn(helper) })).toBe("");
			// The name alone is anybody's.
			expect(said(protectedData, VOLUME, {}, { urn: urn(helper, "") })).not.toBe("");
		}
		expect(said(protectedData, VOLUME, {}, { urn: urn("data") })).not.toBe("");
	});

	it.each([
		"aws:ecr/repository:Repository",
		"gcp:storage/bucketObject:BucketObject",
		"random:index/randomPassword:RandomPassword",
	])("leaves what is made again, as %s", (type) => {
		expect(said(protectedData, type)).toBe("");
		expect(said(noForceDestroy, type, { forceDelete: true, forceDestroy: true })).toBe("");
	});

	it("leaves what only keeps other data safe", () => {
		expect(said(protectedData, "aws:s3/bucketVersioning:BucketVersioning")).toBe("");
	});
});

describe("data-is-backed-up", () => {
	const backup = (backupConfiguration: object, more = {}) => ({ settings: { backupConfiguration }, ...more });

	it("Cloud SQL: backups and a point in time", () => {
		expect(said(backedUpData, SQL)).toContain("settings.backupConfiguration.enabled is not set");
		expect(said(backedUpData, SQL, backup({ enabled: false }))).toContain("enabled is false");
		expect(said(backedUpData, SQL, backup({ enabled: true }))).toContain("pointInTimeRecoveryEnabled is not set");
		expect(said(backedUpData, SQL, backup({ enabled: true, pointInTimeRecoveryEnabled: true }))).toBe("");
		const mySql = { databaseVersion: "MYSQL_8_0" };
		expect(said(backedUpData, SQL, backup({ enabled: true }, mySql))).toContain("binaryLogEnabled is not set");
		expect(said(backedUpData, SQL, backup({ enabled: true, binaryLogEnabled: true }, mySql))).toBe("");
		expect(said(backedUpData, SQL, { masterInstanceName: "first" })).toBe("");
		expect(said(backedUpData, SQL, { settings: UNKNOWN })).toBe("");
		expect(said(backedUpData, SQL, { settings: { backupConfiguration: SECRET } })).toBe("");
	});

	it("RDS and DynamoDB", () => {
		const RDS = "aws:rds/instance:Instance";
		expect(said(backedUpData, RDS)).toContain("backupRetentionPeriod is not set");
		expect(said(backedUpData, RDS, { backupRetentionPeriod: 0 })).toContain("backupRetentionPeriod is 0");
		expect(said(backedUpData, RDS, { backupRetentionPeriod: 7 })).toBe("");
		expect(said(backedUpData, RDS, { backupRetentionPeriod: UNKNOWN })).toBe("");
		expect(said(backedUpData, RDS, { replicateSourceDb: "first" })).toBe("");
		const TABLE = "aws:dynamodb/table:Table";
		expect(said(backedUpData, TABLE)).toContain("pointInTimeRecovery.enabled is not set");
		expect(said(backedUpData, TABLE, { pointInTimeRecovery: { enabled: false } })).toContain("is false");
		expect(said(backedUpData, TABLE, { pointInTimeRecovery: { enabled: true } })).toBe("");
	});

	it("a bucket of Google keeps versions, or what was deleted", () => {
		const GCS = "gcp:storage/bucket:Bucket";
		const none = { softDeletePolicy: { retentionDurationSeconds: 0 } };
		expect(said(backedUpData, GCS, none)).toContain("versioning.enabled is not set");
		expect(said(backedUpData, GCS, { ...none, versioning: { enabled: false } })).toContain("is false");
		expect(said(backedUpData, GCS, { ...none, versioning: { enabled: true } })).toBe("");
		expect(said(backedUpData, GCS, { ...none, versioning: UNKNOWN })).toBe("");
		expect(said(backedUpData, GCS)).toBe("");
	});

	it("versions that are suspended, backups that are disabled", () => {
		const VERSIONING = "aws:s3/bucketVersioning:BucketVersioning";
		const status = (status: string) => said(backedUpData, VERSIONING, { versioningConfiguration: { status } });
		expect(status("Suspended")).toContain('status is "Suspended"');
		expect(status("Enabled")).toBe("");
		expect(status(UNKNOWN)).toBe("");
		const POLICY = "aws:efs/backupPolicy:BackupPolicy";
		expect(said(backedUpData, POLICY, { backupPolicy: { status: "DISABLED" } })).toContain('is "DISABLED"');
		expect(said(backedUpData, POLICY, { backupPolicy: { status: "ENABLED" } })).toBe("");
	});

	it("a bucket of AWS without the resource that keeps its versions, as only the whole stack shows", () => {
		const bucket = (name: string, properties = {}) => planned(BUCKET, { bucket: name, ...properties }, { name });
		const versioning = (properties: object, dependencies?: string[]) =>
			planned("aws:s3/bucketVersioning:BucketVersioning", { ...properties }, { name: "versions", dependencies });
		const alone = (...resources: ReturnType<typeof planned>[]) =>
			backedUpData.checkStack?.(resources).map(({ urn }) => urn.split("::").pop());
		expect(alone(bucket("one"), bucket("two"))).toEqual(["one", "two"]);
		expect(alone(bucket("one"), bucket("two"), versioning({ bucket: "two" }))).toEqual(["one"]);
		expect(alone(bucket("one", { versioning: { enabled: true } }), bucket("two", { objectLockEnabled: true }))).toEqual(
			[],
		);
		// Not known yet: it may be for either, unless the dependencies tell.
		expect(alone(bucket("one"), bucket("two"), versioning({ bucket: UNKNOWN }))).toEqual([]);
		const two = bucket("two");
		expect(alone(bucket("one"), two, versioning({ bucket: UNKNOWN }, [two.urn]))).toEqual(["one"]);
	});

	it("a file system without a backup policy", () => {
		const policy = planned("aws:efs/backupPolicy:BackupPolicy", { fileSystemId: UNKNOWN });
		expect(backedUpData.checkStack?.([planned(FILES)])).toMatchObject([
			{ urn: planned(FILES).urn, verdict: "at risk", reason: expect.stringContaining("has no backup policy") },
		]);
		expect(backedUpData.checkStack?.([planned(FILES), { ...policy, dependencies: [planned(FILES).urn] }])).toEqual([]);
		expect(backedUpData.checkStack?.([planned(FILES), { ...policy, dependencies: [] }])).toHaveLength(1);
	});
});

describe("no-force-destroy", () => {
	it.each([
		[BUCKET, { forceDestroy: true }, "forceDestroy is true"],
		["gcp:storage/bucket:Bucket", { forceDestroy: true }, "forceDestroy is true"],
		["aws:rds/instance:Instance", { skipFinalSnapshot: true }, "skipFinalSnapshot is true"],
		["aws:secretsmanager/secret:Secret", { recoveryWindowInDays: 0 }, "recoveryWindowInDays is 0"],
	])("%s with %o", (type, properties, reason) => {
		expect(said(noForceDestroy, type, properties)).toContain(reason);
		const [option = ""] = Object.keys(properties);
		for (const value of [false, 7, undefined, UNKNOWN, SECRET]) {
			expect(said(noForceDestroy, type, { [option]: value })).toBe("");
		}
	});

	it("leaves what holds no data", () => {
		expect(said(noForceDestroy, "aws:iam/user:User", { forceDestroy: true })).toBe("");
	});
});
