import { shown, throwProblems } from "../../validate";
import { type DockerAppArgs, dockerAppProblems } from "../args";
import { DockerCli } from "../cli";
import { isOtherBackend, otherOwner } from "../identity";
import { backupHostProblems } from "./backup";
import { caddyProblems } from "./caddy";
import { dataProblems, initialDataProblems } from "./data";
import { imageProblems } from "./image";
import { nameProblems } from "./names";
import { portProblems } from "./port";
import { postgresProblems } from "./postgres";
import type { Running } from "./running";

/**
 * Looks at the Docker host before anything is touched: does the image exist, is the port free, is the data the right one
 * and writable? Throws all that is wrong, with the arguments or the host, at once. It starts nothing.
 *
 * @param host `unix://`, `tcp://` or `ssh://`: what the provider is given as `docker:host`. @default - that of the docker command
 * @returns the arguments with a user's name turned into its ids.
 * @example
 * const notes = new DockerApp("notes", await checkDockerHost("notes", args));
 */
export async function checkDockerHost(name: string, args: DockerAppArgs, host?: string): Promise<DockerAppArgs> {
	const { problems, identity } = await hostProblems(new DockerCli(host), name, args);
	const resolved = { ...args, ...identity };
	throwProblems(`DockerApp ${name}`, [...dockerAppProblems(resolved), ...problems]);
	return resolved;
}

/** What is wrong on the host, and the user's ids where they could be found. What rests on wrong arguments is left out. */
export async function hostProblems(docker: DockerCli, name: string, args: DockerAppArgs) {
	const alive = await docker.run(["version", "--format", "{{.Server.Version}}"]);
	if (alive.code !== 0) {
		const reason = `must be a Docker engine that answers (got ${shown(docker.host ?? "the default socket")}: ${alive.reason}); on this machine, npm run setup starts one`;
		return { problems: [{ propertyPath: "docker:host", reason }], identity: { user: args.user, group: args.group } };
	}
	const ids = (await docker.run(["ps", "--quiet"])).stdout.toString().split("\n").filter(Boolean);
	const running = await docker.inspect<Running>("container", ids);
	const isOurs = ({ Config: { Labels: labels } }: Running) =>
		otherOwner(name, labels) === undefined && !isOtherBackend(labels);
	const own = running.filter(isOurs);
	const others = running.filter((container) => !isOurs(container));

	const { problems, identity } = await imageProblems(docker, args);
	const resolved = { ...args, ...identity };
	const wrong = dockerAppProblems(resolved).map(({ propertyPath }) => propertyPath);
	const right = (...paths: string[]) => !wrong.some((path) => paths.some((prefix) => path.startsWith(prefix)));
	if (right("port", "publish", "domain")) problems.push(...(await portProblems(docker, args, own, others)));
	problems.push(...(await caddyProblems(docker, args)));
	problems.push(...(await postgresProblems(docker, args)));
	problems.push(...(await nameProblems(docker, name)));
	if (right("data", "existingData", "user", "group")) {
		problems.push(...(await dataProblems(docker, name, resolved, own, others)));
	}
	if (right("initialData")) problems.push(...initialDataProblems(resolved, own, others));
	if (right("backup", "user", "group")) problems.push(...(await backupHostProblems(docker, name, resolved)));
	return { problems, identity };
}
