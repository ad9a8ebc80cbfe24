import { posix } from "node:path";
import { type App, withDefaults } from "../../app";
import { type Problem, shown } from "../../validate";
import type { DockerAppArgs } from "../args";
import type { DockerCli } from "../cli";
import { appIdentity, dockerNames, type Labels, otherOwner } from "../identity";
import { isWritable, type Look, lookInto } from "./look";
import type { Running } from "./running";

/** Whether the app runs on its data as it should, which is proof enough; the look then costs nothing. */
export function isInUse(name: string, args: DockerAppArgs, running: Running[]): boolean {
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

/** Whether the data is the right one, nobody else's, and writable by the app's user. */
export async function dataProblems(
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
