import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ACCOUNT, ALL, FargateScene, LEAST, REGION } from "./fargateScene";
import { failuresOf } from "./mocks";

const type = (module: string, kind: string) => `aws:${module}/${kind[0]?.toLowerCase()}${kind.slice(1)}:${kind}`;
const SERVICE = type("ecs", "Service");
const scene = new FargateScene();
beforeAll(() => scene.start());
beforeEach(() => {
	scene.made.forget();
	scene.instead = {};
	scene.subnets = ["subnet-3", "subnet-1", "subnet-2"];
});

/** Every way that is open, `from → to:port`. */
function ways(): string[] {
	const rules = (direction: string, from: (rule: Record<string, unknown>) => unknown) =>
		Object.values(scene.made.of(type("vpc", `SecurityGroup${direction}Rule`))).map((rule) => {
			expect([rule.ipProtocol, rule.fromPort]).toEqual(["tcp", rule.toPort]);
			return `${direction} ${rule.securityGroupId} ${from(rule)} ${rule.fromPort}`;
		});
	const peer = (rule: Record<string, unknown>) => rule.cidrIpv4 ?? rule.referencedSecurityGroupId;
	return [...rules("Ingress", peer), ...rules("Egress", peer)].sort();
}

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
			securityGroup: "notes-task-id",
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
				securityGroups: ["notes-task-id"],
				assignPublicIp: true,
			},
			loadBalancers: [
				{
					targetGroupArn: `arn:aws:lb:${REGION}:${ACCOUNT}:notes-target-group`,
					containerName: "keeper",
					containerPort: 8080,
				},
			],
			// 400 for the restore, 40 + 3 × 30 for the app.
			healthCheckGracePeriodSeconds: 530,
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

	it("opens only what is used: from the VPC to the load balancer, from there to the task, from there HTTPS", async () => {
		await scene.make(LEAST);
		expect(ways()).toEqual([
			"Egress notes-load-balancer-id notes-task-id 8080",
			"Egress notes-load-balancer-id notes-task-id 9400",
			"Egress notes-task-id 0.0.0.0/0 443",
			"Ingress notes-load-balancer-id 172.31.0.0/16 80",
			"Ingress notes-task-id notes-load-balancer-id 8080",
			"Ingress notes-task-id notes-load-balancer-id 9400",
		]);
		for (const { ingress, egress } of Object.values(scene.made.of(type("ec2", "SecurityGroup")))) {
			expect([ingress, egress]).toEqual([undefined, undefined]);
		}
	});

	it("custom: public by HTTPS, in a network of the user's, with files that outlive it", async () => {
		const outputs = await scene.make(ALL);
		expect(outputs.url).toBe("https://notes.example.com");
		expect(ways()).toEqual([
			"Egress notes-load-balancer-id notes-task-id 8080",
			"Egress notes-load-balancer-id notes-task-id 9400",
			"Egress notes-task-id 0.0.0.0/0 443",
			"Egress notes-task-id notes-files-id 2049",
			"Ingress notes-files-id notes-task-id 2049",
			"Ingress notes-load-balancer-id 0.0.0.0/0 443",
			"Ingress notes-load-balancer-id 0.0.0.0/0 80",
			"Ingress notes-task-id notes-load-balancer-id 8080",
			"Ingress notes-task-id notes-load-balancer-id 9400",
		]);
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
		const secrets = Object.values(scene.made.of(type("secretsmanager", "Secret")));
		expect(secrets.map((secret) => secret.name)).toEqual(["shop-test-notes/SECRET_KEY", "shop-test-notes/TOKEN"]);
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

	it("a change of what replaces a load balancer or target group changes its name, within 32 characters", async () => {
		const names = async (args: object) => {
			scene.made.forget();
			await scene.make({ ...LEAST, ...args });
			const [balancer, group] = ["LoadBalancer", "TargetGroup"].map(
				(kind) => scene.one(type("lb", kind)).name as string,
			);
			for (const name of [balancer, group]) expect(name?.length).toBeLessThanOrEqual(32);
			return [balancer, group];
		};
		const [balancer, group] = await names({});
		expect((await names({ ingress: "public" }))[0]).not.toBe(balancer);
		expect((await names({ port: 8080 }))[1]).not.toBe(group);
		const network = { vpcId: "vpc-1", subnetIds: ["subnet-a", "subnet-b"] };
		const moved = await names({ network });
		expect([moved[0] === balancer, moved[1] === group]).toEqual([false, false]);
	});

	it.each([
		["public", undefined, true],
		["private", undefined, false],
		["public", ["subnet-d", "subnet-e"], false],
	] as const)("in a network of the user's, %s with load balancer subnets %j: public address %s", async (...row) => {
		const [ingress, loadBalancerSubnetIds, address] = row;
		const network = { vpcId: "vpc-1", subnetIds: ["subnet-a", "subnet-b"] };
		const own = loadBalancerSubnetIds && { loadBalancerSubnetIds: [...loadBalancerSubnetIds] };
		await scene.make({ ...LEAST, ingress, network: { ...network, ...own } });
		expect(scene.one(SERVICE).networkConfiguration).toMatchObject({ assignPublicIp: address });
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

	it("throws: a default VPC without two subnets", async () => {
		scene.subnets = ["subnet-1"];
		const failures = await failuresOf(() => void scene.make(LEAST).catch(() => {}));
		expect(failures).toContain("the default VPC has 1 default subnets, and a load balancer needs 2");
	});
});
