import type { PlannedResource } from "./rules/rule";

const VOLUME = "docker:index/volume:Volume";
/** What a DockerApp makes for its own work: volumes that it fills anew (components/docker/volumes.ts). */
const HELPER =
	/(::|\$)holdfast:docker:DockerApp\$docker:index\/volume:Volume::[^:]+-(scratch|rehearsal|gate|cache|secrets)$/;

type Resource = Pick<PlannedResource, "urn" | "type" | "properties" | "protect" | "retainOnDelete">;

/**
 * Whether a volume holds nothing that could be lost: it is in memory, or one of Holdfast's own helpers. Whatever holds data is
 * protected and retained by the components, so that what is either of these is never taken for a helper, whatever its name.
 */
export function isScratch({ urn, type, properties, protect, retainOnDelete }: Resource): boolean {
	if (type !== VOLUME) return false;
	const { driverOpts } = properties as { driverOpts?: { type?: unknown } };
	return driverOpts?.type === "tmpfs" || (!protect && retainOnDelete !== true && HELPER.test(urn));
}
