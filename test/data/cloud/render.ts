import * as pulumi from "@pulumi/pulumi";
import type { FargateAppArgs } from "../../../components/aws/fargateArgs";
import type { CloudRunAppArgs } from "../../../components/gcp/cloudRunArgs";
import { Made, resolved } from "../../unit/mocks";
import type { CloudRunDefinition } from "./cloudRun";
import type { CloudRunTemplate } from "./cloudRunInstance";
import type { FargateDefinition } from "./fargate";
import type { FargateContainer } from "./fargateTask";
import { APP_CONTEXT, digestOf, type ImageBuild, type LocalImages } from "./images";

/** As the keeper names the app: project, stack and name of the component. */
export const APP = "shop/test/notes";
const ACCOUNT = "123456789012";
const REGION = "us-east-1";

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

/** The service that `CloudRunApp` defines, and the images for it. */
export function renderCloudRun(
	store: { url: string },
	images: LocalImages,
	change: Partial<CloudRunAppArgs> = {},
): Promise<CloudRunDefinition> {
	return inTurn(() => cloudRun(store, images, change));
}

/** The task definition and the service that `FargateApp` defines, and the images for them. */
export function renderFargate(
	store: { url: string },
	images: LocalImages,
	change: Partial<FargateAppArgs> = {},
): Promise<FargateDefinition> {
	return inTurn(() => fargate(store, images, change));
}

let turn: Promise<unknown> = Promise.resolve();

/** There is one Pulumi runtime in a process. */
function inTurn<T>(render: () => Promise<T>): Promise<T> {
	const mine = turn.then(render);
	turn = mine.catch(() => undefined);
	return mine;
}

async function cloudRun(
	store: { url: string },
	images: LocalImages,
	change: Partial<CloudRunAppArgs>,
): Promise<CloudRunDefinition> {
	const made = await start({ "gcp:project": "my-project" });
	// Not before: the providers' libraries take seconds to load, and each test file needs only one of them.
	const { CloudRunApp } = await import("../../../components/gcp/cloudRunApp");
	const app = new CloudRunApp("notes", {
		...APP_ARGS,
		location: "asia-southeast1",
		backup: { store: { url: store.url, retentionDays: 30 }, writerEmail: "writer@shop.iam.gserviceaccount.com" },
		...change,
	});
	await resolved(pulumi.all([app.url, app.image, app.keeperImage]));
	await pulumi.runtime.disconnect();
	await build(made, images);
	const service = one(made, "gcp:cloudrunv2/service:Service");
	const secrets = googleSecrets(made);
	return {
		name: service.name as string,
		template: service.template as CloudRunTemplate,
		image: (reference) => images.of(reference),
		secret: (secret, version) => {
			const value = secrets.get(secret);
			if (value === undefined || version !== VERSION) throw new Error(`there is no version ${version} of ${secret}`);
			return value;
		},
	};
}

async function fargate(
	store: { url: string },
	images: LocalImages,
	change: Partial<FargateAppArgs>,
): Promise<FargateDefinition> {
	const made = await start({ "aws:region": REGION });
	const { FargateApp } = await import("../../../components/aws/fargateApp");
	const app = new FargateApp("notes", {
		...APP_ARGS,
		backup: {
			store: { url: store.url, environment: { AWS_REGION: REGION }, retentionDays: 30 },
			writerPolicyArn: `arn:aws:iam::${ACCOUNT}:policy/notes-writer`,
		},
		restoreSeconds: 60,
		...change,
	});
	await resolved(pulumi.all([app.url, app.image, app.keeperImage]));
	await pulumi.runtime.disconnect();
	await build(made, images);
	const task = one(made, "aws:ecs/taskDefinition:TaskDefinition");
	const secrets = made.of("aws:secretsmanager/secretVersion:SecretVersion");
	return {
		containers: JSON.parse(task.containerDefinitions as string) as FargateContainer[],
		task: task as FargateDefinition["task"],
		service: one(made, "aws:ecs/service:Service") as FargateDefinition["service"],
		targetGroup: one(made, "aws:lb/targetGroup:TargetGroup") as FargateDefinition["targetGroup"],
		image: (reference) => images.of(reference),
		secret: (reference) => {
			// arn:…:::version
			const version = reference.split(":").at(-1) ?? "";
			const found = secrets[version.replace(/-1$/, "")];
			if (found === undefined) throw new Error(`there is no secret ${reference}`);
			return open(found.secretString);
		},
	};
}

const VERSION = "7";

/** What the clouds would add, as far as the definitions refer to it. Made up. */
async function start(config: Record<string, string>): Promise<Made> {
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

async function build(made: Made, images: LocalImages): Promise<void> {
	for (const { name, build: how } of Object.values(made.of("docker:index/remoteImage:RemoteImage"))) {
		await images.take(name as string, how as ImageBuild);
	}
}

function one(made: Made, type: string): Record<string, unknown> {
	const all = Object.values(made.of(type));
	if (all.length !== 1) throw new Error(`there are ${all.length} of ${type}`);
	return all[0] as Record<string, unknown>;
}

/** Their values, by the id that a reference names. */
function googleSecrets(made: Made): Map<string, string> {
	const secrets = Object.entries(made.of("gcp:secretmanager/secret:Secret"));
	const ids = new Map(secrets.map(([name, { secretId }]) => [`${name}-id`, secretId as string]));
	const versions = Object.values(made.of("gcp:secretmanager/secretVersion:SecretVersion"));
	return new Map(versions.map(({ secret, secretData }) => [ids.get(secret) ?? "", open(secretData)]));
}

/** A secret reaches a mock in its wrapping. */
function open(value: unknown): string {
	return typeof value === "string" ? value : `${(value as { value: string }).value}`;
}
