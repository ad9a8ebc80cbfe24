import { withDefaults } from "../../app";
import { areImagesMade, missingImage } from "../../images";
import { type Problem, shown } from "../../validate";
import type { DockerAppArgs } from "../args";
import { backupOf } from "../backup";
import type { DockerCli } from "../cli";
import { dockerNames } from "../identity";
import { isWritable, lookInto } from "./look";

/** The image under the keeper, as its Dockerfile names it. */
const KEEPER_BASE = "holdfast/keeper-base:1";

/** Whether the keeper can be built, and may write where the host keeps the replica. */
export async function backupHostProblems(docker: DockerCli, name: string, args: DockerAppArgs): Promise<Problem[]> {
	const backup = backupOf(dockerNames(name).backup, name, args);
	if (backup === undefined) return [];
	const problems: Problem[] = [];
	if (areImagesMade() && (await docker.inspect("image", [KEEPER_BASE])).length === 0) {
		problems.push({ propertyPath: "backup", reason: missingImage(KEEPER_BASE, "keeper", "base") });
	}
	const { host } = backup;
	if (host === undefined || host.own) return problems;
	const isDirectory = host.source.startsWith("/");
	const propertyPath = `backup.${isDirectory ? "directory" : "volume"}`;
	const [volume] = isDirectory ? [{}] : await docker.inspect("volume", [host.source]);
	if (volume === undefined) {
		const reason = `must be a volume of the Docker host (got ${shown(host.source)}): docker volume ls shows them`;
		return [...problems, { propertyPath, reason }];
	}
	const look = await lookInto(docker, host.source, "database");
	if (typeof look === "string") {
		const reason = `must be readable by the Docker host (got ${shown(host.source)}: ${look})`;
		return [...problems, { propertyPath, reason }];
	}
	const { user, group } = withDefaults(args);
	const { uid, gid, mode } = look.directory;
	if (look.readOnly !== undefined || !isWritable(look.directory, Number(user), Number(group), "directory")) {
		const why = look.readOnly ?? `it belongs to ${uid}:${gid} with mode ${mode.toString(8).padStart(4, "0")}`;
		const command = isDirectory
			? `chown ${user}:${group} ${host.source}`
			: `docker run --rm -v ${host.source}:/backup debian chown ${user}:${group} /backup`;
		problems.push({
			propertyPath,
			reason: `must be writable by user ${user} (got ${shown(host.source)}: ${why}): run ${command}`,
		});
	}
	return problems;
}
