import type { Problem } from "../../validate";
import type { DockerAppArgs } from "../args";
import { CADDY_IMAGE } from "../caddy";
import type { DockerCli } from "../cli";

/** Whether what stands in front of an app with a domain is there. */
export async function caddyProblems(docker: DockerCli, { domain }: DockerAppArgs): Promise<Problem[]> {
	if (domain === undefined || (await docker.inspect("image", [CADDY_IMAGE])).length > 0) return [];
	const reason = `needs the image ${CADDY_IMAGE} on the Docker host (got none): run npm run setup, or docker build -t ${CADDY_IMAGE} components/docker/caddy there`;
	return [{ propertyPath: "domain", reason }];
}
