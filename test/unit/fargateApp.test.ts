import type * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ACCOUNT, ALL, FargateScene, LEAST, REGION } from "./fargateScene";
import { failuresOf, resolved } from "./mocks";

const type = (module: string, kind: string) => `aws:${module}/${kind[0]?.toLowerCase()}${kind.slice(1)}:${kind}`;
const SERVICE = type("ecs", "Service");
const scene = new FargateScene();
beforeAll(() => scene.start());
beforeEach(() => {
	scene.made.forget();
	scene.instead = {};
});

describe("FargateApp", () => {
	it("defaults: one task, never two, behind a load balancer that only the VPC reaches", async () => {
		const outputs = await scene.make(LEAST);
		expect(outputs).toEqual({
			url: "http://notes-load-balancer.elb.example",
			cluster: `arn:aws:ecs:${REGION}:${ACCOUNT}:notes-cluster`,
			service: `arn:aws:ecs:${REGION}:${ACCOUNT}:notes-service`,
			image: LEAST.image,
			keeperImage: LEAST.keeper?.image,
			loadBalancer: "notes-load-balancer.elb.example",
			securityGroup: "notes-task-group-id",
		});
		expect(scene.one(SERVICE)).toEqual({
			name: "shop-test-notes",
			cluster: outputs.cluster,
			taskDefinition: `arn:aws:ecs:${REGION}:${ACCOUNT}:notes-task`,
			launchType: "FARGATE",
			platformVersion: "1.4.0",
			desiredCount: 1,
			deploymentMinimumHealthyPercent: 0,
			deploymentMaximumPercent: 100,
			availabilityZoneRebalancing: "DISABLED",
			deploymentCircuitBreaker: { enable: true, rollback: true },
			networkConfiguration: {
				subnets: ["subnet-1", "subnet-2"],
				securityGroups: ["notes-task-group-id"],
				assignPublicIp: true,
			},
			loadBalancers: [
				{
					targetGroupArn: `arn:aws:lb:${REGION}:${ACCOUNT}:notes-target-group`,
					containerName: "keeper",
					containerPort: 8080,
				},
			],
			// 350 for the restore, 40 + 3 × 30 for the app.
			healthCheckGracePeriodSeconds: 480,
			enableExecuteCommand: false,
			waitForSteadyState: true,
		});
		expect(scene.one(type("lb", "LoadBalancer"))).toMatchObject({
			internal: true,
			name: "shop-test-notes-internal",
			subnets: ["subnet-1", "subnet-2"],
			idleTimeout: 72,
			enableDeletionProtection: false,
			dropInvalidHeaderFields: true,
		});
		expect(scene.one(type("lb", "TargetGroup"))).toEqual({
			name: "shop-test-notes-8080",
			vpcId: "vpc-0d",
			targetType: "ip",
			protocol: "HTTP",
			port: 8080,
			deregistrationDelay: 10,
			healthCheck: {
				protocol: "HTTP",
				path: "/serving",
				port: "9400",
				matcher: "200",
				interval: 5,
				timeout: 4,
				healthyThreshold: 2,
				unhealthyThreshold: 10,
			},
		});
		expect(scene.made.of(type("lb", "Listener"))).toEqual({
			"notes-http": expect.objectContaining({ port: 80, protocol: "HTTP" }),
		});
		expect(scene.one(type("cloudwatch", "LogGroup"))).toEqual({
			name: "/holdfast/shop-test-notes",
			retentionInDays: 30,
		});
		expect(scene.made.types().filter((made) => /Secret|efs|sns|MetricAlarm|ecr/.test(made))).toEqual([]);
	});

	it("custom: public by HTTPS, in a network of the user's, with files that outlive it", async () => {
		const outputs = await scene.make(ALL);
		expect(outputs.url).toBe("https://notes.example.com");
		expect(scene.one(type("lb", "LoadBalancer"))).toMatchObject({
			internal: false,
			subnets: ["subnet-d", "subnet-e"],
			idleTimeout: 37,
			enableDeletionProtection: true,
		});
		expect(scene.one(type("lb", "TargetGroup"))).toMatchObject({ vpcId: "vpc-1", deregistrationDelay: 7 });
		const { "notes-http": plain, "notes-https": encrypted } = scene.made.of(type("lb", "Listener"));
		expect(plain?.defaultActions).toEqual([
			{ type: "redirect", redirect: { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" } },
		]);
		expect(encrypted).toMatchObject({
			port: 443,
			protocol: "HTTPS",
			certificateArn: ALL.certificateArn,
			sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
			defaultActions: [{ type: "forward" }],
		});
		expect(scene.one(SERVICE)).toMatchObject({
			networkConfiguration: { subnets: ["subnet-a", "subnet-b", "subnet-c"], assignPublicIp: false },
			healthCheckGracePeriodSeconds: 1300 + 130 + 600,
		});
		expect(scene.one(type("efs", "FileSystem"))).toMatchObject({ encrypted: true, creationToken: "shop-test-notes" });
		expect(scene.one(type("efs", "BackupPolicy")).backupPolicy).toEqual({ status: "ENABLED" });
		expect(scene.one(type("efs", "AccessPoint"))).toMatchObject({
			posixUser: { uid: 1234, gid: 99 },
			rootDirectory: { path: "/files", creationInfo: { ownerUid: 1234, ownerGid: 99, permissions: "0750" } },
		});
		const targets = Object.values(scene.made.of(type("efs", "MountTarget")));
		expect(targets.map(({ subnetId }) => subnetId)).toEqual(["subnet-a", "subnet-b", "subnet-c"]);
		expect(Object.keys(scene.made.of(type("efs", "MountTarget"))).sort()).toEqual(
			["a", "b", "c"].map((letter) => `notes-files-subnet-${letter}`),
		);
		const secrets = Object.values(scene.made.of(type("secretsmanager", "Secret")));
		expect(secrets.map((secret) => secret.name)).toEqual(["shop-test-notes/SECRET_KEY", "shop-test-notes/TOKEN"]);
	});

	it("what holds data is protected and outlives the stack; a secret's value can be changed", async () => {
		await scene.make(ALL);
		const kept = Object.entries(scene.options).filter(([, { protect }]) => protect);
		expect(kept.map(([name]) => name).sort()).toEqual([
			"notes-files",
			"notes-files-backup",
			"notes-secret-SECRET_KEY",
			"notes-secret-TOKEN",
		]);
		for (const [, { retainOnDelete }] of kept) expect(retainOnDelete).toBe(true);
		const { protect, retainOnDelete } = scene.options["notes-secret-TOKEN-value"] ?? {};
		expect([protect, retainOnDelete]).toEqual([undefined, true]);
	});

	it("whatever the task needs is there before the service, and until it has ended", async () => {
		await scene.make(ALL);
		const needed = scene.options["notes-service"]?.dependsOn as pulumi.Resource[];
		const names = await Promise.all(needed.map(({ urn }) => resolved(urn)));
		expect(names.map((urn) => urn.split("::").at(-1)).sort()).toEqual([
			"notes-execution-policy",
			"notes-files-2049-in",
			"notes-files-2049-out",
			"notes-files-access",
			"notes-files-policy",
			"notes-files-subnet-a",
			"notes-files-subnet-b",
			"notes-files-subnet-c",
			"notes-http",
			"notes-https",
			"notes-secret-SECRET_KEY-value",
			"notes-secret-TOKEN-value",
			"notes-services-out",
			"notes-task-8080-in",
			"notes-task-8080-out",
			"notes-task-9400-in",
			"notes-task-9400-out",
			"notes-users-443-in",
			"notes-users-80-in",
			"notes-writer",
		]);
		expect(scene.options["notes-silence-alarm"]?.dependsOn).toBeDefined();
	});

	it("alerts: an alarm for every kind of problem, for silence and for no healthy task, all to one address", async () => {
		await scene.make(ALL);
		expect(scene.one(type("sns", "TopicSubscription"))).toMatchObject({
			protocol: "email",
			endpoint: "ops@example.com",
		});
		const filters = scene.made.of(type("cloudwatch", "LogMetricFilter"));
		const alarms = scene.made.of(type("cloudwatch", "MetricAlarm"));
		const kinds = ["stale", "drill", "refused", "app", "disk", "acknowledge"];
		expect(Object.keys(alarms)).toEqual([...kinds, "silence", "unreachable"].map((kind) => `notes-${kind}-alarm`));
		for (const kind of kinds) {
			const { pattern, metricTransformation, logGroupName } = filters[`notes-${kind}`] ?? {};
			expect([pattern, logGroupName]).toEqual([
				`{ $.holdfast = "problem" && $.kind = "${kind}" }`,
				"/holdfast/shop-test-notes",
			]);
			const { namespace, name: metricName } = metricTransformation;
			const missing = { threshold: 1, statistic: "Sum", treatMissingData: "notBreaching" };
			expect(alarms[`notes-${kind}-alarm`]).toMatchObject({ namespace, metricName, ...missing });
		}
		const { metricTransformation, pattern } = filters["notes-heard"] ?? {};
		expect(pattern).toContain('"well"');
		expect(alarms["notes-silence-alarm"]).toMatchObject({
			metricName: metricTransformation.name,
			period: 300,
			evaluationPeriods: 2,
			comparisonOperator: "LessThanThreshold",
			treatMissingData: "breaching",
		});
		expect(alarms["notes-unreachable-alarm"]).toMatchObject({
			metricName: "HealthyHostCount",
			dimensions: { LoadBalancer: "suffix/notes-load-balancer", TargetGroup: "suffix/notes-target-group" },
			treatMissingData: "breaching",
		});
		const topic = [`arn:aws:sns:${REGION}:${ACCOUNT}:notes-alerts`];
		for (const alarm of Object.values(alarms)) expect([alarm.alarmActions, alarm.okActions]).toEqual([topic, topic]);
	});

	it("a transform reaches its child", async () => {
		await scene.make({
			...ALL,
			transform: {
				cluster: (cluster) => ({ ...cluster, settings: [{ name: "containerInsights", value: "enabled" }] }),
				secret: (secret) => ({ ...secret, kmsKeyId: "mine" }),
				alarm: (alarm) => ({ ...alarm, actionsEnabled: false }),
			},
		});
		expect(scene.one(type("ecs", "Cluster")).settings).toBeDefined();
		for (const secret of Object.values(scene.made.of(type("secretsmanager", "Secret")))) {
			expect(secret.kmsKeyId).toBe("mine");
		}
		for (const alarm of Object.values(scene.made.of(type("cloudwatch", "MetricAlarm")))) {
			expect(alarm.actionsEnabled).toBe(false);
		}
	});

	it("throws: a deploy that ECS took back is none, though the service is steady", async () => {
		scene.instead[SERVICE] = { taskDefinition: "arn:aws:ecs:eu-west-1:1:task-definition/notes:6" };
		const failures = await failuresOf(() => void scene.make(LEAST).catch(() => {}));
		expect(failures).toContain("notes was not deployed: ECS went back to");
		expect(failures).toContain("/holdfast/shop-test-notes");
	});
});
