import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import type { Target } from "../../stacks/shapes";
import type { Resource } from "./uses";

type Values = Record<string, unknown>;

/** The programs that can be rendered without a machine to look at. Only the one that is asked for loads its SDK, for seconds. */
const PROGRAMS: Partial<Record<Target, () => Promise<{ program: () => Promise<object> }>>> = {
	gcp: () => import("../../stacks/gcp.js"),
	aws: () => import("../../stacks/aws.js"),
};

/** What a stack's configuration file says, as the engine would pass it on. Secrets are replaced by a word of no meaning. */
export function configOf(file: string): { config: Record<string, string>; secrets: string[] } {
	const { config: values = {} } = (parse(file) ?? {}) as { config?: Values };
	const config: Record<string, string> = {};
	const secrets: string[] = [];
	for (const [key, value] of Object.entries(values)) {
		const isSecret = typeof value === "object" && value !== null && "secure" in value;
		config[key] = isSecret ? "secret" : typeof value === "object" ? JSON.stringify(value) : `${value}`;
		if (isSecret) secrets.push(key);
	}
	// A secret that has no value yet costs the same.
	for (const name of (values["holdfast:app"] as { secrets?: string[] } | undefined)?.secrets ?? []) {
		if (secrets.includes(`holdfast:${name}`)) continue;
		config[`holdfast:${name}`] = "secret";
		secrets.push(`holdfast:${name}`);
	}
	return { config, secrets };
}

/**
 * Everything that a stack's program asks for, by Pulumi's own mocks: no engine, no credentials, no network.
 */
export async function render(stack: string, file: string): Promise<{ resources: Resource[]; region: string }> {
	const { config, secrets } = configOf(file);
	const target = (config["holdfast:target"] ?? "docker") as Target;
	const load = PROGRAMS[target];
	if (load === undefined) throw new Error(`${stack} is for ${target}: it costs what its host costs`);
	const resources: Resource[] = [];
	process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(secrets);
	pulumi.runtime.setAllConfig(config, secrets);
	await pulumi.runtime.setMocks(
		{
			newResource: ({ type, name, inputs }) => {
				if (!/^(holdfast|pulumi):/.test(type)) resources.push({ type, name, inputs });
				return { id: `${name}-id`, state: { ...invented(name), ...inputs } };
			},
			call: ({ token }) => answer(token),
		},
		"holdfast",
		stack,
	);
	const { program } = await load();
	await program();
	await pulumi.runtime.disconnect();
	return { resources, region: config[`${target}:region`] ?? "" };
}

/** What a cloud would add to a resource; nothing of it has a price. */
function invented(name: string): Values {
	return {
		name,
		arn: `arn:aws:service:region:123456789012:${name}`,
		email: `${name}@project.iam.gserviceaccount.com`,
		member: `serviceAccount:${name}@project.iam.gserviceaccount.com`,
		uri: `https://${name}.run.app`,
		project: "project",
		version: "1",
		region: "region",
		revision: 1,
		dnsName: `${name}.elb.amazonaws.com`,
		arnSuffix: name,
		registryUri: `registry.example.com/${name}`,
		repositoryUrl: `registry.example.com/${name}`,
		imageId: `sha256:${"0".repeat(64)}`,
		sha256Digest: `sha256:${"0".repeat(64)}`,
	};
}

function answer(token: string): Values {
	const known: Record<string, Values> = {
		"aws:ec2/getVpc:getVpc": { id: "vpc-1", cidrBlock: "10.0.0.0/16" },
		"aws:ec2/getSubnets:getSubnets": { ids: ["subnet-1", "subnet-2"] },
		"aws:index/getRegion:getRegion": { region: "region", name: "region" },
		"aws:index/getCallerIdentity:getCallerIdentity": { accountId: "123456789012" },
	};
	const found = known[token];
	if (found === undefined) throw new Error(`the estimate knows no answer to ${token}`);
	return found;
}
