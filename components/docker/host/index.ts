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
	const listed = await docker.run(["ps", "--quiet"]);
	if (listed.code !== 0) {
		const reason = `must be a Docker engine that answers (got ${shown(docker.host ?? "the default socket")}: ${listed.reason}); on this machine, npm run setup starts one`;
		return { problems: [{ propertyPath: "docker:host", reason }], identity: { user: args.user, group: args.group } };
	}
	const ids = `${listed.stdout}`.split("\n").filter(Boolean);
	// Side by side, because over ssh each question is a connection of its own.
	const [running, image, ...besides] = await Promise.all([
		docker.inspect<Running>("container", ids),
		imageProblems(docker, args),
		caddyProblems(docker, args),
		postgresProblems(docker, args),
		nameProblems(docker, name),
	]);
	const isOurs = ({ Config: { Labels: labels } }: Running) =>
		otherOwner(name, labels) === undefined && !isOtherBackend(labels);
	const own = running.filter(isOurs);
	const others = running.filter((container) => !isOurs(container));

	const { identity } = image;
	const resolved = { ...args, ...identity };
	const wrong = dockerAppProblems(resolved).map(({ propertyPath }) => propertyPath);
	const right = (...paths: string[]) => !wrong.some((path) => paths.some((prefix) => path.startsWith(prefix)));
	const [ports, data, backup] = await Promise.all([
		right("port", "publish", "domain", "statusPage") ? portProblems(docker, args, own, others) : [],
		right("data", "existingData", "user", "group") ? dataProblems(docker, name, resolved, own, others) : [],
		right("backup", "user", "group") ? backupHostProblems(docker, name, resolved) : [],
	]);
	const initialData = right("initialData") ? initialDataProblems(resolved, own, others) : [];
	const problems = [...image.problems, ...ports, ...besides.flat(), ...data, ...initialData, ...backup];
	return { problems, identity };
}
