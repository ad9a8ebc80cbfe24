import type { Problem } from "../../validate";
import type { DockerAppArgs } from "../args";
import type { DockerCli } from "../cli";
import { POSTGRES_IMAGE } from "../postgres";

/** Whether the image of the server is there, for an app that has one or is to have one. */
export async function postgresProblems(
	docker: DockerCli,
	{ postgres }: Pick<DockerAppArgs, "postgres">,
): Promise<Problem[]> {
	if (postgres === undefined || (await docker.inspect("image", [POSTGRES_IMAGE])).length > 0) return [];
	const reason = `needs the image ${POSTGRES_IMAGE} on the Docker host (got none): run npm run setup, or docker build -t ${POSTGRES_IMAGE} components/docker/postgres there`;
	return [{ propertyPath: "postgres", reason }];
}
