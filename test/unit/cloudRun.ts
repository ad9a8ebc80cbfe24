import * as pulumi from "@pulumi/pulumi";
import { CloudRunApp } from "../../components/gcp/cloudRunApp";
import type { CloudRunAppArgs } from "../../components/gcp/cloudRunArgs";
import { type Made, problemsOf, resolved } from "./mocks";

export const DIGEST = `sha256:${"a".repeat(64)}`;
export const SERVICE = "gcp:cloudrunv2/service:Service";

/** The least that an app on Cloud Run says, with images that exist. */
export const args: CloudRunAppArgs = {
	image: `ghcr.io/me/notes@${DIGEST}`,
	keeper: { image: `ghcr.io/me/keeper@${DIGEST}` },
	port: 8000,
	data: { mountPath: "/app/data", databaseFile: "notes.db" },
	location: "asia-southeast1",
	backup: {
		store: { url: "gs://vault/app", retentionDays: 30 },
		writerEmail: "writer@shop.iam.gserviceaccount.com",
		location: "ASIA",
	},
};

/** From now on, what a program makes is recorded, with what Google Cloud and a registry would add. */
export async function startGoogle(made: Made): Promise<void> {
	await made.start(({ type, name, inputs }) => ({
		name: inputs.name ?? `${name}-name`,
		email: `${inputs.accountId}@shop`,
		member: inputs.member ?? `serviceAccount:${inputs.accountId}@shop`,
		project: "my-project",
		uri: `https://${inputs.name}.run.app`,
		registryUri: `${inputs.location}-docker.pkg.dev/my-project/${inputs.repositoryId}`,
		version: "7",
		privateKey: Buffer.from("{}").toString("base64"),
		...(type === "docker:index/registryImage:RegistryImage" && { sha256Digest: DIGEST }),
	}));
	pulumi.runtime.setConfig("gcp:project", "my-project");
}

/** Makes an app under mocks, until everything is registered. */
export async function makeCloudRun(change: Partial<CloudRunAppArgs> = {}) {
	const app = new CloudRunApp("notes", { ...args, ...change });
	const outputs = {
		url: await resolved(app.url),
		service: await resolved(app.service),
		image: await resolved(app.image),
		keeperImage: await resolved(app.keeperImage),
		serviceAccount: await resolved(app.serviceAccount),
	};
	await pulumi.runtime.disconnect();
	return outputs;
}

/** The problems of an app with these changes. */
export function cloudRunProblemsOf(change: object, opts?: pulumi.ComponentResourceOptions): Record<string, string> {
	return problemsOf(() => new CloudRunApp("notes", { ...args, ...change } as CloudRunAppArgs, opts));
}

// biome-ignore lint/suspicious/noExplicitAny: tests look deep into what was rendered
type Rendered = Record<string, any>;

/** The service, its template, and its two containers with their variables as an object. */
export function rendered(made: Made): Record<"service" | "template" | "keeper" | "app", Rendered> {
	const service: Rendered = made.of(SERVICE)["notes-service"] ?? {};
	const container = (name: string) => {
		const { envs, ...rest } = service.template.containers.find((one: Rendered) => one.name === name);
		const variables = envs.map(({ name: key, ...value }: Rendered) => [key, value.value ?? value]);
		return { ...rest, environment: Object.fromEntries(variables) };
	};
	return { service, template: service.template, keeper: container("keeper"), app: container("app") };
}
