import { describe, expect, it } from "vitest";
import { type Assumptions, DEFAULTS, estimate } from "../../tools/cost/estimate";
import { PRICES, type Price } from "../../tools/cost/prices";
import { table } from "../../tools/cost/table";
import type { Resource } from "../../tools/cost/uses";

/** Round figures, so that a test can be done in one's head. */
const price = (usd: number, more: Partial<Price> = {}): Price => ({
	usd,
	unit: "units",
	source: "s",
	page: "p",
	...more,
});
const FIXED = Object.fromEntries(Object.keys(PRICES).map((id) => [id, price(1)])) as Record<string, Price>;

const rowsOf = (resources: Resource[], prices = FIXED, assumptions: Partial<Assumptions> = {}, freeAllowances = true) =>
	estimate(resources, "here", { ...DEFAULTS, ...assumptions }, prices, { freeAllowances }).rows.map(
		({ what, quantity, usd }) => ({
			what,
			quantity: Math.round(quantity * 100) / 100,
			usd: usd && Math.round(usd * 100) / 100,
		}),
	);
const service = (min: number): Resource => ({
	type: "gcp:cloudrunv2/service:Service",
	name: "notes-service",
	inputs: {
		template: {
			scaling: { minInstanceCount: min, maxInstanceCount: 1 },
			containers: [
				{ resources: { limits: { cpu: "1", memory: "512Mi" } } },
				{ resources: { limits: { cpu: "500m", memory: "1Gi" } } },
			],
		},
	},
});
const bucket = (type: string, inputs = {}): Resource => ({ type, name: "notes-bucket", inputs });

describe("the estimate", () => {
	it("pays Cloud Run scaled to zero for the seconds of its requests, for all containers", () => {
		const rows = rowsOf([service(0)], FIXED, { requestsPerDay: 86_400, secondsPerRequest: 0.5 });
		expect(rows).toContainEqual({ what: "processor, while requests run", quantity: 365 * 3600 * 1.5, usd: 1_971_000 });
		expect(rows).toContainEqual({ what: "memory, while requests run", quantity: 365 * 3600 * 1.5, usd: 1_971_000 });
		expect(rows).toContainEqual({ what: "requests", quantity: 2_628_000, usd: 2_628_000 });
		// More than all seconds of a month are not to be had.
		const most = rowsOf([service(0)], FIXED, { requestsPerDay: 1e9, secondsPerRequest: 9 });
		expect(most[0]).toMatchObject({ quantity: 730 * 3600 * 1.5 });
	});

	it("pays Cloud Run that is always on for all of the month, and no requests", () => {
		const rows = rowsOf([service(1)], FIXED, { requestsPerDay: 5 });
		expect(rows[0]).toEqual({ what: "processor, always on", quantity: 730 * 3600 * 1.5, usd: 730 * 3600 * 1.5 });
		expect(rows.map(({ what }) => what)).not.toContain("requests");
	});

	it("pays a Fargate task by its hours, and the disk above the free 20 GB", () => {
		const task = { cpu: "512", memory: "1024", ephemeralStorage: { sizeInGib: 23 } };
		expect(rowsOf([{ type: "aws:ecs/taskDefinition:TaskDefinition", name: "t", inputs: task }]).slice(0, 3)).toEqual([
			{ what: "processor", quantity: 365, usd: 365 },
			{ what: "memory", quantity: 730, usd: 730 },
			{ what: "disk", quantity: 2190, usd: 2190 },
		]);
	});

	it("pays a load balancer's hours and use, and an address a zone unless it is internal", () => {
		const balancer = (inputs: object): Resource => ({ type: "aws:lb/loadBalancer:LoadBalancer", name: "lb", inputs });
		const subnets = ["a", "b", "c"];
		expect(rowsOf([balancer({ subnets })]).map(({ what, quantity }) => [what, quantity])).toEqual([
			["hours", 730],
			["use", 10],
			["public addresses, one a zone", 2190],
		]);
		expect(rowsOf([balancer({ subnets, internal: true })])).toHaveLength(2);
	});

	it("counts the writes of a replica at their most, and the lease while the keeper has a processor", () => {
		const writes = (resources: Resource[], writesPerDay: number) =>
			rowsOf(resources, FIXED, { writesPerDay, requestsPerDay: 0 }).find(({ what }) => what.startsWith("writes"))
				?.quantity;
		const month = 730 / 24;
		expect(writes([bucket("aws:s3/bucket:Bucket")], 0)).toBe(262_800);
		// Each by itself in its second, half minute, five minutes; the hours have 24 in all.
		expect(writes([bucket("gcp:storage/bucket:Bucket"), service(0)], 100)).toBeCloseTo(324 * month, 0);
		expect(writes([bucket("gcp:storage/bucket:Bucket"), service(0)], 1e9)).toBeCloseTo(
			(86_400 + 2880 + 288 + 24) * month,
			0,
		);
	});

	it("keeps a copy a day for retention, grace and soft delete, wherever they stand", () => {
		const told = { containerDefinitions: '[{"environment":[{"name":"HOLDFAST_RETENTION_DAYS","value":"90"}]}]' };
		const s3 = [
			bucket("aws:s3/bucket:Bucket"),
			{ type: "aws:ecs/taskDefinition:TaskDefinition", name: "t", inputs: { ...told, cpu: "256", memory: "512" } },
			{
				type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
				name: "l",
				inputs: { rules: [{ noncurrentVersionExpiration: { noncurrentDays: 30 } }] },
			},
		];
		expect(rowsOf(s3, FIXED, { databaseGb: 2 })[0]).toMatchObject({ quantity: 2 * (90 + 30 + 1) });
		const gcs = [bucket("gcp:storage/bucket:Bucket", { softDeletePolicy: { retentionDurationSeconds: 7 * 86_400 } })];
		expect(rowsOf(gcs, FIXED, { databaseGb: 1 })[0]).toMatchObject({ quantity: 30 + 7 + 1 });
	});

	it("takes each free allowance off once, however many resources use it", () => {
		const secrets = ["a", "b", "c"].map((name) => ({
			type: "gcp:secretmanager/secretVersion:SecretVersion",
			name,
			inputs: {},
		}));
		const prices = { ...FIXED, gcpSecret: price(1, { free: 2 }) };
		expect(rowsOf(secrets, prices).map(({ usd }) => usd)).toEqual([0, 0, 1]);
		expect(rowsOf(secrets, prices, {}, false).map(({ usd }) => usd)).toEqual([1, 1, 1]);
	});

	it("invents no price: one of cheaper regions is a least, one that is missing is to be looked up", () => {
		const prices = { ...FIXED, s3Storage: price(1, { regions: ["elsewhere"], page: "https://s3" }) };
		const { rows } = estimate(
			[
				bucket("aws:s3/bucket:Bucket"),
				{ type: "aws:sns/topicSubscription:TopicSubscription", name: "mails", inputs: {} },
			],
			"here",
			DEFAULTS,
			prices,
		);
		expect(rows[0]).toMatchObject({ atLeast: true, lookUp: "https://s3" });
		expect(rows[1]).toMatchObject({ atLeast: false });
		expect(rows[2]).toEqual({
			resource: "mails",
			what: "mails of alarms",
			quantity: 1,
			unit: "",
			atLeast: false,
			lookUp: "https://aws.amazon.com/sns/pricing/",
		});
	});

	it("names every type that it does not know, and says what it knows nothing of in the table", () => {
		const result = estimate([{ type: "aws:rds/instance:Instance", name: "db", inputs: {} }], "here", DEFAULTS, FIXED);
		expect(result).toEqual({ rows: [], unknown: ["aws:rds/instance:Instance"] });
		const mails = { type: "aws:sns/topicSubscription:TopicSubscription", name: "mails", inputs: {} };
		const { rows } = estimate([mails, bucket("aws:s3/bucket:Bucket")], "here", DEFAULTS, FIXED);
		const text = table("aws-prod", "here", { rows, unknown: ["x"] }, DEFAULTS, { freeAllowances: true });
		expect(text).toMatch(/^mails .* look it up$/m);
		expect(text).toMatch(/^at least [\d.]+ a month, and what is to be looked up$/m);
		expect(text).toContain("Not in the table at all, look them up: x");
	});
});

describe("the price table", () => {
	it.each(Object.entries(PRICES))("%s names its unit, its source and its page", (_, { usd, unit, source, page }) => {
		expect(usd).toBeGreaterThan(0);
		expect(unit).not.toBe("");
		expect(source).toMatch(/^https:\/\//);
		expect(page).toMatch(/^https:\/\//);
	});
});
