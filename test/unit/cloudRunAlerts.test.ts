import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeCloudRun, startGoogle } from "./cloudRun";
import { Made } from "./mocks";

const POLICY = "gcp:monitoring/alertPolicy:AlertPolicy";
const METRIC = "gcp:logging/metric:Metric";
const alerts = { email: "ops@example.com" };
const KINDS = ["stale", "drill", "refused", "app", "disk", "acknowledge"];

const made = new Made();
beforeAll(() => startGoogle(made));
beforeEach(() => made.forget());

describe("the alerts of an app on Cloud Run", () => {
	it("defaults: none, nor what they would rest on", async () => {
		await makeCloudRun();
		expect(made.types().filter((type) => /monitoring|logging/.test(type))).toEqual([]);
	});

	it("a mail for each kind of problem in this service's own log, at most one an hour", async () => {
		await makeCloudRun({ alerts });
		expect(made.of("gcp:monitoring/notificationChannel:NotificationChannel")).toEqual({
			"notes-alerts": { type: "email", displayName: "Holdfast: notes", labels: { email_address: "ops@example.com" } },
		});
		const policies = made.of(POLICY);
		expect(Object.keys(policies).sort()).toEqual(KINDS.map((kind) => `notes-alert-${kind}`).sort());
		for (const kind of KINDS) {
			const policy = policies[`notes-alert-${kind}`];
			expect(policy).toMatchObject({
				combiner: "OR",
				displayName: expect.stringMatching(/^shop\/test\/notes: /),
				notificationChannels: ["notes-alerts-id"],
				alertStrategy: { notificationRateLimit: { period: "3600s" } },
			});
			expect(policy?.conditions).toEqual([
				{
					displayName: expect.any(String),
					conditionMatchedLog: {
						filter: `resource.type="cloud_run_revision" AND resource.labels.service_name="shop-test-notes" AND resource.labels.location="asia-southeast1" AND jsonPayload.holdfast="problem" AND jsonPayload.kind="${kind}"`,
					},
				},
			]);
			expect(policy?.documentation.content.length).toBeGreaterThan(20);
		}
		// No metric that does not exist yet, and no silence that is wanted.
		expect(made.of(METRIC)).toEqual({});
		expect(Object.keys(made.of("gcp:projects/service:Service"))).toEqual(
			expect.arrayContaining(["notes-api-logging", "notes-api-monitoring"]),
		);
	});

	it("always on, silence too: no sign of life for 10 minutes", async () => {
		await makeCloudRun({ alerts, scale: "always-on" });
		const { name, filter } = made.of(METRIC)["notes-life"] ?? {};
		expect(name).toBe("holdfast-life-shop-test-notes");
		expect(filter).toContain('resource.labels.service_name="shop-test-notes"');
		expect(filter).toContain('jsonPayload.holdfast=("well" OR "problem")');
		const { conditions } = made.of(POLICY)["notes-alert-silence"] ?? {};
		expect(conditions).toEqual([
			{
				displayName: "no sign of life for 10 minutes",
				conditionPrometheusQueryLanguage: {
					query:
						'absent_over_time(logging_googleapis_com:user_holdfast_life_shop_test_notes{monitored_resource="cloud_run_revision"}[300s])',
					duration: "300s",
					evaluationInterval: "60s",
					disableMetricValidation: true,
				},
			},
		]);
	});

	it("custom: each policy can be changed", async () => {
		await makeCloudRun({ alerts, transform: { alertPolicy: (policy) => ({ ...policy, severity: "CRITICAL" }) } });
		for (const policy of Object.values(made.of(POLICY))) expect(policy.severity).toBe("CRITICAL");
	});
});
