import { shown, throwProblems } from "../../validate";
import { type DockerAppArgs, dockerAppProblems } from "../args";
import { DockerCli } from "../cli";
import { dockerNames } from "../identity";
import { dataProblems, isInUse } from "./data";
import { imageProblems } from "./image";
import { nameProblems } from "./names";
import { portProblems } from "./port";
import type { Running } from "./running";

/**
 * Looks at the Docker host before anything is touched: does the image exist, is the port free, is the data the right one
 * and writable? Throws all that is wrong, with the arguments or the host, at once. It starts nothing.
 *
 * @returns the arguments with a user's name turned into its id.
 * @example
 * const notes = new DockerApp("notes", await checkDockerHost("notes", args));
 */
export async function checkDockerHost(name: string, args: DockerAppArgs, host?: string): Promise<DockerAppArgs> {
	const docker = new DockerCli(host);
	const { problems, user } = await hostProblems(docker, name, args);
	const resolved = { ...args, user };
	throwProblems(`DockerApp ${name}`, [...dockerAppProblems(resolved), ...problems]);
	return resolved;
}

/** What is wrong on the host, and the user's id where it could be found. Parts that rest on wrong arguments are left out. */
export async function hostProblems(docker: DockerCli, name: string, args: DockerAppArgs) {
	const alive = await docker.run(["version", "--format", "{{.Server.Version}}"]);
	if (alive.code !== 0) {
		const reason = `must be a Docker engine that answers (got ${shown(docker.host ?? "the default socket")}: ${alive.reason}); here, npm run setup starts one`;
		return { problems: [{ propertyPath: "docker:host", reason }], user: args.user };
	}
	const ids = (await docker.run(["ps", "--quiet"])).stdout.toString().split("\n").filter(Boolean);
	const running = await docker.inspect<Running>("container", ids);
	const own = dockerNames(name).container;
	const others = running.filter((container) => container.Name !== `/${own}`);
	const { problems, user } = await imageProblems(docker, args);
	const wrong = dockerAppProblems({ ...args, user }).map(({ propertyPath }) => propertyPath);
	const right = (...paths: string[]) => !wrong.some((path) => paths.some((prefix) => path.startsWith(prefix)));
	if (right("port", "publish"))
		problems.push(...(await portProblems(docker, args, others, running.length !== others.length)));
	problems.push(...(await nameProblems(docker, name)));
	if (right("data", "existingData", "user", "group") && !isInUse(name, { ...args, user }, running)) {
		problems.push(...(await dataProblems(docker, name, { ...args, user }, others)));
	}
	return { problems, user };
}
