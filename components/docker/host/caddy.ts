import { areImagesMade, missingImage } from "../../images";
import type { Problem } from "../../validate";
import type { DockerAppArgs } from "../args";
import { CADDY_IMAGE } from "../caddy";
import type { DockerCli } from "../cli";

/** Whether what stands in front of an app with a domain is there. */
export async function caddyProblems(docker: DockerCli, { domain }: DockerAppArgs): Promise<Problem[]> {
	if (domain === undefined || !areImagesMade() || (await docker.inspect("image", [CADDY_IMAGE])).length > 0) return [];
	return [{ propertyPath: "domain", reason: missingImage(CADDY_IMAGE, "docker", "caddy") }];
}
