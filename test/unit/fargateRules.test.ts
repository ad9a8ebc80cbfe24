import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FargateApp } from "../../components/aws/fargateApp";
import type { FargateAppArgs } from "../../components/aws/fargateArgs";
import { fargateAppProblems } from "../../components/aws/fargateRules";
import { FARGATE_MEMORY } from "../../components/aws/fargateSizes";
import { ACCOUNT, ALL, FargateScene, LEAST, REGION, WRITER } from "./fargateScene";
import { failuresOf, problemsOf } from "./mocks";

const scene = new FargateScene();
beforeAll(() => scene.start());
beforeEach(() => scene.made.forget());

const problems = (args: object, region: string | undefined | false = REGION) =>
	Object.fromEntries(
		fargateAppProblems({ ...LEAST, ...args } as FargateAppArgs, region).map(({ propertyPath, reason }) => [
			propertyPath,
			reason,
		]),
	);

describe("the rules of a FargateApp", () => {
	it("takes what is right", () => {
		expect(problems({})).toEqual({});
		expect(problems(ALL)).toEqual({});
		expect(problems({}, false)).toEqual({});
	});

	it("throws everything that is wrong at once, before anything is made", () => {
		const wrong = { ...LEAST, image: "a:1", diskGiB: 20, instances: 2, size: { cpu: 512, memoryMiB: 512 } };
		const found = problemsOf(() => new FargateApp("notes", wrong));
		expect(Object.keys(found).sort()).toEqual(["diskGiB", "image", "instances", "size.memoryMiB"]);
		expect(found.instances).toContain("Postgres");
		expect(scene.made.types()).toEqual([]);
	});

	it("every pair of CPU units and memory that Fargate has, and no other", () => {
		const pairs = Object.values(FARGATE_MEMORY).map((memories) => memories.length);
		expect(pairs).toEqual([3, 4, 7, 13, 23, 12, 12]);
		for (const [cpu, memories] of Object.entries(FARGATE_MEMORY)) {
			for (const memoryMiB of memories) expect(problems({ size: { cpu: Number(cpu), memoryMiB } })).toEqual({});
			for (const memoryMiB of [256, Math.min(...memories) + 1, Math.max(...memories) + 8192]) {
				expect(Object.keys(problems({ size: { cpu: Number(cpu), memoryMiB } }))).toEqual(["size.memoryMiB"]);
			}
		}
		const small = problems({ size: { cpu: 256, memoryMiB: 4096 } });
		expect(small["size.memoryMiB"]).toContain("one of 512, 1024, 2048 with size.cpu 256 (got 4096)");
		expect(small["size.memoryMiB"]).toContain("4096 MiB go with 512 or 1024 or 2048 CPU units");
		expect(problems({ size: { cpu: 300, memoryMiB: 512 } })["size.cpu"]).toContain("256, 512, 1024, 2048, 4096, 8192");
	});

	it("the app's share leaves the keeper its own", () => {
		expect(problems({ memoryMiB: 768 })).toEqual({});
		expect(problems({ memoryMiB: 769 }).memoryMiB).toContain(
			"256 MiB of the task's 1024 MiB (got 769): lower it to 768",
		);
		expect(problems({ cpus: 0.5 })).toEqual({});
		expect(problems({ cpus: 0.75 }).cpus).toContain("0.5 cores");
	});

	it.each([
		["diskGiB", 20, "21 to 200"],
		["diskGiB", 201, "21 to 200"],
		["restoreSeconds", 3301, "60 to 3300"],
		["logRetentionDays", 31, "30, 60"],
		["stopGraceSeconds", 61, "at most 60 here"],
		["architecture", "arm", "X86_64 or ARM64"],
		["ingress", "open", "public or private"],
		["user", "app", "must be a number"],
		["initialData", "/host/notes.db", "s3://bucket/notes.db"],
		["image", "ghcr.io/me/notes:1.2", "@sha256:"],
		["certificateArn", "arn:aws:iam::1:x", "arn:aws:acm:region"],
		["certificateArn", `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/1`, "region eu-west-1 (got one of us-east-1)"],
		["domain", "notes.example.com", "must come with certificateArn"],
		["logs", { maxFiles: 2 }, "logRetentionDays"],
		["door", false, "cannot hold an answer back"],
	])("throws: %s %j", (option, value, reason) => {
		const found = problems({ [option]: value });
		expect(Object.keys(found)).toEqual([option]);
		expect(found[option]).toContain(reason);
	});

	it("throws: a rehearsal, which only a Docker host has", () => {
		expect(problems({ deploy: { rehearsal: { network: true } } })["deploy.rehearsal"]).toContain("Docker host");
		expect(problems({ deploy: { rehearsal: false, mayLose: ["sessions"] } })).toEqual({});
	});

	it("throws: nested options, each with its path", () => {
		expect(problems({ keeper: { image: "keeper:1", staleSeconds: 1 } })).toEqual({
			"keeper.image": expect.stringContaining("@sha256:"),
			"keeper.staleSeconds": expect.stringContaining("5 to 3600"),
		});
		expect(problems({ alerts: { email: "ops" } })["alerts.email"]).toContain("e-mail");
		const host = { store: { url: "file:///backup/notes" }, writerPolicyArn: "notes-writer" };
		expect(problems({ backup: host })).toEqual({
			"backup.store.url": expect.stringContaining("S3BackupBucket"),
			"backup.writerPolicyArn": expect.stringContaining("ARN of a policy"),
		});
	});

	it("throws: no region, and a zone instead of one", () => {
		const [missing] = fargateAppProblems(LEAST, undefined);
		expect(missing).toMatchObject({ propertyPath: "aws:region" });
		expect(missing?.reason).toContain("pulumi config set aws:region");
		expect(problems({}, "eu-west-1a")["aws:region"]).toContain("that is a zone: write eu-west-1");
		expect(problems({}, "us-gov-east-1")).toEqual({});
		expect(problems({}, "Ireland")["aws:region"]).toContain("write something like eu-west-1");
		const store = { url: "s3://vault/app", environment: { AWS_REGION: "eu-west-1b" } };
		const zone = problems({ backup: { store, writerPolicyArn: WRITER } });
		expect(zone["backup.store.environment.AWS_REGION"]).toContain("that is a zone");
	});

	it("looks at the region of the stack, and not at it where a provider of the user's own says it", () => {
		const own = new aws.Provider("own", { region: "us-east-1" });
		const app = (opts?: pulumi.ComponentResourceOptions) => problemsOf(() => new FargateApp("notes", LEAST, opts));
		pulumi.runtime.setConfig("aws:region", "eu-west-1c");
		try {
			expect(Object.keys(app())).toEqual(["aws:region"]);
			expect(app({ provider: own })).toEqual({});
		} finally {
			pulumi.runtime.setConfig("aws:region", REGION);
		}
	});

	it.each(["/app/data", "/app", "/app/data/files", "/app/data/"])(
		"throws: files at %s, where the database is or would be on EFS, and says why",
		(mountPath) => {
			const reason = problems({ files: { mountPath } })["files.mountPath"];
			expect(reason).toContain("EFS is NFS, on which SQLite's WAL mode and Litestream do not work");
			expect(reason).toContain("use a directory beside it");
		},
	);

	it("throws: files where nothing may be mounted, or the cache is", () => {
		expect(problems({ files: { mountPath: "files" } })["files.mountPath"]).toContain("absolute path");
		expect(problems({ files: { mountPath: "/etc/x" } })["files.mountPath"]).toContain("system's /etc");
		const cache = { mountPath: "/cache" };
		expect(problems({ cache, files: { mountPath: "/cache/x" } })["files.mountPath"]).toContain("cache.mountPath");
		expect(problems({ files: { mountPath: "/holdfast/files" } })["files.mountPath"]).toContain("the keeper's");
		expect(problems({ files: { mountPath: "/app/database" } })).toEqual({});
	});

	it("throws: a network of which a part is missing or wrong", () => {
		const subnetIds = ["subnet-a", "subnet-b"];
		expect(Object.keys(problems({ network: { subnetIds } }))).toEqual(["network.vpcId"]);
		expect(Object.keys(problems({ network: { vpcId: "vpc-1" } }))).toEqual(["network.subnetIds"]);
		expect(Object.keys(problems({ network: { vpcId: "vpc-1", loadBalancerSubnetIds: subnetIds } }))).toEqual([
			"network.subnetIds",
		]);
		const one = problems({ network: { vpcId: "vpc-1", subnetIds: ["subnet-a"] } });
		expect(one["network.subnetIds"]).toContain("two zones");
		expect(problems({ network: { vpcId: "vpc-1", subnetIds: ["subnet-a", "subnet-a"] } })).toEqual(one2());
		expect(
			problems({ network: { vpcId: "vpc-1", subnetIds: ["subnet-a"], loadBalancerSubnetIds: subnetIds } }),
		).toEqual({});
		const zones = problems({ network: { vpcId: "eu-west-1", subnetIds: ["eu-west-1a", "eu-west-1b"] } });
		expect(zones["network.vpcId"]).toContain("a region or a zone");
		expect(zones["network.subnetIds"]).toContain('(got "eu-west-1a", "eu-west-1b"; that is a region or a zone)');

		function one2() {
			return { "network.subnetIds": expect.stringContaining('got ["subnet-a","subnet-a"]') };
		}
	});

	it("throws: a reference that becomes known later and has no digest", async () => {
		const image = pulumi.output(Promise.resolve("ghcr.io/me/notes:1"));
		expect(problems({ image })).toEqual({});
		const failures = await failuresOf(() => void scene.make({ ...LEAST, image }).catch(() => {}));
		expect(failures).toContain("image must end in its digest");
	});
});
