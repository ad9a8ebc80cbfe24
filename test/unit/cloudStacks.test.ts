import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";

import { shapeProblems } from "../../stacks/shape";
import type { Target } from "../../stacks/shapes";
import { configOf, render } from "../../tools/cost/render";
import { keeperBundleStep } from "../../tools/setup/keeperBundle";
import { runSteps } from "../../tools/setup/steps";

const file = (stack: string) => readFileSync(join(__dirname, "..", "..", "stacks", `Pulumi.${stack}.yaml`), "utf8");

beforeAll(async () => {
	// Its image is part of what is rendered.
	expect(await runSteps([keeperBundleStep])).toBe(true);
}, 60_000);
// npm test has one, for the stacks of the other tests.
beforeEach(() => {
	vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", undefined).stubEnv("PULUMI_CONFIG_PASSPHRASE_FILE", undefined);
});
afterEach(() => vi.unstubAllEnvs());

/** The stack's file with changes to its text. */
async function rendered(stack: string, ...changes: [string | RegExp, string][]) {
	const text = changes.reduce((all, [from, to]) => all.replace(from, to), file(stack));
	const { resources } = await render(stack, text);
	return (type: string) => resources.find((resource) => resource.type === type)?.inputs ?? {};
}
const refusal = (stack: string, ...changes: [string | RegExp, string][]) =>
	rendered(stack, ...changes).then(
		() => "",
		(error: Error) => error.message,
	);

describe.each(["gcp-staging", "gcp-prod", "aws-staging", "aws-prod"])("Pulumi.%s.yaml", (stack) => {
	it("has the right shape, and renders", async () => {
		const { config } = parse(file(stack)) as { config: Record<string, unknown> };
		const settings = Object.entries(config).filter(([key]) => key.startsWith("holdfast:"));
		const raw = Object.fromEntries(settings.map(([key, value]) => [key.slice(9), value]));
		expect(shapeProblems(raw, stack.split("-")[0] as Target)).toEqual([]);
		const { resources } = await render(stack, file(stack));
		expect(resources.length).toBeGreaterThan(10);
	});

	it("says in its comments only what is right as well", () => {
		const { config } = parse(file(stack)) as { config: Record<string, Record<string, unknown>> };
		// One line each, such as `# secrets: [ADMIN_KEY]`; below which group it stands says its indentation.
		const groups = { 2: undefined, 4: "" };
		let group = "";
		for (const line of file(stack).split("\n")) {
			group = /^ {2}(holdfast:\w+):/.exec(line)?.[1] ?? group;
			const [, indent = "", key = "", value = ""] =
				/^( +)# ((?:holdfast:|aws:|gcp:)?[a-zA-Z]+): ([[{\d"'/\w-].*)$/.exec(line) ?? [];
			if (!(indent.length in groups) || /^TODO|^instead/.test(key)) continue;
			const target = key.startsWith("holdfast:") ? key.slice(9) : undefined;
			if (target === undefined && (indent.length !== 4 || !/^[a-z]/.test(key))) continue;
			const parsed = parse(`x: ${value}`).x as unknown;
			const raw = Object.fromEntries(
				Object.entries(config)
					.filter(([name]) => name.startsWith("holdfast:"))
					.map(([name, setting]) => [name.slice(9), structuredClone(setting)]),
			) as Record<string, Record<string, unknown>>;
			if (target !== undefined) raw[target] = parsed as Record<string, unknown>;
			else raw[group.slice(9)] = { ...raw[group.slice(9)], [key]: parsed };
			expect(shapeProblems(raw, stack.split("-")[0] as Target), line).toEqual([]);
		}
	});
});

describe("what differs between the environments", () => {
	it("Google Cloud: to-zero, a week and no protection; always-on, a quarter, protection and alerts", async () => {
		const staging = await rendered("gcp-staging");
		const prod = await rendered("gcp-prod");
		const run = "gcp:cloudrunv2/service:Service";
		expect(staging(run)).toMatchObject({ deletionProtection: false, template: { scaling: { minInstanceCount: 0 } } });
		expect(prod(run)).toMatchObject({ deletionProtection: true, template: { scaling: { minInstanceCount: 1 } } });
		expect(JSON.stringify(staging(run))).toContain('"name":"HOLDFAST_RETENTION_DAYS","value":"7"');
		expect(JSON.stringify(prod(run))).toContain('"name":"HOLDFAST_RETENTION_DAYS","value":"90"');
		expect(staging("gcp:monitoring/alertPolicy:AlertPolicy")).toEqual({});
		expect(prod("gcp:monitoring/alertPolicy:AlertPolicy")).not.toEqual({});
	});

	it("AWS: HTTP and no lock; HTTPS, an object lock, protection and alarms", async () => {
		const staging = await rendered("aws-staging");
		const prod = await rendered("aws-prod");
		const lock = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
		expect(staging("aws:lb/loadBalancer:LoadBalancer")).toMatchObject({ enableDeletionProtection: false });
		expect(prod("aws:lb/loadBalancer:LoadBalancer")).toMatchObject({ enableDeletionProtection: true });
		expect(staging(lock)).toEqual({});
		expect(prod(lock)).toMatchObject({ rule: { defaultRetention: { mode: "GOVERNANCE", days: 30 } } });
		expect(staging("aws:cloudwatch/metricAlarm:MetricAlarm")).toEqual({});
		expect(prod("aws:cloudwatch/metricAlarm:MetricAlarm")).not.toEqual({});
	});
});

describe("the checks of a cloud stack", () => {
	it("Google Cloud: says all at once, each under the name that it has in the file", async () => {
		const said = await refusal(
			"gcp-staging",
			["gcp:project: my-project", ""],
			["asia-southeast1", "asia-southeast1-a"],
			["asia-southeast1-docker", ""],
			[/region: asia-southeast1$/m, "region: asia-southeast1-a"],
			["scale: to-zero", "scale: sometimes"],
			["retentionDays: 7", "retentionDays: 0"],
			["port: 8000", "port: 8000\n    instances: 2\n    stopGraceSeconds: 30"],
			["holdfast:ingress", "holdfast:publish: { port: 1 }\n  holdfast:ingress"],
		);
		for (const words of [
			"gcp:project: must be known",
			'gcp:region: must be a region of Google Cloud (got "asia-southeast1-a")',
			"gcp.scale: must be one of to-zero, always-on",
			"backup.retentionDays: must be a whole number from 1 to 3650 (got 0)",
			"app.instances: must be 1 (got 2)",
			"app.stopGraceSeconds: must be 5 or less",
			"publish: is for a Docker host",
		])
			expect(said).toContain(words);
	});

	it("AWS: the same", async () => {
		const said = await refusal(
			"aws-staging",
			["aws:region: us-east-1", ""],
			["cpu: 256, memoryMiB: 1024", "cpu: 256, memoryMiB: 9000"],
			["diskGiB: 21", "diskGiB: 5\n    files: { mountPath: /app/data }"],
			["graceDays: 7", "graceDays: 0"],
			["holdfast:ingress: public", "holdfast:ingress: open"],
		);
		for (const words of [
			"aws:region: must be set",
			"aws.size",
			"aws.diskGiB: must be a whole number from 21 to 200 (got 5)",
			"aws.files",
			"backup.graceDays",
			"ingress: must be one of public, private",
		])
			expect(said).toContain(words);
	});

	it("refuses a prod stack whose secrets rest on a passphrase, with the rest of the problems", async () => {
		vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "hunter2");
		expect(await refusal("gcp-staging")).toBe("");
		const said = await refusal("gcp-prod", ["retentionDays: 90", "retentionDays: 0"]);
		expect(said).toContain("- environment: prod must not encrypt its secrets with a passphrase");
		expect(said).toContain("backup.retentionDays");
		expect(await refusal("aws-prod")).toContain('change-secrets-provider "awskms://');
	});
});

describe("configOf", () => {
	it("passes on what the engine would, and nothing of a secret", () => {
		const { config, secrets } = configOf(
			"config:\n  gcp:project: p\n  holdfast:app: { secrets: [A, B] }\n  holdfast:A: { secure: v1:abc }\n",
		);
		expect(config).toEqual({
			"gcp:project": "p",
			"holdfast:app": '{"secrets":["A","B"]}',
			"holdfast:A": "secret",
			"holdfast:B": "secret",
		});
		expect(secrets).toEqual(["holdfast:A", "holdfast:B"]);
	});
});
