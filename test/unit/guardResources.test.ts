import { describe, expect, it } from "vitest";
import { readPlan, type State, UNKNOWN } from "../../components/guard/plan";
import { statefulResources } from "../../components/guard/resources";
import { preview, step } from "./guardPlans";

const VOLUME = "docker:index/volume:Volume";
const SQL = "gcp:sql/databaseInstance:DatabaseInstance";
const BUCKET = "gcp:storage/bucket:Bucket";
const S3 = "aws:s3/bucket:Bucket";
const LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const VERSIONING = "aws:s3/bucketVersioning:BucketVersioning";

/** Each verdict with its rule. */
function judged(...steps: ReturnType<typeof step>[]) {
	return statefulResources(readPlan(preview(steps))).findings.map(({ verdict, rule }) => `${verdict}: ${rule}`);
}

function reasons(...steps: ReturnType<typeof step>[]) {
	return statefulResources(readPlan(preview(steps)))
		.findings.map(({ subject, reason, wayOut }) => `${subject}: ${reason} ${wayOut}`)
		.join("\n");
}

/** What an update in place does, from some inputs to others. */
function update(
	type: string,
	old: Record<string, unknown>,
	planned: Record<string, unknown>,
	more: Partial<State> = {},
) {
	return judged(step("update", type, "it", { inputs: old, ...more }, { inputs: planned, ...more }));
}

const data = { inputs: { name: "shop-data" } };

describe("a resource that goes", () => {
	it("is lost where the update deletes it, with the way to keep it", () => {
		const gone = step("delete", VOLUME, "data", data);
		expect(judged(gone)).toEqual(["lost: deleted"]);
		expect(reasons(gone)).toContain("volume shop-data: The update deletes it. All that is in it is gone.");
		expect(reasons(gone)).toContain(`pulumi state delete 'urn:pulumi:test::shop::${VOLUME}::data'`);
	});

	it("is at risk where it stays on its platform", () => {
		expect(judged(step("delete", VOLUME, "data", { ...data, retainOnDelete: true }))).toEqual(["at risk: left-behind"]);
	});

	it("is told to be renamed where the same comes anew, with the alias to write", () => {
		const steps = [step("delete", VOLUME, "data", data), step("create", VOLUME, "files", undefined, data)];
		expect(judged(...steps)).toEqual(["lost: renamed-without-alias", "kept: new"]);
		expect(reasons(...steps)).toContain('aliases: [{ name: "data" }] in the options of files');
		const other = [
			step("create", VOLUME, "other", undefined, { inputs: { name: "o" } }),
			step("create", VOLUME, "another", undefined, { inputs: { name: "p" } }),
		];
		expect(judged(steps[0] as (typeof other)[0], ...other)[0]).toBe("lost: deleted");
	});

	it("is at risk, not lost, where it kept other data safe", () => {
		expect(judged(step("delete", VERSIONING, "v", { inputs: { bucket: "b" } }))).toEqual([
			"at risk: safeguard-removed",
		]);
	});

	it("is at risk where what it kept safe stays, and it goes to another, or comes back weaker", () => {
		const versioning = (bucket: string, status = "Enabled") => ({
			inputs: { bucket, versioningConfiguration: { status } },
		});
		const anew = (...half: ReturnType<typeof versioning>[]) => step("replace", VERSIONING, "v", half[0], half[1]);
		expect(judged(anew(versioning("a"), versioning("b")))).toEqual(["at risk: safeguard-removed"]);
		expect(judged(anew(versioning("a"), versioning("a", "Suspended")))).toEqual(["at risk: versioning-off"]);
		const bucket = step("replace", S3, "it", { id: "a", inputs: {} }, { inputs: {} });
		expect(judged(bucket, anew(versioning("a"), versioning(UNKNOWN)))).toContain("kept: replaced");
	});

	it("is at risk where its deletions go to another bucket, which is there", () => {
		const rules = [{ status: "Enabled", expiration: { days: 3 } }];
		const moves = step(
			"replace",
			LIFECYCLE,
			"l",
			{ inputs: { bucket: "a", rules } },
			{ inputs: { bucket: "b", rules } },
		);
		expect(judged(moves)).toEqual(["at risk: lifecycle-deletes-sooner"]);
	});

	it("costs nothing where it only left the state", () => {
		expect(judged(step("read-discard", VOLUME, "data", data))).toEqual(["kept: kept"]);
	});
});

describe("a plan with a refresh", () => {
	const refresh = step("refresh", VOLUME, "data", data, data);

	it("tells what is no longer on its platform, which the update would make anew", () => {
		expect(judged(refresh, step("create", VOLUME, "data", undefined, data))).toEqual(["lost: gone"]);
	});

	it("is judged by what the update does then", () => {
		const bucket = { inputs: { versioning: { enabled: true } } };
		const steps = [
			step("refresh", BUCKET, "b", bucket, bucket),
			step("update", BUCKET, "b", bucket, { inputs: { versioning: { enabled: false } } }),
		];
		expect(judged(...steps)).toEqual(["at risk: versioning-off"]);
		expect(judged(refresh, step("same", VOLUME, "data", data, data))).toEqual(["kept: kept"]);
		expect(judged(refresh, step("delete", VOLUME, "data", data))).toEqual(["lost: deleted"]);
	});
});

describe("a resource that is replaced", () => {
	const replaced = (more: Partial<State> = {}) =>
		step(
			"replace",
			SQL,
			"db",
			{ inputs: { name: "db", region: "eu" }, ...more },
			{ inputs: { name: "db", region: "us" } },
			{
				replaceReasons: ["region"],
			},
		);

	it("is lost, with the option that forces it, before and after", () => {
		expect(judged(replaced())).toEqual(["lost: replaced"]);
		expect(reasons(replaced())).toContain('region: "eu" to "us"');
		expect(reasons(replaced())).toContain("Set region back");
	});

	it("is at risk where the old one stays", () => {
		expect(judged(replaced({ retainOnDelete: true }))).toEqual(["at risk: replaced-and-left-behind"]);
	});

	it("is one finding where the preview shows all three steps of it", () => {
		const [old, planned] = [{ inputs: { name: "db" } }, { inputs: { name: "other" } }];
		const steps = [
			step("create-replacement", SQL, "db", old, planned),
			step("replace", SQL, "db", old, planned),
			step("delete-replaced", SQL, "db", old, planned),
		];
		expect(judged(...steps)).toEqual(["lost: replaced"]);
	});

	it("is no loss where it keeps a bucket safe", () => {
		expect(judged(step("replace", VERSIONING, "v", { inputs: {} }, { inputs: {} }))).toEqual(["kept: replaced"]);
	});
});

describe("a resource that stays", () => {
	it("is kept, whatever harmless is changed", () => {
		expect(judged(step("same", VOLUME, "data", data, data))).toEqual(["kept: kept"]);
		expect(judged(step("import", VOLUME, "data", undefined, data))).toEqual(["kept: new"]);
		expect(update(SQL, { settings: { tier: "a" } }, { settings: { tier: "b" } })).toEqual(["kept: kept"]);
	});

	it("is at risk in a step that the guard does not know", () => {
		expect(judged(step("transmogrify", VOLUME, "data", data, data))).toEqual(["at risk: unknown-step"]);
	});

	it.each(["protect", "retainOnDelete"] as const)("is at risk without the %s of before", (option) => {
		const rule = { protect: "protect-removed", retainOnDelete: "retain-removed" }[option];
		const [on, off] = [{ ...data, [option]: true }, data];
		expect(judged(step("same", VOLUME, "data", on, off))).toEqual([`at risk: ${rule}`]);
		expect(judged(step("same", VOLUME, "data", off, on))).toEqual(["kept: kept"]);
	});

	it("of a type that no table has is known by its name", () => {
		expect(judged(step("delete", "vultr:index/database:Database", "d", data))).toEqual(["lost: deleted"]);
		expect(judged(step("delete", "gcp:compute/backendBucket:BackendBucket", "d", data))).toEqual([]);
		expect(judged(step("delete", "azure-native:storage/v20240101:BlobContainer", "d", data))).toEqual([
			"lost: deleted",
		]);
	});

	it("is nobody's business where it holds no data", () => {
		expect(judged(step("delete", "docker:index/network:Network", "n", {}))).toEqual([]);
	});
});

type Inputs = Record<string, unknown>;
const settings = (backupConfiguration: Inputs): Inputs => ({ settings: { backupConfiguration } });
const gcsRule = (condition: Inputs): Inputs => ({ lifecycleRules: [{ action: { type: "Delete" }, condition }] });
const weakenings: [string, string, Inputs, Inputs][] = [
	["deletion-protection-off", SQL, { deletionProtection: true }, { deletionProtection: false }],
	["deletion-protection-off", SQL, { deletionProtection: true }, {}],
	[
		"deletion-protection-off",
		"aws:cognito/userPool:UserPool",
		{ deletionProtection: "ACTIVE" },
		{ deletionProtection: "INACTIVE" },
	],
	["kept-after-deletion-off", "gcp:sql/database:Database", { deletionPolicy: "ABANDON" }, { deletionPolicy: "DELETE" }],
	["lifecycle-deletes-sooner", S3, {}, { lifecycleRules: [{ enabled: true, expiration: { days: 3 } }] }],
	["backups-off", SQL, settings({ enabled: true }), settings({ enabled: false })],
	["point-in-time-recovery-off", SQL, settings({ pointInTimeRecoveryEnabled: true }), settings({})],
	["point-in-time-recovery-off", "aws:dynamodb/table:Table", { pointInTimeRecovery: { enabled: true } }, {}],
	["retention-shortened", "aws:rds/instance:Instance", { backupRetentionPeriod: 30 }, { backupRetentionPeriod: 7 }],
	["retention-shortened", BUCKET, { softDeletePolicy: { retentionDurationSeconds: 2_592_000 } }, {}],
	[
		"retention-shortened",
		BUCKET,
		{ retentionPolicy: { retentionPeriod: "604800" } },
		{ retentionPolicy: { retentionPeriod: "60" } },
	],
	["versioning-off", BUCKET, { versioning: { enabled: true } }, { versioning: { enabled: false } }],
	[
		"versioning-off",
		VERSIONING,
		{ versioningConfiguration: { status: "Enabled" } },
		{ versioningConfiguration: { status: "Suspended" } },
	],
	[
		"encryption-changed",
		BUCKET,
		{ encryption: { defaultKmsKeyName: "a" } },
		{ encryption: { defaultKmsKeyName: "b" } },
	],
	["public-access-possible", BUCKET, { publicAccessPrevention: "enforced" }, { publicAccessPrevention: "inherited" }],
	["lifecycle-deletes-sooner", BUCKET, gcsRule({ age: 90 }), gcsRule({ age: 7 })],
	["lifecycle-deletes-sooner", BUCKET, {}, gcsRule({ age: 90 })],
	["lifecycle-deletes-sooner", BUCKET, gcsRule({ age: 90, numNewerVersions: 3 }), gcsRule({ age: 90 })],
	[
		"lifecycle-deletes-sooner",
		LIFECYCLE,
		{ bucket: "b", rules: [{ id: "x", status: "Disabled", expiration: { days: 3 } }] },
		{ bucket: "b", rules: [{ id: "x", status: "Enabled", expiration: { days: 3 } }] },
	],
];

describe("a safeguard", () => {
	it.each(weakenings)("%s is at risk on %s, and the other way round nothing", (rule, type, old, planned) => {
		expect(update(type, old, planned)).toContain(`at risk: ${rule}`);
	});

	it("that becomes more is no alarm", () => {
		const better = weakenings.filter(
			([rule, , , planned]) => rule !== "encryption-changed" && !("lifecycleRules" in planned),
		);
		expect(better.length).toBeGreaterThan(8);
		for (const [, type, old, planned] of better) expect(update(type, planned, old)).toEqual(["kept: kept"]);
		expect(update(BUCKET, gcsRule({ age: 7 }), gcsRule({ age: 90 }))).toEqual(["kept: kept"]);
		expect(update(BUCKET, gcsRule({ age: 7 }), {})).toEqual(["kept: kept"]);
	});

	it("that cannot be seen any more is at risk", () => {
		expect(
			update("aws:rds/instance:Instance", { backupRetentionPeriod: 30 }, { backupRetentionPeriod: "[secret]" }),
		).toEqual(["at risk: retention-shortened"]);
	});

	it("of a new bucket is as new as the bucket; on one that was there it deletes what it never did", () => {
		const inputs = { bucket: "b", rules: [{ status: "Enabled", expiration: { days: 3 } }] };
		const added = step("create", LIFECYCLE, "l", undefined, { inputs });
		expect(judged(added)).toEqual(["at risk: lifecycle-deletes-sooner"]);
		expect(judged(step("create", S3, "b", undefined, { inputs: { bucket: "b" } }), added)).toEqual([
			"kept: new",
			"kept: new",
		]);
	});
});
