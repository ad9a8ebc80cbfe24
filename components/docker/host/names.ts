import { appIdentity } from "../../names";
import type { Problem } from "../../validate";
import type { DockerCli } from "../cli";
import { APP_LABEL, dockerNames, isOtherBackend, type Labels, otherOwner } from "../identity";
import type { Running } from "./running";

/** Containers and networks cannot share a name; volumes can be found again by theirs. */
export async function nameProblems(docker: DockerCli, name: string): Promise<Problem[]> {
	const names = dockerNames(name);
	const [containers, networks] = await Promise.all([
		ownContainers(docker, name),
		docker.inspect<{ Name: string; Labels: Labels }>("network", [
			names.network,
			names.rehearsalNetwork,
			names.postgresNetwork,
		]),
	]);
	const found = [
		...containers.map(({ Name, Config }) => ({ kind: "container", called: Name.slice(1), labels: Config.Labels })),
		...networks.map(({ Name, Labels: labels }) => ({ kind: "network", called: Name, labels })),
	];
	const foreign = found.find(({ labels }) => otherOwner(name, labels) !== undefined);
	const problem = (reason: string) => [
		{ propertyPath: "stack", reason: `must not clash with another one's: ${reason}` },
	];
	if (foreign !== undefined) {
		const { kind, called, labels } = foreign;
		return problem(
			`the ${kind} ${called} belongs to ${otherOwner(name, labels)} (this is ${appIdentity(name)}); choose another stack name, or remove that ${kind}`,
		);
	}
	if (!found.some(({ labels }) => isOtherBackend(labels))) return [];
	const remove = ["container", "network"]
		.map((kind) => ({ kind, names: found.filter((one) => one.kind === kind).map(({ called }) => called) }))
		.filter(({ names }) => names.length > 0)
		.map(({ kind, names }) => `docker ${kind} rm ${kind === "container" ? "--force " : ""}${names.join(" ")}`);
	return problem(
		`there is a stack of this name from another backend; choose another stack name, or, where that backend is gone: ${remove.join("; ")} (the data stays in its volume, and this stack finds it)`,
	);
}

/** Those that have one of the app's names, and those that the provider has named, which are found by their label. */
async function ownContainers(docker: DockerCli, name: string): Promise<Running[]> {
	const { container, prepare, migration, keeper, caddy, postgres, postgresDump } = dockerNames(name);
	const listed = await docker.run(["ps", "--all", "--quiet", "--filter", `label=${APP_LABEL}=${appIdentity(name)}`]);
	const labelled = `${listed.stdout}`.split("\n").filter(Boolean);
	const known = [container, prepare, migration, keeper, caddy, postgres, postgresDump, ...labelled];
	const inspected = await docker.inspect<Running>("container", known);
	return [...new Map(inspected.map((each) => [each.Name, each])).values()];
}
