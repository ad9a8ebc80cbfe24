import * as pulumi from "@pulumi/pulumi";
import { FargateApp } from "../../components/aws/fargateApp";
import type { FargateAppArgs } from "../../components/aws/fargateArgs";
import { Made, resolved } from "./mocks";

export const ACCOUNT = "123456789012";
export const REGION = "eu-west-1";
export const digest = (letter: string) => `@sha256:${letter.repeat(64)}`;
export const WRITER = `arn:aws:iam::${ACCOUNT}:policy/notes-writer`;
const VPC = { id: "vpc-0d", cidrBlock: "172.31.0.0/16" };

/** What is needed, and nothing else. */
export const LEAST: FargateAppArgs = {
	image: `ghcr.io/me/notes${digest("a")}`,
	port: 8000,
	data: { mountPath: "/app/data", databaseFile: "notes.db" },
	backup: {
		store: { url: "s3://vault/app", environment: { AWS_REGION: REGION }, retentionDays: 30 },
		writerPolicyArn: WRITER,
	},
	keeper: { image: `ghcr.io/me/keeper${digest("b")}` },
};

/** All that an app on Fargate can have. */
export const ALL: FargateAppArgs = {
	...LEAST,
	cache: { mountPath: "/app/cache" },
	environment: { MODE: "on" },
	secrets: { SECRET_KEY: "hidden", TOKEN: "hidden too" },
	command: ["serve", "--port", "8000"],
	migration: ["migrate"],
	user: 1234,
	group: 99,
	cpus: 0.5,
	memoryMiB: 1024,
	stopGraceSeconds: 20,
	ingress: "public",
	size: { cpu: 1024, memoryMiB: 2048 },
	architecture: "ARM64",
	diskGiB: 40,
	restoreSeconds: 1300,
	network: {
		vpcId: "vpc-1",
		subnetIds: ["subnet-a", "subnet-b", "subnet-c"],
		loadBalancerSubnetIds: ["subnet-d", "subnet-e"],
	},
	certificateArn: `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/1-2`,
	domain: "notes.example.com",
	files: { mountPath: "/app/files" },
	logRetentionDays: 90,
	protectApp: true,
	alerts: { email: "ops@example.com" },
	door: { longestHoldSeconds: 30, acknowledgeSeconds: 5, drainSeconds: 7 },
};

/** What AWS would add, as far as it is looked at. Made up. */
function computed({ name, type, inputs }: pulumi.runtime.MockResourceArgs) {
	const service = type.split(":")[1]?.split("/")[0];
	return {
		arn: `arn:aws:${service}:${REGION}:${ACCOUNT}:${name}`,
		arnSuffix: `suffix/${name}`,
		dnsName: `${name}.elb.example`,
		repositoryUrl: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/${inputs.name}`,
		sha256Digest: `sha256:${"c".repeat(64)}`,
		versionId: `${name}-1`,
	};
}

/** The cloud as it answers in a unit test: everything is made at once, and nothing is real. */
export class FargateScene {
	readonly made = new Made();
	subnets = ["subnet-3", "subnet-1", "subnet-2"];

	async start(): Promise<void> {
		pulumi.runtime.setConfig("aws:region", REGION);
		await this.made.start((resource) => ({ ...computed(resource), ...this.instead[resource.type] }), "shop", {
			"aws:ec2/getVpc:getVpc": (inputs) => ({ ...VPC, ...inputs }),
			"aws:ec2/getSubnets:getSubnets": () => ({ ids: this.subnets }),
		});
	}

	/** What a type of resource computes other than usual. */
	instead: Record<string, object> = {};

	/** The options with which the resources were made, by name. */
	options: Record<string, pulumi.CustomResourceOptions> = {};

	async make(args: FargateAppArgs) {
		const noted: pulumi.ResourceTransformation = ({ name, opts }) => {
			this.options[name] = opts;
			return undefined;
		};
		const app = new FargateApp("notes", args, { transformations: [noted] });
		const { url, cluster, service, image, keeperImage, loadBalancer, securityGroup } = app;
		const outputs = await resolved(
			pulumi.output({ url, cluster, service, image, keeperImage, loadBalancer, securityGroup }),
		);
		await pulumi.runtime.disconnect();
		return outputs;
	}

	/** The one resource of a type. */
	one(type: string): Record<string, unknown> {
		const all = Object.values(this.made.of(type));
		if (all.length !== 1) throw new Error(`there are ${all.length} of ${type}`);
		return all[0] as Record<string, unknown>;
	}

	/** The containers of the task, by name. */
	containers(): Record<string, Record<string, unknown>> {
		const task = this.one("aws:ecs/taskDefinition:TaskDefinition");
		const list = JSON.parse(task.containerDefinitions as string) as { name: string }[];
		return Object.fromEntries(list.map((container) => [container.name, container]));
	}
}
