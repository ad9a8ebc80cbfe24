import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type App, SECRETS_PATH } from "../app";
import { refusal } from "../validate";
import { DockerCli } from "./cli";

type ContainerArgs = docker.ContainerArgs;

/** Where the app and the keeper share the gate, a small directory in memory (see components/keeper/deploy/instances.ts). */
export const GATE_PATH = "/run/holdfast";

/** A container of the app's image that runs `words`, with the secrets in its own environment where `exportSecrets` says so. */
export function processOf(
	app: App,
	words: pulumi.Input<string[]>,
	{ exportSecrets }: { exportSecrets: boolean },
): Partial<ContainerArgs> {
	const names = exportSecrets ? Object.keys(app.secrets) : [];
	const steps = names.map((name) => `${name}=$(cat ${SECRETS_PATH}/${name}) && export ${name}`);
	if (steps.length > 0) {
		return { entrypoints: ["/bin/sh", "-c", `${steps.join(" && ")} && exec "$@"`, "sh"], command: words };
	}
	const all = pulumi.output(words);
	return { entrypoints: all.apply((each) => each.slice(0, 1)), command: all.apply((each) => each.slice(1)) };
}

/** What an image runs by itself. Known once it is on the host. */
export function imageProcess(
	image: pulumi.Output<string>,
	host: pulumi.Input<string | undefined>,
): pulumi.Output<string[]> {
	return pulumi.all([image, host]).apply(async ([id, at]) => {
		const [found] = await new DockerCli(at).inspect<{ Config: { Entrypoint: string[] | null; Cmd: string[] | null } }>(
			"image",
			[id],
		);
		if (found !== undefined) return [...(found.Config.Entrypoint ?? []), ...(found.Config.Cmd ?? [])];
		// A preview goes on: the update makes the image anew.
		if (pulumi.runtime.isDryRun()) return [];
		throw refusal(`the image ${id} is gone from the Docker host: run npm run up, which makes it again`);
	});
}

/** The Docker host that the children of a component are on. */
export function hostOf(opts: pulumi.ComponentResourceOptions | undefined): pulumi.Output<string | undefined> {
	const provider = opts?.provider;
	const own = provider instanceof docker.Provider ? provider.host : undefined;
	return pulumi.output(own).apply((host) => host ?? new pulumi.Config("docker").get("host"));
}
