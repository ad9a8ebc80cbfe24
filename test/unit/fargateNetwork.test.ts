import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { balancerName } from "../../components/aws/loadBalancer";
import { ALL, FargateScene, LEAST } from "./fargateScene";
import { failuresOf } from "./mocks";

const type = (module: string, kind: string) => `aws:${module}/${kind[0]?.toLowerCase()}${kind.slice(1)}:${kind}`;
const scene = new FargateScene();
beforeAll(() => scene.start());
beforeEach(() => {
	scene.made.forget();
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

describe("the network of a FargateApp", () => {
	it("opens only what is used: from the VPC to the load balancer, from there to the task, from there HTTPS", async () => {
		await scene.make(LEAST);
		expect(ways()).toEqual([
			"Egress notes-load-balancer-group-id notes-task-group-id 8080",
			"Egress notes-load-balancer-group-id notes-task-group-id 9400",
			"Egress notes-task-group-id 0.0.0.0/0 443",
			"Ingress notes-load-balancer-group-id 172.31.0.0/16 80",
			"Ingress notes-task-group-id notes-load-balancer-group-id 8080",
			"Ingress notes-task-group-id notes-load-balancer-group-id 9400",
		]);
		for (const { ingress, egress } of Object.values(scene.made.of(type("ec2", "SecurityGroup")))) {
			expect([ingress, egress]).toEqual([undefined, undefined]);
		}
	});

	it("opens to everybody only the load balancer, and the files to the task alone", async () => {
		await scene.make(ALL);
		expect(ways()).toEqual([
			"Egress notes-load-balancer-group-id notes-task-group-id 8080",
			"Egress notes-load-balancer-group-id notes-task-group-id 9400",
			"Egress notes-task-group-id 0.0.0.0/0 443",
			"Egress notes-task-group-id notes-files-group-id 2049",
			"Ingress notes-files-group-id notes-task-group-id 2049",
			"Ingress notes-load-balancer-group-id 0.0.0.0/0 443",
			"Ingress notes-load-balancer-group-id 0.0.0.0/0 80",
			"Ingress notes-task-group-id notes-load-balancer-group-id 8080",
			"Ingress notes-task-group-id notes-load-balancer-group-id 9400",
		]);
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

	it("a load balancer's name never begins with internal-, which AWS refuses", () => {
		expect(balancerName(["shop", "test", "notes"])).toBe("shop-test-notes");
		expect(balancerName(["internal", "test", "notes"])).toBe("app-internal-test-notes");
		expect(balancerName(["internal", "test", "n".repeat(40)])).toMatch(/^app-internal-test-n+-[0-9a-f]{8}$/);
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
		expect(scene.one(type("ecs", "Service")).networkConfiguration).toMatchObject({ assignPublicIp: address });
	});

	it("throws: a default VPC without two subnets", async () => {
		scene.subnets = ["subnet-1"];
		const failures = await failuresOf(() => void scene.make(LEAST).catch(() => {}));
		expect(failures).toContain("the default VPC has 1 default subnets, and a load balancer needs 2");
	});
});
