import { createServer } from "node:net";
import { posix } from "node:path";
import { type App, withDefaults } from "../app";
import { type Problem, shown, throwProblems } from "../validate";
import { type DockerAppArgs, dockerAppProblems, publishedAt } from "./args";
import { DockerCli } from "./cli";
import { holderOf } from "./holder";
import { appIdentity, dockerNames, isOtherBackend, type Labels, otherOwner } from "./identity";
import { isWritable, type Look, lookInto } from "./look";

interface Running {
	Name: string;
	Config: { User: string; Labels: Labels };
	HostConfig: { PortBindings: Record<string, { HostIp: string; HostPort: string }[] | null> | null };
	Mounts: { Name?: string; Source: string }[];
}

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

/** Whether the app runs on its data as it should, which is proof enough; the look then costs nothing. */
function isInUse(name: string, args: DockerAppArgs, running: Running[]): boolean {
	const own = running.find((container) => container.Name === `/${dockerNames(name).container}`);
	const { user, group = user } = args;
	return own?.Config.User === `${user ?? 1000}:${group ?? 1000}` && mountsOf(own, dataSource(name, args));
}

function mountsOf({ Mounts }: Running, source: string): boolean {
	return Mounts.some((mount) => (source.startsWith("/") ? within(mount.Source, source) : mount.Name === source));
}

function dataSource(name: string, { existingData }: DockerAppArgs): string {
	if (existingData === undefined) return dockerNames(name).data;
	return "directory" in existingData ? existingData.directory : existingData.volume;
}

async function imageProblems(docker: DockerCli, { image, user }: DockerAppArgs) {
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

async function portProblems(
	docker: DockerCli,
	args: DockerAppArgs,
	others: Running[],
	ownRuns: boolean,
): Promise<Problem[]> {
	const { port, address } = publishedAt(args);
	const propertyPath = args.publish?.port === undefined ? "port" : "publish.port";
	const taken = (by: string) => {
		const reason = `must be free on the host (got ${port} at ${address}, which is taken by ${by}): stop that, or set publish.port to another`;
		return [{ propertyPath, reason }];
	};
	const container = others.find(({ HostConfig }) =>
		Object.values(HostConfig.PortBindings ?? {})
			.flatMap((bindings) => bindings ?? [])
			.some(({ HostIp, HostPort }) => HostPort === `${port}` && meets(HostIp, address)),
	);
	if (container !== undefined) return taken(`the container ${container.Name.slice(1)}`);
	if (!docker.isLocal || ownRuns || (await isFree(port, address))) return [];
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

/** Containers and networks cannot share a name; volumes can be found again by theirs. */
async function nameProblems(docker: DockerCli, name: string): Promise<Problem[]> {
	const { container, prepare, migration, network } = dockerNames(name);
	const containers = await docker.inspect<Running>("container", [container, prepare, migration]);
	const networks = await docker.inspect<{ Name: string; Labels: Labels }>("network", [network]);
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

async function dataProblems(
	docker: DockerCli,
	name: string,
	args: DockerAppArgs,
	others: Running[],
): Promise<Problem[]> {
	const { existingData } = args;
	const taking = existingData !== undefined;
	const isDirectory = taking && "directory" in existingData;
	const source = dataSource(name, args);
	const propertyPath = !taking ? "data" : `existingData.${isDirectory ? "directory" : "volume"}`;
	const problem = (reason: string) => [{ propertyPath, reason }];

	if (!isDirectory) {
		const [volume] = await docker.inspect<{ Labels: Labels }>("volume", [source]);
		if (volume === undefined && !taking) return [];
		if (volume === undefined)
			return problem(`must be a volume of the Docker host (got ${shown(source)}): docker volume ls shows them`);
		// One that a stack of this name left behind, in whichever backend, is found again: its state may be lost.
		const owner = taking ? undefined : otherOwner(name, volume.Labels);
		if (owner !== undefined) {
			const reason = `must not clash with another one's: the volume ${source} belongs to ${owner} (this is ${appIdentity(name)}); choose another stack name, or set existingData.volume to ${source} to take it over`;
			return [{ propertyPath: "stack", reason }];
		}
	}
	const user = others.find((container) => mountsOf(container, source));
	if (user !== undefined) {
		return problem(
			`must have no other writer (got ${shown(source)}, which the container ${user.Name.slice(1)} has mounted): docker stop ${user.Name.slice(1)} first`,
		);
	}
	const app = withDefaults(args);
	const look = await lookInto(docker, source, posix.relative(app.data.mountPath, app.data.databasePath));
	if (typeof look === "string") return problem(`must be readable by the Docker host (got ${shown(source)}: ${look})`);
	return lookReasons(app, source, look, taking).map((reason) => ({ propertyPath, reason }));
}

function lookReasons(app: App, source: string, look: Look, taking: boolean): string[] {
	const user = Number(app.user);
	const group = app.group ?? user;
	const name = posix.basename(app.data.databasePath);
	const reasons: string[] = [];
	if (look.readOnly !== undefined) {
		reasons.push(`must be writable (got ${shown(source)}: ${look.readOnly}); mount it read-write`);
	}
	const closed = !isWritable(look.directory, user, group, "directory")
		? look.directory
		: look.file !== undefined && !isWritable(look.file, user, group, "file") && look.file;
	if (closed) {
		const what = closed === look.file ? `, where ${name}` : ", which";
		const { uid, gid, mode } = closed;
		const command = source.startsWith("/")
			? `chown -R ${user}:${group} ${source}`
			: `docker run --rm -v ${source}:/data debian chown -R ${user}:${group} /data`;
		const other = uid === 0 ? "" : `set user to ${uid} and group to ${gid}, or `;
		reasons.push(
			`must be writable by user ${user} (got ${shown(source)}${what} belongs to ${uid}:${gid} with mode ${mode.toString(8).padStart(4, "0")}): ${other}run ${command}`,
		);
	}
	if (look.database === "other") {
		reasons.push(
			`must hold a SQLite database (got ${shown(source)}, where ${name} is something else): correct data.databaseFile`,
		);
	} else if (taking && look.database !== "sqlite") {
		reasons.push(
			`must hold the data that is taken over (got ${shown(source)}, where ${name} is ${look.database}): correct data.databaseFile or the name, or leave existingData out to start anew`,
		);
	}
	return reasons;
}

function within(path: string, directory: string): boolean {
	return `${path}/`.startsWith(`${directory}/`) || `${directory}/`.startsWith(`${path}/`);
}
