import { createServer } from "node:net";
import type { Problem } from "../../validate";
import { type DockerAppArgs, publishedAt } from "../args";
import type { DockerCli } from "../cli";
import { ROLE_LABEL } from "../identity";
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
	// The app itself without a keeper, the keeper with one: whoever holds the port goes only after the other is made.
	const holder = args.backup === false ? "keeper" : "app";
	if (own.some((each) => each.Config.Labels?.[ROLE_LABEL] === holder && holds(each))) {
		const reason = `must be changed with the stack down (got ${JSON.stringify(args.backup ?? "the default")}, and the port is held by the ${holder} of before): run npm run down first, the data stays`;
		return [{ propertyPath: "backup", reason }];
	}
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
