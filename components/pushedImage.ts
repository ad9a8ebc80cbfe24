import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { BuildArgs } from "./app";
import { builtImage } from "./docker/image";

/**
 * An image built on this machine's Docker engine and pushed to a registry: its reference there, by digest. The engine's own
 * login is used (`docker login`, or a credential helper), so that no password comes into the state.
 *
 * @param repository such as `europe-west1-docker.pkg.dev/project/notes/app`
 */
export function pushedImage(
	name: string,
	repository: pulumi.Input<string>,
	build: BuildArgs,
	options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
	const image = builtImage(name, repository, build, options);
	// What serves may be rolled back to an older one.
	const pushed = new docker.RegistryImage(`${name}-push`, { name: image.name, keepRemotely: true }, options);
	return pulumi.interpolate`${repository}@${pushed.sha256Digest}`;
}
