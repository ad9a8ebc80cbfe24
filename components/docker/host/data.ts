import { posix } from "node:path";
import { type App, withDefaults } from "../../app";
import { appIdentity } from "../../names";
import { type Problem, shown } from "../../validate";
import { type DockerAppArgs, dataSource } from "../args";
import type { DockerCli } from "../cli";
import { dockerNames, type Labels, otherOwner, ROLE_LABEL } from "../identity";
import { isWritable, type Look, lookInto } from "./look";
import type { Mount, Running } from "./running";

/** Whether the data is the right one, nobody else's, and writable by the app's user. */
export async function dataProblems(
	docker: DockerCli,
	name: string,
	args: DockerAppArgs,
	own: Running[],
	others: Running[],
): Promise<Problem[]> {
	const taking = args.existingData !== undefined;
	const source = dataSource(name, args);
	const isDirectory = source.startsWith("/");
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
	const writer = others.find(({ Mounts }) => Mounts.some((mount) => isSame(mount, source) || overlaps(mount, source)));
	if (writer !== undefined) {
		const called = writer.Name.slice(1);
		return problem(
			`must have no other writer (got ${shown(source)}, which the container ${called} has mounted): docker stop ${called} first`,
		);
	}
	const app = withDefaults(args);
	if (own.some((container) => runsOn(container, app, source))) return [];
	const look = await lookInto(docker, source, posix.relative(app.data.mountPath, app.data.databasePath));
	if (typeof look === "string") return problem(`must be readable by the Docker host (got ${shown(source)}: ${look})`);
	// What an update left behind that was cut off before it made the container which gives the volume its owner: that is next.
	if (!taking && !isDirectory && look.isEmpty && look.readOnly === undefined) {
		const prepared = await docker.inspect("container", [dockerNames(name).prepare]);
		if (prepared.length === 0) return [];
	}
	return lookReasons(app, source, look, taking).map((reason) => ({ propertyPath, reason }));
}

/** Whether a container still has the file that is to be taken in: what it writes from now on would be missing here. */
export function initialDataProblems({ initialData }: DockerAppArgs, own: Running[], others: Running[]): Problem[] {
	// Where the app runs, it was taken in long ago.
	if (!initialData?.startsWith("/") || own.some(({ Config }) => Config.Labels?.[ROLE_LABEL] === "app")) return [];
	const directory = `${posix.dirname(initialData)}/`;
	const writer = others.find(({ Mounts }) => Mounts.some(({ RW, Source }) => RW && directory.startsWith(`${Source}/`)));
	if (writer === undefined) return [];
	const called = writer.Name.slice(1);
	const reason = `must be a file that nothing writes any more (got ${shown(initialData)}, which the container ${called} has mounted): docker stop ${called} first`;
	return [{ propertyPath: "initialData", reason }];
}

/** Whether the app runs on just this data already, which is proof enough; a look would cost half a second each time. */
function runsOn({ Config, Mounts, State }: Running, app: App, source: string): boolean {
	const told = Object.entries(app.data.environment).map(([key, value]) => `${key}=${value}`);
	return (
		Config.Labels?.[ROLE_LABEL] === "app" &&
		!State.Restarting &&
		Config.User === `${app.user}:${app.group}` &&
		told.every((variable) => Config.Env?.includes(variable)) &&
		Mounts.some((mount) => isSame(mount, source) && mount.Destination === app.data.mountPath)
	);
}

function isSame(mount: Mount, source: string): boolean {
	return source.startsWith("/") ? mount.Source === source.replace(/\/+$/, "") : mount.Name === source;
}

/** Whether one directory lies in the other. */
function overlaps(mount: Mount, source: string): boolean {
	const [one, other] = [`${mount.Source}/`, `${source}/`];
	return source.startsWith("/") && (one.startsWith(other) || other.startsWith(one));
}

function lookReasons(app: App, source: string, look: Look, taking: boolean): string[] {
	const [user, group] = [Number(app.user), Number(app.group)];
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
