import { areImagesMade, missingImage } from "../../images";
import type { Problem } from "../../validate";
import type { DockerAppArgs } from "../args";
import type { DockerCli } from "../cli";
import { POSTGRES_IMAGE } from "../postgres";

/** Whether the image of the server is there, for an app that has one or is to have one. */
export async function postgresProblems(
	docker: DockerCli,
	{ postgres }: Pick<DockerAppArgs, "postgres">,
): Promise<Problem[]> {
	if (postgres === undefined || !areImagesMade()) return [];
	if ((await docker.inspect("image", [POSTGRES_IMAGE])).length > 0) return [];
	return [{ propertyPath: "postgres", reason: missingImage(POSTGRES_IMAGE, "docker", "postgres") }];
}
