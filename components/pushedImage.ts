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
	// Unless a registry is named to it, the provider looks for no login and pushes nowhere.
	const address = pulumi.output(repository).apply((path) => path.split("/")[0] ?? path);
	const provider = new docker.Provider(`${name}-registry`, { registryAuth: [{ address }] }, { parent: options.parent });
	// What serves may be rolled back to an older one.
	const pushed = new docker.RegistryImage(
		`${name}-push`,
		{ name: image.name, keepRemotely: true },
		{ ...options, provider },
	);
	return pulumi.interpolate`${repository}@${pushed.sha256Digest}`;
}
