import { createServer } from "node:net";
import type { Problem } from "../../validate";
import { type DockerAppArgs, publishedAt } from "../args";
import type { DockerCli } from "../cli";
import { holderOf } from "./holder";
import type { Running } from "./running";

/** Whether the port is free, or held by this app or its keeper. */
export async function portProblems(
	docker: DockerCli,
	args: DockerAppArgs,
	own: Running[],
	others: Running[],
): Promise<Problem[]> {
	const { port, address } = publishedAt(args);
	const propertyPath = args.publish?.port === undefined ? "port" : "publish.port";
	const taken = (by: string) => {
		const reason = `must be free on the host (got ${port} at ${address}, which is taken by ${by}): stop that, or set publish.port to another`;
		return [{ propertyPath, reason }];
	};
	const holds = ({ HostConfig }: Running) =>
		Object.values(HostConfig.PortBindings ?? {})
			.flatMap((bindings) => bindings ?? [])
			.some(({ HostIp, HostPort }) => HostPort === `${port}` && meets(HostIp, address));
	const container = others.find(holds);
	if (container !== undefined) return taken(`the container ${container.Name.slice(1)}`);
	if (!docker.isLocal || own.some(holds) || (await isFree(port, address))) return [];
	return taken(await holderOf(port));
}

function meets(one: string, other: string): boolean {
	return one === other || ["", "0.0.0.0", "::"].some((all) => one === all || other === all);
}

function isFree(port: number, address: string): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer();
		// Only "in use" is the question: the engine may bind what this process may not.
		server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE"));
		server.listen({ port, host: address, exclusive: true }, () => server.close(() => resolve(true)));
	});
}
