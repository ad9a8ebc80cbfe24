import { createServer } from "node:net";
import type { Problem } from "../../validate";
import { type DockerAppArgs, publishedAt } from "../args";
import type { DockerCli } from "../cli";
import { domainOf } from "../domain";
import { ROLE_LABEL, type Role } from "../identity";
import { statusPageAddress } from "../statusPage";
import { holderOf } from "./holder";
import type { Running } from "./running";

/** A port that one of the app's own containers is about to hold. */
interface Wanted {
	propertyPath: string;
	port: number;
	address: string;
	by: Role;
}

/** Whether the ports are free, or held by the one of the app's containers that keeps them. */
export async function portProblems(
	docker: DockerCli,
	args: DockerAppArgs,
	own: Running[],
	others: Running[],
): Promise<Problem[]> {
	const all = wantedPorts(args);
	const found = await Promise.all(
		all.map((wanted) => takenTwice(wanted, all) ?? portProblem(docker, args, wanted, own, others)),
	);
	return found.filter((problem) => problem !== undefined);
}

function wantedPorts(args: DockerAppArgs): Wanted[] {
	const published = publishedAt(args);
	const domain = domainOf(args);
	const ports: Wanted[] = (domain?.addresses ?? []).flatMap((address) => [
		{ propertyPath: "domain.httpPort", port: domain?.httpPort ?? 0, address, by: "caddy" },
		{ propertyPath: "domain.httpsPort", port: domain?.httpsPort ?? 0, address, by: "caddy" },
	]);
	if (published !== undefined) {
		const propertyPath = args.publish?.port === undefined ? "port" : "publish.port";
		ports.push({ propertyPath, ...published, by: args.backup === false ? "app" : "keeper" });
	}
	const page = args.backup !== false && args.statusPage;
	if (page && page.port !== undefined) {
		ports.push({ propertyPath: "statusPage.port", port: page.port, address: statusPageAddress(page), by: "keeper" });
	}
	return ports;
}

/** The keeper of before is gone when Docker refuses the next one its port: what is wanted for two things is said before. */
function takenTwice({ propertyPath, port, address }: Wanted, all: Wanted[]): Problem | undefined {
	if (propertyPath !== "statusPage.port") return undefined;
	const other = all.find(
		(each) => each.propertyPath !== propertyPath && each.port === port && meets(each.address, address),
	);
	return (
		other && { propertyPath, reason: `must not be that of ${other.propertyPath} (got ${port} for both): set another` }
	);
}

async function portProblem(
	docker: DockerCli,
	args: DockerAppArgs,
	{ propertyPath, port, address, by }: Wanted,
	own: Running[],
	others: Running[],
): Promise<Problem | undefined> {
	const taken = (holder: string) => {
		const option = propertyPath === "port" ? "publish.port" : propertyPath;
		const reason = `must be free on the host (got ${port} at ${address}, which is taken by ${holder}): stop that, or set ${option} to another`;
		return { propertyPath, reason };
	};
	const holds = ({ HostConfig }: Running) =>
		Object.values(HostConfig.PortBindings ?? {})
			.flatMap((bindings) => bindings ?? [])
			.some(({ HostIp, HostPort }) => HostPort === `${port}` && meets(HostIp, address));
	const container = others.find(holds);
	if (container !== undefined) return taken(`the container ${container.Name.slice(1)}`);
	// Whoever else of the app's own held the port before goes only after the one that is to hold it is made.
	const roles = own.filter(holds).map(({ Config }) => Config.Labels?.[ROLE_LABEL]);
	const before = roles.find((role) => role !== by);
	if (before !== undefined) {
		const isOfDomain = by === "caddy" || before === "caddy";
		const got = JSON.stringify((isOfDomain ? args.domain : args.backup) ?? "the default");
		const reason = `must be changed with the stack down (got ${got}, and the port is held by the ${before} of before): run npm run down first, the data stays`;
		return { propertyPath: isOfDomain ? "domain" : "backup", reason };
	}
	if (!docker.isLocal || roles.length > 0 || (await isFree(port, address))) return undefined;
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
