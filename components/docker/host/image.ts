import { type Problem, shown } from "../../validate";
import type { DockerAppArgs } from "../args";
import type { DockerCli } from "../cli";

/** Who runs the app. */
export interface Identity {
	user?: number | string;
	group?: number;
}

interface Login {
	login: string;
	user: number;
	group: number;
}

/**
 * Whether the image exists and has the user, whose ids are looked up where it is a name. An image that is not on the host
 * is pulled: with this machine's `docker login`, which the provider itself would not use.
 */
export async function imageProblems(
	docker: DockerCli,
	args: DockerAppArgs,
): Promise<{ problems: Problem[]; identity: Identity }> {
	const { image, user, group } = args;
	const identity = { user, group };
	const unresolved = typeof user === "string" ? { group } : identity;
	if (typeof image !== "string") return { problems: [], identity };
	if ((await docker.inspect("image", [image])).length === 0) {
		const pulled = await docker.run(["pull", "--quiet", image], { timeout: 1_800_000 });
		if (pulled.code !== 0) {
			const reason = `must exist on the Docker host or in its registry (got ${shown(image)}: ${pulled.reason}); check the name and tag, or docker login`;
			return { problems: [{ propertyPath: "image", reason }], identity: unresolved };
		}
	}
	if (typeof user !== "string") return { problems: [], identity };
	const logins = await loginsOf(docker, image);
	const found = logins.find(({ login }) => login === user);
	if (found !== undefined) return { problems: [], identity: { user: found.user, group: group ?? found.group } };
	const known = logins.map(({ login }) => login).join(", ") || "none";
	const reason = `must be a user of the image ${image} (got ${shown(user)}; it has ${known}): use one of these, or a number`;
	return { problems: [{ propertyPath: "user", reason }], identity: unresolved };
}

async function loginsOf(docker: DockerCli, image: string): Promise<Login[]> {
	const created = await docker.run(["create", "--network", "none", image, "x"]);
	const container = created.stdout.toString().trim();
	if (created.code !== 0) return [];
	const passwd = await docker.run(["cp", `${container}:/etc/passwd`, "-"]);
	await docker.run(["rm", "--force", container]);
	// The tar header before it ends in zeros, and has no line that looks like this.
	const lines = passwd.stdout.toString().matchAll(/(?:^|\0)([\w.-]+):[^:\n]*:(\d+):(\d+):/gm);
	return [...lines].map(([, login = "", user, group]) => ({ login, user: Number(user), group: Number(group) }));
}
