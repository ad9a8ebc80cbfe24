import { describe, expect, it } from "vitest";
import { sharedReplicas } from "../../components/guard/directories";
import { isScratch } from "../../components/guard/scratch";
import { type Inputs, planOf, recorded, step } from "./guardDirectories";

function plan(
	stack: string,
	apps: Record<string, string>,
	{ before, endpoint }: { before?: string; endpoint?: string } = {},
) {
	const steps = Object.entries(apps).map(([app, store]) => {
		const urn = `urn:pulumi:${stack}::shop::holdfast:gcp:CloudRunApp$gcp:cloudrunv2/service:Service::${app}-service`;
		const service = (url: string): Inputs => {
			const settings = {
				HOLDFAST_APP: `shop/${stack}/${app}`,
				HOLDFAST_STORE: url,
				HOLDFAST_DATA_DIRECTORY: "/data",
				...(endpoint && { AWS_ENDPOINT_URL_S3: endpoint }),
			};
			return {
				template: { containers: [{ envs: Object.entries(settings).map(([name, value]) => ({ name, value })) }] },
			};
		};
		return step("update", urn, service(before ?? "s3://before/x"), service(store));
	});
	return planOf(steps, stack);
}

const rules = (...plans: Parameters<typeof sharedReplicas>[0]) =>
	sharedReplicas(plans).findings.map(({ verdict, rule, subject }) => `${verdict} ${rule}: ${subject}`);

describe("a second app on one replica", () => {
	const BOTH = [
		"at risk replica-shared: data directory /data of a",
		"at risk replica-shared: data directory /data of b",
	];

	it.for<[string, Record<string, string>]>([
		["the same place", { a: "s3://vault/app", b: "s3://vault/app" }],
		["with a slash more", { a: "s3://vault/app", b: "s3://vault/app/" }],
		["one within the other", { a: "s3://vault/app", b: "s3://vault/app/b" }],
		["a bucket as a whole", { a: "gs://vault", b: "gs://vault/b" }],
		["a directory of one host", { a: "file:///backup/a", b: "file:///backup/a" }],
	])("in one stack: %s", ([, apps]) => {
		expect(rules(plan("prod", apps))).toEqual(BOTH);
	});

	it.for<[string, Record<string, string>]>([
		["another prefix", { a: "s3://vault/a", b: "s3://vault/b" }],
		["a prefix that begins the same", { a: "s3://vault/app", b: "s3://vault/app2" }],
		["another bucket", { a: "s3://vault/a", b: "s3://other/a" }],
		["another cloud", { a: "s3://vault/a", b: "gs://vault/a" }],
	])("leaves alone: %s", ([, apps]) => {
		expect(rules(plan("prod", apps))).toEqual([]);
	});

	it("in another stack, and says which", () => {
		const plans = [plan("prod", { notes: "s3://vault/app" }), plan("staging", { notes: "s3://vault/app" })];
		const { findings } = sharedReplicas(plans);
		expect(findings.map(({ urn, reason }) => [urn.split(":")[2], reason])).toEqual([
			[
				"prod",
				"Its replica s3://vault/app is also that of notes of stack staging: each would restore the other's data.",
			],
			[
				"staging",
				"Its replica s3://vault/app is also that of notes of stack prod: each would restore the other's data.",
			],
		]);
	});

	it("two S3 servers, and the disks of two hosts, are two places", () => {
		const app = { notes: "s3://vault/app" };
		expect(rules(plan("prod", app, { endpoint: "http://a" }), plan("staging", app, { endpoint: "http://b" }))).toEqual(
			[],
		);
		const onDisk = { notes: "file:///backup/notes" };
		expect(rules(plan("prod", onDisk), plan("staging", onDisk))).toEqual([]);
	});

	it("what was so before is told, and alarms nobody", () => {
		const store = "s3://vault/app";
		const { findings, information } = sharedReplicas([plan("prod", { a: store, b: store }, { before: store })]);
		expect(findings).toEqual([]);
		expect(information).toHaveLength(2);
	});
});

describe("helper volumes", () => {
	const volumes = Object.entries(recorded("docker")).filter(([urn]) => urn.includes("volume:Volume"));
	const [name = ""] = volumes.find(([urn]) => urn.endsWith("notes-scratch")) ?? [];
	const type = "docker:index/volume:Volume";
	const scratch = { urn: name, type, properties: {}, protect: false, retainOnDelete: false };

	it("are those of a DockerApp that nothing keeps", () => {
		const found = volumes.filter(([urn, { inputs, protect = false, retainOnDelete }]) =>
			isScratch({ urn, type, properties: inputs, protect, retainOnDelete }),
		);
		expect(found.map(([urn]) => urn.split("::").pop())).toEqual(["notes-scratch", "notes-gate", "notes-rehearsal"]);
	});

	it("are never what is kept, what has another name, or somebody else's", () => {
		expect(isScratch(scratch)).toBe(true);
		expect(isScratch({ ...scratch, protect: true })).toBe(false);
		expect(isScratch({ ...scratch, retainOnDelete: true })).toBe(false);
		expect(isScratch({ ...scratch, urn: name.replace("-scratch", "-data") })).toBe(false);
		expect(isScratch({ ...scratch, urn: name.replace("holdfast:docker:DockerApp$", "") })).toBe(false);
	});

	it("in memory hold nothing, whoever made them", () => {
		const volume = { ...scratch, urn: `urn:pulumi:a::b::${type}::x` };
		expect(isScratch({ ...volume, properties: { driverOpts: { type: "tmpfs" } } })).toBe(true);
		expect(isScratch({ ...volume, properties: { driverOpts: { type: "nfs" } } })).toBe(false);
	});
});
