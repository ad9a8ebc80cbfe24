import type * as docker from "@pulumi/docker";
import type { AppArgs } from "../app";
import { appProblems } from "../appRules";
import { type Problem, shown, wholeNumber } from "../validate";

/** What a {@link DockerApp} needs to know. */
export interface DockerAppArgs extends AppArgs {
	/** Where the app is reached on the Docker host. */
	publish?: PublishArgs;
	/**
	 * Data that is there already, from docker compose, Dokploy or by hand: a named volume or a directory of the host.
	 * Holdfast never creates, fills or deletes it. Look at it with `checkDockerHost` before.
	 * @default - a volume of its own, kept when the stack is destroyed
	 */
	existingData?: { volume: string } | { directory: string };
	/** Changes the arguments of a child before it is made. */
	transform?: {
		container?: (args: docker.ContainerArgs) => docker.ContainerArgs;
		network?: (args: docker.NetworkArgs) => docker.NetworkArgs;
	};
}

/** The port on the Docker host. */
export interface PublishArgs {
	/** Port on the host, 1 to 65535. @default - the app's own port */
	port?: number;
	/** Address of the host on which it listens; `0.0.0.0` opens it to everybody. @default "127.0.0.1" */
	address?: string;
}

/** Where the app is published, with the defaults filled in. */
export function publishedAt({ port, publish }: DockerAppArgs) {
	return { port: publish?.port ?? port, address: publish?.address ?? "127.0.0.1" };
}

/** Everything that is wrong with the arguments, the app's and the platform's own. */
export function dockerAppProblems(args: DockerAppArgs): Problem[] {
	const problems = [...appProblems(args), ...wholeNumber("publish.port", args.publish?.port, 1, 65535)];
	const { address } = args.publish ?? {};
	if (address !== undefined && !/^(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:]*)$/.test(address)) {
		const reason = `must be an IP address of the Docker host, such as 127.0.0.1 or 0.0.0.0 (got ${shown(address)})`;
		problems.push({ propertyPath: "publish.address", reason });
	}
	if (typeof args.user === "string") {
		const reason = `must be a number here (got ${shown(args.user)}): checkDockerHost turns a name of the image into its id`;
		problems.push({ propertyPath: "user", reason });
	}
	const existing = args.existingData;
	if (existing !== undefined && "directory" in existing && !existing.directory.startsWith("/")) {
		const reason = `must be an absolute path on the Docker host (got ${shown(existing.directory)})`;
		problems.push({ propertyPath: "existingData.directory", reason });
	}
	if (existing !== undefined && "volume" in existing && !/^[a-zA-Z0-9][\w.-]+$/.test(existing.volume)) {
		const reason = `must be the name of a volume, as docker volume ls shows it (got ${shown(existing.volume)})`;
		problems.push({ propertyPath: "existingData.volume", reason });
	}
	return problems;
}
