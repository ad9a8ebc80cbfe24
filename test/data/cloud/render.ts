import * as pulumi from "@pulumi/pulumi";
import { Made } from "../../unit/mocks";
import { APP_CONTEXT, digestOf, type ImageBuild, type LocalImages } from "./images";

/** As the keeper names the app: project, stack and name of the component. */
export const APP = "shop/test/notes";
export const ACCOUNT = "123456789012";
export const REGION = "us-east-1";

/** What the app says of itself, on both platforms. */
export const APP_ARGS = {
	build: { context: APP_CONTEXT },
	port: 8000,
	data: { mountPath: "/app/data", databaseFile: "app.db", variables: { DATABASE: "file" as const } },
	health: { intervalSeconds: 2, timeoutSeconds: 2, retries: 3, startPeriodSeconds: 6 },
	secrets: { API_KEY: "the app's secret" },
	// The shortest there is: a lost instance's place is free after that.
	keeper: { leaseSeconds: 5, drillHours: 0 },
	ingress: "public" as const,
};

/** What a version has that brings the database to its schema: it counts how often it ran. */
export const MIGRATION = {
	migration: [
		"python3",
		"-c",
		"import os, sqlite3; d = sqlite3.connect(os.environ['DATABASE']); d.execute('CREATE TABLE IF NOT EXISTS migrations (id)'); d.execute('INSERT INTO migrations VALUES (1)'); d.commit()",
	],
};

let turn: Promise<unknown> = Promise.resolve();

/** There is one Pulumi runtime in a process. */
export function inTurn<T>(render: () => Promise<T>): Promise<T> {
	const mine = turn.then(render);
	turn = mine.catch(() => undefined);
	return mine;
}

/** Of every secret. */
export const VERSION = "7";

/** What the clouds would add, as far as the definitions refer to it. Made up. */
export async function start(config: Record<string, string>): Promise<Made> {
	const made = new Made();
	for (const [key, value] of Object.entries(config)) pulumi.runtime.setConfig(key, value);
	await made.start(
		({ type, name, inputs }) => ({
			name: inputs.name ?? `${name}-name`,
			arn: `arn:aws:${type.split(":")[1]?.split("/")[0]}:${REGION}:${ACCOUNT}:${name}`,
			arnSuffix: `suffix/${name}`,
			dnsName: `${name}.elb.example`,
			project: "my-project",
			uri: `https://${inputs.name}.run.app`,
			registryUri: `${inputs.location}-docker.pkg.dev/my-project/${inputs.repositoryId}`,
			repositoryUrl: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/${inputs.name}`,
			version: VERSION,
			versionId: `${name}-1`,
			...(type === "docker:index/registryImage:RegistryImage" && { sha256Digest: digestOf(inputs.name) }),
		}),
		"shop",
		{
			"aws:ec2/getVpc:getVpc": (inputs) => ({ id: "vpc-0d", cidrBlock: "172.31.0.0/16", ...inputs }),
			"aws:ec2/getSubnets:getSubnets": () => ({ ids: ["subnet-1", "subnet-2"] }),
		},
	);
	return made;
}

export async function build(made: Made, images: LocalImages): Promise<void> {
	for (const { name, build: how } of Object.values(made.of("docker:index/remoteImage:RemoteImage"))) {
		await images.take(name as string, how as ImageBuild);
	}
}

export function one(made: Made, type: string): Record<string, unknown> {
	const all = Object.values(made.of(type));
	if (all.length !== 1) throw new Error(`there are ${all.length} of ${type}`);
	return all[0] as Record<string, unknown>;
}

/** A secret reaches a mock in its wrapping. */
export function open(value: unknown): string {
	return typeof value === "string" ? value : `${(value as { value: string }).value}`;
}
