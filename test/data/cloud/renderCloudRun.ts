import * as pulumi from "@pulumi/pulumi";
import { CloudRunApp } from "../../../components/gcp/cloudRunApp";
import type { CloudRunAppArgs } from "../../../components/gcp/cloudRunArgs";
import { type Made, resolved } from "../../unit/mocks";
import type { CloudRunDefinition } from "./cloudRun";
import type { CloudRunTemplate } from "./cloudRunTemplate";
import type { LocalImages } from "./images";
import { APP_ARGS, build, inTurn, one, open, start, VERSION } from "./render";

/** The service that `CloudRunApp` defines, and the images for it. */
export function renderCloudRun(
	store: { url: string },
	images: LocalImages,
	change: Partial<CloudRunAppArgs> = {},
): Promise<CloudRunDefinition> {
	return inTurn(() => rendered(store, images, change));
}

async function rendered(
	store: { url: string },
	images: LocalImages,
	change: Partial<CloudRunAppArgs>,
): Promise<CloudRunDefinition> {
	const made = await start({ "gcp:project": "my-project" });
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

/** Their values, by the id that a reference names. */
function googleSecrets(made: Made): Map<string, string> {
	const secrets = Object.entries(made.of("gcp:secretmanager/secret:Secret"));
	const ids = new Map(secrets.map(([name, { secretId }]) => [`${name}-id`, secretId as string]));
	const versions = Object.values(made.of("gcp:secretmanager/secretVersion:SecretVersion"));
	return new Map(versions.map(({ secret, secretData }) => [ids.get(secret) ?? "", open(secretData)]));
}
