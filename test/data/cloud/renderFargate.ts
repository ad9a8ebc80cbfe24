import * as pulumi from "@pulumi/pulumi";
import { FargateApp } from "../../../components/aws/fargateApp";
import type { FargateAppArgs } from "../../../components/aws/fargateArgs";
import { resolved } from "../../unit/mocks";
import type { FargateContainer, FargateDefinition } from "./fargateDefinition";
import type { LocalImages } from "./images";
import { ACCOUNT, APP_ARGS, build, inTurn, one, open, REGION, start } from "./render";

/** The task definition and the service that `FargateApp` defines, and the images for them. */
export function renderFargate(
	store: { url: string },
	images: LocalImages,
	change: Partial<FargateAppArgs> = {},
): Promise<FargateDefinition> {
	return inTurn(() => rendered(store, images, change));
}

async function rendered(
	store: { url: string },
	images: LocalImages,
	change: Partial<FargateAppArgs>,
): Promise<FargateDefinition> {
	const made = await start({ "aws:region": REGION });
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
