import type { DeployArgs } from "../components/app";
import type { DockerAppArgs } from "../components/docker/args";

/** What `npm run rollback` sets for one update: the image of before, and what becomes of the data. */
export function rolledBack(args: DockerAppArgs, environment: NodeJS.ProcessEnv = process.env): DockerAppArgs {
	const { HOLDFAST_IMAGE: image, HOLDFAST_SNAPSHOT: snapshot } = environment;
	if (image === undefined) return args;
	const rollback: DeployArgs["rollback"] = snapshot === undefined ? "keep-data" : { snapshot };
	return { ...args, build: undefined, image, deploy: { ...args.deploy, rollback } };
}
