import { type Problem, shown } from "../../validate";
import type { DockerAppArgs } from "../args";
import type { DockerCli } from "../cli";

/** Whether the image exists and has the user, whose id is looked up where it is a name. */
export async function imageProblems(docker: DockerCli, { image, user }: DockerAppArgs) {
	const problems: Problem[] = [];
	if (typeof image !== "string") return { problems, user };
	const here = await docker.inspect("image", [image]);
	// Names can only be looked up in the image itself; otherwise knowing that the registry has it is enough.
	const how = typeof user === "string" ? ["pull", "--quiet", image] : ["manifest", "inspect", image];
	const there = here.length > 0 ? undefined : await docker.run(how);
	if (there !== undefined && there.code !== 0) {
		const reason = `must exist on the Docker host or in its registry (got ${shown(image)}: ${there.reason}); check the name and tag, or docker login`;
		return { problems: [{ propertyPath: "image", reason }], user: typeof user === "string" ? undefined : user };
	}
	if (typeof user !== "string") return { problems, user };
	const users = await usersOf(docker, image);
	const found = users.find(([login]) => login === user);
	if (found !== undefined) return { problems, user: found[1] };
	const known = users.map(([login]) => login).join(", ") || "none";
	const reason = `must be a user of the image ${image} (got ${shown(user)}; it has ${known}): use one of these, or a number`;
	return { problems: [{ propertyPath: "user", reason }], user: undefined };
}

async function usersOf(docker: DockerCli, image: string): Promise<[string, number][]> {
	const created = await docker.run(["create", "--network", "none", image, "x"]);
	const container = created.stdout.toString().trim();
	if (created.code !== 0) return [];
	const passwd = await docker.run(["cp", `${container}:/etc/passwd`, "-"]);
	await docker.run(["rm", "--force", container]);
	// The tar header before it ends in zeros, and has no line that looks like this.
	return [...passwd.stdout.toString().matchAll(/(?:^|\0)([\w.-]+):[^:\n]*:(\d+):/gm)].map(([, login, id]) => [
		login ?? "",
		Number(id),
	]);
}
