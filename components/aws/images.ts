import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { keeperBuild } from "../keeperImage";
import { physicalName } from "../names";
import { pinnedImage } from "../pinnedImage";
import { pushedImage } from "../pushedImage";
import { changed } from "../transform";
import type { FargateAppArgs, FargateTransforms } from "./fargateArgs";
import type { Part } from "./part";
import { repositoryArn } from "./rolePolicies";

/** ECR's limit. */
const NAME_LIMIT = 256;

/** The images of a task, by digest, and the repositories on ECR from which they are pulled. */
export interface Images {
	app: pulumi.Output<string>;
	keeper: pulumi.Output<string>;
	repositories: pulumi.Output<string[]>;
}

/** The app's and the keeper's image: what is built goes to a repository of the component's own. */
export function makeImages(part: Part<FargateTransforms>, args: FargateAppArgs): Images {
	const { name, here } = part;
	const { image, build, keeper } = args;
	const repository = build === undefined && keeper?.image !== undefined ? undefined : makeRepository(part);
	const appImage = build === undefined ? pinnedImage("image", image as pulumi.Input<string>) : pushed("image", build);
	const keeperImage =
		keeper?.image === undefined ? pushed("keeper-image", keeperBuild()) : pinnedImage("keeper.image", keeper.image);
	const foreign = [...(build === undefined ? [appImage] : []), ...(keeper?.image === undefined ? [] : [keeperImage])];
	return { app: appImage, keeper: keeperImage, repositories: repositoriesOf(repository, foreign) };

	function pushed(role: string, from: Parameters<typeof pushedImage>[2]) {
		if (repository === undefined) throw new Error(`no repository for ${role}`);
		return pushedImage(`${name}-${role}`, repository.repositoryUrl, from, here);
	}
}

function makeRepository({ name, identity, here, transform }: Part<FargateTransforms>) {
	const repositoryArgs: aws.ecr.RepositoryArgs = {
		name: physicalName(identity, NAME_LIMIT),
		// What runs is named by its digest. With tags that nobody may set again, ECR would refuse the push of an update that was
		// killed after its first one, even of the very same image: aws/containers-roadmap#2179.
		imageTagMutability: "MUTABLE",
		imageScanningConfiguration: { scanOnPush: true },
		// Images can be built again, and hold no data: a destroy need not stop at them. No rule expires them, for the oldest
		// may be the one that runs: the keeper's hardly ever changes.
		forceDelete: true,
	};
	return new aws.ecr.Repository(`${name}-repository`, changed(transform.repository, repositoryArgs), here);
}

function repositoriesOf(own: aws.ecr.Repository | undefined, foreign: pulumi.Output<string>[]) {
	const arns = pulumi.all(foreign.map((reference) => reference.apply(repositoryArn)));
	return pulumi
		.all([own?.arn, arns])
		.apply(([first, rest]) => [...new Set([first, ...rest].filter((arn) => arn !== undefined))]);
}
