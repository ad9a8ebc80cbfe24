import { isHidden, isObject } from "../rules/values";
import { variablesOf } from "./gcp";
import { type PodContainer, podOf, type VolumeKind } from "./pod";
import { count, type Reader, record, records, text, type Workload } from "./workload";

/** The disk of a task of ours, where its volumes cannot be seen. */
const SUMMARY = "holdfast";

/** A task definition of ECS. Its containers are JSON in one text, which cannot be seen where an image in it cannot. */
export const readTaskDefinition: Reader = ({ urn, name, inputs }) => {
	const { containerDefinitions } = inputs;
	const isUnseen = isHidden(containerDefinitions);
	const containers = isUnseen ? summaryOf(record(inputs.tags)) : parsed(containerDefinitions).map(containerOf);
	const volumes = records(inputs.volumes).map((volume): [unknown, VolumeKind] => [volume.name, volumeKind(volume)]);
	const workload = podOf({ urn, name }, containers, [...volumes, [SUMMARY, { kind: "instance disk", source: "" }]]);
	const isOurs = urn.includes("holdfast:aws:FargateApp$");
	return {
		...workload,
		name: isOurs && workload.app === undefined ? name.replace(/-task$/, "") : workload.name,
		...(isUnseen && (containers.length > 0 ? { isSummary: true } : { hidden: ["containerDefinitions"] })),
	};
};

/** How many tasks a service runs, and whether a new one starts beside the old one. */
export function tasksOf(inputs: Record<string, unknown>): Pick<Workload, "instances" | "overlaps"> {
	const most = isHidden(inputs.deploymentMaximumPercent) ? undefined : (count(inputs.deploymentMaximumPercent) ?? 200);
	const isOneEach = inputs.schedulingStrategy === "DAEMON";
	return {
		instances: isHidden(inputs.desiredCount)
			? undefined
			: isOneEach
				? Number.POSITIVE_INFINITY
				: (count(inputs.desiredCount) ?? 1),
		overlaps: most === undefined ? undefined : most > 100,
	};
}

/** What our component says beside the text (components/aws/taskDefinition.ts), for previews that cannot show the text. */
function summaryOf(tags: Record<string, unknown>): PodContainer[] {
	const settings = Object.entries(tags).filter(([name]) => name.startsWith("HOLDFAST_"));
	if (settings.length === 0) return [];
	const { HOLDFAST_DATA_DIRECTORY: path, HOLDFAST_VARIABLES: variables } = tags;
	const pairs = `${variables ?? ""}`.split(" ").filter((pair) => pair.includes("="));
	const mounts = [{ volume: SUMMARY, path: text(path), readOnly: false }];
	return [
		{ variables: Object.fromEntries(settings.map(([name, value]) => [name, `${value}`])), mounts, hidden: [] },
		{ variables: Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2))), mounts, hidden: [] },
	];
}

function parsed(definitions: unknown): Record<string, unknown>[] {
	if (Array.isArray(definitions)) return records(definitions);
	try {
		return records(JSON.parse(`${definitions ?? "[]"}`));
	} catch {
		return [];
	}
}

function containerOf({ image, environment, secrets, mountPoints }: Record<string, unknown>): PodContainer {
	return {
		image: text(image),
		variables: { ...variablesOf(environment), ...variablesOf(secrets) },
		mounts: records(mountPoints).map(({ sourceVolume, containerPath, readOnly }) => {
			return { volume: sourceVolume, path: text(containerPath), readOnly: readOnly === true };
		}),
		hidden: [],
	};
}

function volumeKind(volume: Record<string, unknown>): VolumeKind {
	const {
		efsVolumeConfiguration: efs,
		fsxWindowsFileServerVolumeConfiguration: fsx,
		s3filesVolumeConfiguration,
	} = volume;
	if (isObject(efs)) {
		const access = text(record(efs.authorizationConfig).accessPointId);
		return { kind: "network file system", source: joined(efs.fileSystemId, efs.rootDirectory, access) };
	}
	if (isObject(fsx)) return { kind: "network file system", source: joined(fsx.fileSystemId, fsx.rootDirectory) };
	if (isObject(s3filesVolumeConfiguration)) {
		return { kind: "bucket", source: joined(s3filesVolumeConfiguration.fileSystemArn) };
	}
	const docker = volume.dockerVolumeConfiguration;
	if (isObject(docker) && docker.scope === "shared") return { kind: "volume", source: `${volume.name}` };
	if (text(volume.hostPath) !== undefined) return { kind: "host directory", source: `${volume.hostPath}` };
	// An EBS volume that the service makes with each task goes with it too.
	return { kind: "instance disk", source: "" };
}

function joined(...parts: unknown[]): string {
	return parts.filter((part) => part !== undefined && part !== "" && part !== "/").join(" ");
}
