import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { GcsBackupBucket, type GcsBackupBucketArgs } from "../../components/gcp/backupBucket";
import { lifecycleRules } from "../../components/gcp/permissions";
import { Made, problemsOf, resolved } from "./mocks";

const BUCKET = "gcp:storage/bucket:Bucket";
const GRANT = "gcp:storage/bucketIAMMember:BucketIAMMember";
const ROLE = "gcp:projects/iAMCustomRole:IAMCustomRole";
const ACCOUNT = "gcp:serviceaccount/account:Account";
const KMS = "projects/shop/locations/eu/keyRings/ring/cryptoKeys/key";

const made = new Made();
beforeAll(() =>
	made.start(({ name, inputs }) => ({
		name: inputs.name ?? `${name}-name`,
		email: `${inputs.accountId}@shop`,
		member: inputs.member ?? `serviceAccount:${inputs.accountId}@shop`,
		privateKey: Buffer.from(`{"key":"${name}"}`).toString("base64"),
	})),
);
beforeEach(() => made.forget());

async function make(args: Partial<GcsBackupBucketArgs> = {}) {
	const backup = new GcsBackupBucket("notes", { location: "EU", ...args });
	const outputs = {
		bucket: await resolved(backup.bucket),
		writerEmail: await resolved(backup.writerEmail),
		restorerEmail: await resolved(backup.restorerEmail),
		store: await resolved(pulumi.output(backup.store)),
		restorer: await resolved(pulumi.output(backup.restorer)),
	};
	await pulumi.runtime.disconnect();
	return { backup, outputs };
}

const problems = (args: object) =>
	problemsOf(() => new GcsBackupBucket("notes", { location: "EU", ...args } as GcsBackupBucketArgs));

describe("GcsBackupBucket", () => {
	it("defaults: named for good, private, versioned, soft delete, no retention policy", async () => {
		const { outputs } = await make();
		expect(outputs).toEqual({
			bucket: "shop-test-notes-backup",
			writerEmail: "writer-shop-test-notes@shop",
			restorerEmail: "restorer-shop-test-notes@shop",
			store: { url: "gs://shop-test-notes-backup/app", retentionDays: 30 },
			restorer: undefined,
		});
		expect(made.of(BUCKET)).toEqual({
			"notes-bucket": {
				name: "shop-test-notes-backup",
				location: "EU",
				storageClass: "STANDARD",
				uniformBucketLevelAccess: true,
				publicAccessPrevention: "enforced",
				versioning: { enabled: true },
				softDeletePolicy: { retentionDurationSeconds: 604_800 },
				lifecycleRules: lifecycleRules("app", 7),
			},
		});
		expect(made.types().filter((type) => type.includes("Key"))).toEqual([]);
	});

	it("custom: every option reaches its resource", async () => {
		const { outputs } = await make({
			bucketName: "vault",
			prefix: "shop/notes",
			retentionDays: 90,
			graceDays: 14,
			softDeleteDays: 0,
			storageClass: "COLDLINE",
			kmsKeyName: KMS,
			labels: { team: "kelp" },
			transform: {
				bucket: (bucket) => ({ ...bucket, rpo: "DEFAULT" }),
				stateRole: (role) => ({ ...role, stage: "BETA" }),
			},
		});
		expect(outputs.store).toEqual({ url: "gs://vault/shop/notes", retentionDays: 90 });
		expect(made.of(BUCKET)["notes-bucket"]).toMatchObject({
			name: "vault",
			storageClass: "COLDLINE",
			softDeletePolicy: { retentionDurationSeconds: 0 },
			lifecycleRules: lifecycleRules("shop/notes", 14),
			encryption: { defaultKmsKeyName: KMS },
			labels: { team: "kelp" },
			rpo: "DEFAULT",
		});
		expect(made.of(ROLE)["notes-state-role"]?.stage).toBe("BETA");
	});

	it.each([
		[1, 7],
		[14, 14],
		[365, 90],
	])("soft delete follows %i days of grace as far as Google lets it: %i", async (graceDays, days) => {
		await make({ graceDays });
		expect(made.of(BUCKET)["notes-bucket"]?.softDeletePolicy).toEqual({ retentionDurationSeconds: days * 86_400 });
	});

	it("keys: the JSON of each account's own key, secret", async () => {
		const { backup, outputs } = await make({ keys: true });
		expect(outputs.store.secrets).toEqual({ GOOGLE_CREDENTIALS: '{"key":"notes-writer-key"}' });
		expect(outputs.restorer).toEqual({
			...outputs.store,
			secrets: { GOOGLE_CREDENTIALS: '{"key":"notes-restorer-key"}' },
		});
		for (const store of [backup.store, backup.restorer]) {
			expect(await pulumi.isSecret(pulumi.output(store?.secrets?.GOOGLE_CREDENTIALS))).toBe(true);
		}
		expect(made.of("gcp:serviceaccount/key:Key")).toEqual({
			"notes-writer-key": { serviceAccountId: "notes-writer-name" },
			"notes-restorer-key": { serviceAccountId: "notes-restorer-name" },
		});
	});

	it("least privilege: the writer deletes nothing but state, the restorer reads", async () => {
		await make({ bucketName: "vault", prefix: "a/b" });
		const roles = made.of(ROLE);
		const grants = Object.entries(made.of(GRANT)).map(([name, { bucket, role, member, condition }]) => {
			const permissions = Object.entries(roles).find(([roleName]) => `${roleName}-id` === role)?.[1].permissions;
			return [name, { bucket, member, permissions, where: condition?.expression }];
		});
		const writer = { bucket: "vault", member: "serviceAccount:writer-shop-test-notes@shop" };
		const restorer = { bucket: "vault", member: "serviceAccount:restorer-shop-test-notes@shop" };
		expect(Object.fromEntries(grants)).toEqual({
			"notes-writer-grant": {
				...writer,
				permissions: [
					"storage.objects.create",
					"storage.objects.get",
					"storage.objects.list",
					"storage.objects.update",
				],
				where: undefined,
			},
			"notes-state-grant": {
				...writer,
				permissions: ["storage.objects.delete"],
				where: 'resource.name.startsWith("projects/_/buckets/vault/objects/a/b/state/")',
			},
			"notes-restorer-grant": {
				...restorer,
				permissions: ["storage.objects.get", "storage.objects.list"],
				where: undefined,
			},
		});
		expect(
			Object.values(roles)
				.map(({ roleId }) => roleId)
				.sort(),
		).toEqual([
			"holdfast_restorer_shop_test_notes",
			"holdfast_state_shop_test_notes",
			"holdfast_writer_shop_test_notes",
		]);
	});

	it("whoever runs as the writer waits for its grants, and goes before them", async () => {
		const backup = new GcsBackupBucket("notes", { location: "EU" });
		// What the engine is told of it, and the SDK keeps to itself.
		const { allResources } = backup.writerEmail as unknown as { allResources(): Promise<Set<pulumi.Resource>> };
		const waits = await allResources.call(backup.writerEmail);
		const urns = await Promise.all([...waits].map(({ urn }) => resolved(urn)));
		const grants = urns.filter((urn) => urn.includes(`${GRANT}::`)).map((urn) => urn.split("::").at(-1));
		expect(grants.sort()).toEqual(["notes-state-grant", "notes-writer-grant"]);
	});

	it("names stay within Google's limits", async () => {
		const backup = new GcsBackupBucket(`notes_${"x".repeat(80)}`, { location: "EU" });
		await resolved(backup.bucket);
		await pulumi.runtime.disconnect();
		for (const { accountId } of Object.values(made.of(ACCOUNT))) expect(accountId).toMatch(/^[a-z][a-z0-9-]{5,29}$/);
		for (const { roleId } of Object.values(made.of(ROLE))) expect(roleId).toMatch(/^[A-Za-z0-9_.]{3,64}$/);
	});

	it("throws: everything that is wrong at once, with both values where wishes disagree", () => {
		const reasons = problems({
			retentionDays: 30,
			graceDays: 0,
			softDeleteDays: 6,
			storageClass: "COLDLINE",
			prefix: "a/",
			location: "",
			bucketName: "my-google-notes",
			kmsKeyName: `${KMS}/cryptoKeyVersions/1`,
		});
		expect(Object.keys(reasons)).toEqual([
			"graceDays",
			"softDeleteDays",
			"storageClass",
			"prefix",
			"location",
			"bucketName",
			"kmsKeyName",
		]);
		expect(reasons.storageClass).toContain("got COLDLINE, 90 days, and 30 days");
		expect(reasons.softDeleteDays).toContain("got 6");
		for (const softDeleteDays of [1, 6, 91, 7.5]) {
			expect(Object.keys(problems({ softDeleteDays }))).toEqual(["softDeleteDays"]);
		}
		expect(problems({ location: "asia-southeast1-a" }).location).toContain("a zone of it: write asia-southeast1");
		expect(problems({ storageClass: "COLD" }).storageClass).toContain('got "COLD"');
		expect(problems({ storageClass: "NEARLINE", retentionDays: 29 }).storageClass).toContain("30 days, and 29 days");
		expect(made.types()).toEqual([]);
	});

	it("throws: a retention policy or a hold, under which the lease could not be overwritten", () => {
		const retention = (bucket: object) => ({ ...bucket, retentionPolicy: { retentionPeriod: "86400" } });
		const hold = (bucket: object) => ({ ...bucket, defaultEventBasedHold: true });
		for (const bucket of [retention, hold]) {
			expect(problems({ transform: { bucket } })["transform.bucket"]).toContain("overwrite the lease");
		}
		expect(made.types()).toEqual([]);
	});
});
