import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../tools/workspace";
import { checkInputs } from "../engine/cloudDouble/check";
import { difference } from "../engine/cloudDouble/difference";
import type { Facts } from "../engine/cloudDouble/facts/types";
import { type Properties, UNKNOWN } from "../engine/cloudDouble/values";

// The engine tests of the clouds are worth what their double notices: so this is tested too.

const read = (cloud: string) =>
	JSON.parse(readFileSync(join(ROOT, "test/engine/cloudDouble/facts", `${cloud}.json`), "utf8")) as Record<
		string,
		Facts
	>;
const ALL: Record<string, Facts> = { ...read("gcp"), ...read("aws") };
const of = (type: string): Facts => ALL[type] ?? {};

describe("what the double says of inputs", () => {
	const problems = (type: string, inputs: Properties) =>
		checkInputs("notes", of(type), inputs).map(
			({ property, reason }) => `${property}: ${reason.split(". Examine")[0]}`,
		);
	const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: 7 };

	it("takes what is right, also in the wrap of a secret and where it is not known yet", () => {
		expect(problems("aws:ecs/cluster:Cluster", { name: "notes", tags: { a: "b" } })).toEqual([]);
		expect(
			problems("aws:s3/bucketVersioning:BucketVersioning", { bucket: UNKNOWN, versioningConfiguration: UNKNOWN }),
		).toEqual([]);
		expect(problems("aws:cloudwatch/logGroup:LogGroup", { retentionInDays: secret })).toEqual([]);
	});

	it.each([
		["aws:s3/bucket:Bucket", { colour: "red" }, "colour: Invalid or unknown key"],
		["aws:s3/bucket:Bucket", { arn: "arn:aws:s3:::mine" }, "arn: Invalid or unknown key"],
		["aws:s3/bucket:Bucket", { tags: "mine" }, 'tags: expected object type, got "mine" of type string'],
		["aws:cloudwatch/logGroup:LogGroup", { retentionInDays: "long" }, "retentionInDays: expected number type"],
		[
			"gcp:storage/bucket:Bucket",
			{ location: "EU", versioning: { enabled: "on" } },
			"versioning.enabled: expected boolean type",
		],
		["gcp:storage/bucket:Bucket", { location: "EU", lifecycleRules: {} }, "lifecycleRules: expected array type"],
		["gcp:storage/bucket:Bucket", {}, 'location: Missing required argument. The argument "location" is required'],
		[
			"gcp:cloudrunv2/service:Service",
			{ location: "EU", ingress: "ALL", template: {} },
			'ingress: expected ingress to be one of ["INGRESS_TRAFFIC_ALL"',
		],
		[
			"gcp:cloudrunv2/service:Service",
			{ location: "EU", template: { volumes: [{ name: "data", emptyDir: { medium: "TAPE" } }] } },
			"template.volumes[0].emptyDir.medium: expected medium to be one of",
		],
		[
			"aws:ecs/taskDefinition:TaskDefinition",
			{ family: "notes", containerDefinitions: '[{"name":"app","image":"x","readOnlyRootFilesystem":true}]' },
			"containerDefinitions[0].readOnlyRootFilesystem: Invalid or unknown key",
		],
		[
			"aws:ecs/taskDefinition:TaskDefinition",
			{ family: "notes", containerDefinitions: '[{"name":"app","image":"x","dependsOn":[{"condition":"READY"}]}]' },
			"containerDefinitions[0].dependsOn[0].condition: expected condition to be one of",
		],
		["aws:ecs/taskDefinition:TaskDefinition", { family: "notes", containerDefinitions: "[" }, "containerDefinitions: "],
	] as [string, Properties, string][])("refuses for %s: %j", (type, inputs, expected) => {
		expect(problems(type, inputs).join("\n")).toContain(expected);
	});
});

describe("what the double says of a change", () => {
	const between = (type: string, olds: Properties, news: Properties) => difference(of(type), olds, news);

	it.each([
		["gcp:storage/bucket:Bucket", { location: "EU" }, { location: "US" }, ["location"]],
		["gcp:storage/bucket:Bucket", { labels: { a: "1" } }, { labels: { a: "2" } }, []],
		["aws:s3/bucket:Bucket", { bucket: "a" }, { bucket: "b" }, ["bucket"]],
		[
			"aws:ecs/taskDefinition:TaskDefinition",
			{ containerDefinitions: '[{"a":1}]' },
			{ containerDefinitions: '[{"a":2}]' },
			["containerDefinitions"],
		],
		// Not known yet: it may be another.
		["aws:ecs/service:Service", { cluster: "a" }, { cluster: UNKNOWN }, ["cluster"]],
		// The schema says it of the whole.
		[
			"aws:ecs/taskDefinition:TaskDefinition",
			{ ephemeralStorage: { sizeInGib: 21 } },
			{ ephemeralStorage: { sizeInGib: 30 } },
			["ephemeralStorage.sizeInGib"],
		],
	] as [string, Properties, Properties, string[]][])(
		"%s: from %j to %j replaces for %j",
		(type, olds, news, expected) => {
			expect(between(type, olds, news)).toMatchObject({ replacing: expected, changed: [expect.any(String)] });
		},
	);

	it.each([
		[
			"a policy in another order",
			"aws:iam/policy:Policy",
			{ policy: '{"a":1,"b":[2]}' },
			{ policy: '{ "b": [2], "a": 1 }' },
		],
		["what the cloud chose", "aws:ecs/cluster:Cluster", { name: "a" }, {}],
		["an empty list", "aws:lb/loadBalancer:LoadBalancer", { subnets: [] }, {}],
		["a number as text", "aws:ecs/taskDefinition:TaskDefinition", { cpu: "256" }, { cpu: 256 }],
	] as [string, string, Properties, Properties][])("%s is no change", (_, type, olds, news) => {
		expect(between(type, olds, news)).toEqual({ changed: [], replacing: [] });
	});
});
