import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { refusal } from "../validate";
import type { FargateAppArgs, FargateTransforms } from "./fargateArgs";
import type { Part } from "./part";

/** Where the task and its load balancer are. */
export interface Network {
	vpcId: pulumi.Output<string>;
	/** The VPC's own addresses; undefined where everybody comes in. */
	cidrBlock: pulumi.Output<string> | undefined;
	subnetIds: pulumi.Input<string>[];
	loadBalancerSubnetIds: pulumi.Input<string>[];
	publicAddress: boolean;
}

/** A VPC has two zones or more, and a load balancer needs two; each more would cost a public address. */
const ZONES = 2;

/** The user's network, or the account's default VPC. */
export function networkOf({ network, ingress }: FargateAppArgs, here: { parent: pulumi.Resource }): Network {
	const isPublic = ingress === "public";
	if (network === undefined) return defaultNetwork(isPublic, here);
	return {
		vpcId: pulumi.output(network.vpcId),
		cidrBlock: isPublic ? undefined : aws.ec2.getVpcOutput({ id: network.vpcId }, here).cidrBlock,
		subnetIds: network.subnetIds,
		loadBalancerSubnetIds: network.loadBalancerSubnetIds ?? network.subnetIds,
		publicAddress: network.publicAddress ?? (isPublic && network.loadBalancerSubnetIds === undefined),
	};
}

function defaultNetwork(isPublic: boolean, here: { parent: pulumi.Resource }): Network {
	const vpc = aws.ec2.getVpcOutput({ default: true }, here);
	const inDefault = [
		{ name: "vpc-id", values: [vpc.id] },
		{ name: "default-for-az", values: ["true"] },
	];
	const ids = aws.ec2.getSubnetsOutput({ filters: inDefault }, here).ids.apply(firstSubnets);
	const subnetIds = Array.from({ length: ZONES }, (_, index) => ids.apply((all) => all[index] as string));
	// The default VPC has no NAT gateway: without a public address, the task reaches nothing.
	return {
		vpcId: vpc.id,
		cidrBlock: isPublic ? undefined : vpc.cidrBlock,
		subnetIds,
		loadBalancerSubnetIds: subnetIds,
		publicAddress: true,
	};
}

/** In one order: that of the answer is not always the same. There is one default subnet a zone. */
function firstSubnets(ids: string[]): string[] {
	if (ids.length >= ZONES) return [...ids].sort().slice(0, ZONES);
	throw refusal(
		`the default VPC has ${ids.length} default subnets, and a load balancer needs ${ZONES}, in two zones: ` +
			"make them with aws ec2 create-default-subnet, or name a network of yours",
	);
}

/** The security groups of the load balancer, the task and the files, each of which opens only what is used. */
export interface Firewall {
	loadBalancer: aws.ec2.SecurityGroup;
	task: aws.ec2.SecurityGroup;
	files?: aws.ec2.SecurityGroup;
	/** What opens them. Whatever needs the way depends on it, so that it is there until the end. */
	rules: pulumi.Resource[];
}

/** What is to be reached. */
export interface FirewallNeeds {
	network: Network;
	ports: { door: number; status: number };
	/** The ports of the load balancer. */
	listens: number[];
	files: boolean;
}

/** The ports of NFS, and of every service of AWS. */
const NFS = 2049;
const HTTPS = 443;

export function makeFirewall(
	{ name, here }: Part<FargateTransforms>,
	{ network, ports, listens, files }: FirewallNeeds,
): Firewall {
	const loadBalancer = group("load-balancer", "who reaches the load balancer");
	const task = group("task", "the task, which the load balancer alone reaches");
	const rules: pulumi.Resource[] = [];
	for (const port of listens) comeIn(`users-${port}`, loadBalancer, port, users());
	for (const port of new Set([ports.door, ports.status])) between(`task-${port}`, loadBalancer, task, port);
	// S3, ECR, CloudWatch Logs and Secrets Manager, and what the app itself asks for by HTTPS. The names' server and the
	// task's credentials are link-local, which no security group sees.
	goOut("services", task, HTTPS, { cidrIpv4: "0.0.0.0/0" });
	if (!files) return { loadBalancer, task, rules };
	const fileSystem = group("files", "the files, which the task alone reaches");
	between(`files-${NFS}`, task, fileSystem, NFS);
	return { loadBalancer, task, files: fileSystem, rules };

	function users() {
		return { cidrIpv4: network.cidrBlock ?? "0.0.0.0/0" };
	}

	function group(role: string, what: string) {
		// A change of the description would replace the group, which the running task is in.
		const description = `Holdfast: ${what}`;
		return new aws.ec2.SecurityGroup(`${name}-${role}-group`, { vpcId: network.vpcId, description }, here);
	}

	function between(way: string, from: aws.ec2.SecurityGroup, to: aws.ec2.SecurityGroup, port: number) {
		goOut(way, from, port, { referencedSecurityGroupId: to.id });
		comeIn(way, to, port, { referencedSecurityGroupId: from.id });
	}

	function comeIn(way: string, to: aws.ec2.SecurityGroup, port: number, from: Peer) {
		rules.push(new aws.vpc.SecurityGroupIngressRule(`${name}-${way}-in`, ruleOf(to, port, from), here));
	}

	function goOut(way: string, from: aws.ec2.SecurityGroup, port: number, to: Peer) {
		rules.push(new aws.vpc.SecurityGroupEgressRule(`${name}-${way}-out`, ruleOf(from, port, to), here));
	}
}

type Peer = { cidrIpv4: pulumi.Input<string> } | { referencedSecurityGroupId: pulumi.Input<string> };

function ruleOf(group: aws.ec2.SecurityGroup, port: number, peer: Peer) {
	return { securityGroupId: group.id, ipProtocol: "tcp", fromPort: port, toPort: port, ...peer };
}
