import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { App } from "../app";
import { keeperBuild } from "../keeperImage";
import { physicalName } from "../names";
import { digestProblems, pinnedImage } from "../pinnedImage";
import { pushedImage } from "../pushedImage";
import { changed } from "../transform";
import { type Problem, shown } from "../validate";
import type { CloudRunAppArgs } from "./cloudRunArgs";

/** The two images of an instance, each with its digest. */
export interface Images {
	/** The app's, by its digest. */
	app: pulumi.Output<string>;
	/** The keeper's, by its digest. */
	keeper: pulumi.Output<string>;
}

/** Whether an image is built here, for which there is a repository. */
export function buildsImages({ build, keeper }: Pick<CloudRunAppArgs, "build" | "keeper">): boolean {
	return build !== undefined || keeper?.image === undefined;
}

/** The images as given, or built on this machine and pushed to a repository of the app's own. */
export function cloudRunImages(
	name: string,
	app: App,
	{ location, build, image, keeper, transform }: CloudRunAppArgs,
	options: pulumi.CustomResourceOptions,
): Images {
	let repository: gcp.artifactregistry.Repository | undefined;
	return {
		app: build === undefined ? pinned("image", image as pulumi.Input<string>) : pushed("app", build),
		keeper: keeper?.image === undefined ? pushed("keeper", keeperBuild(owner())) : pinned("keeper.image", keeper.image),
	};

	function pinned(option: string, reference: pulumi.Input<string>) {
		return pinnedImage(option, reference, referenceProblems);
	}

	function makeRepository() {
		const repositoryArgs: gcp.artifactregistry.RepositoryArgs = {
			repositoryId: physicalName([pulumi.getProject(), pulumi.getStack(), name], 63),
			location,
			format: "DOCKER",
			description: `Holdfast: images of ${name}`,
		};
		return new gcp.artifactregistry.Repository(`${name}-images`, changed(transform?.images, repositoryArgs), options);
	}

	function pushed(kind: "app" | "keeper", how: NonNullable<typeof build>) {
		repository ??= makeRepository();
		const place = pulumi.interpolate`${repository.registryUri}/${kind}`;
		// Its own parent only: what the repository waits for, it waited for.
		return pushedImage(`${name}-${kind}-image`, place, how, { parent: options.parent });
	}

	/** Cloud Run has no setting for it, so the image says as whom it runs: the two share files. */
	function owner() {
		return `${app.user}:${app.group}`;
	}
}

/**
 * Where Cloud Run itself can pull from: Artifact Registry, and public images of Docker Hub and GitHub's registry.
 * Source: https://docs.cloud.google.com/run/docs/deploying, looked up 2026-11-22.
 */
const KNOWN_HOSTS = /^((.+-)?docker\.pkg\.dev|([a-z]+\.)?gcr\.io|(index\.)?docker\.io|ghcr\.io)$/;

/** Everything that is wrong with a reference that is known already. */
export function imageProblems(propertyPath: string, image: pulumi.Input<string> | undefined): Problem[] {
	return typeof image === "string" ? referenceProblems(propertyPath, image) : [];
}

function referenceProblems(propertyPath: string, image: string): Problem[] {
	const first = image.split("/")[0] ?? "";
	const host = image.includes("/") && /[.:]|^localhost$/.test(first) ? first : "docker.io";
	if (!KNOWN_HOSTS.test(host)) {
		const reason = `must be in Artifact Registry, or public on Docker Hub or ghcr.io, for Cloud Run pulls from nowhere else (got ${shown(image)}): copy it with docker buildx imagetools create --tag REGION-docker.pkg.dev/PROJECT/REPOSITORY/NAME ${image}`;
		return [{ propertyPath, reason }];
	}
	return digestProblems(propertyPath, image);
}
