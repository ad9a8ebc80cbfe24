import { SECRET } from "../plan";
import { isHidden } from "../rules/values";
import { type PodContainer, podOf, type VolumeKind } from "./pod";
import { count, type Reader, record, records, text } from "./workload";

/** What Cloud Run allows where nothing is said. */
const MOST_INSTANCES = 100;

/** A service of Cloud Run v2. */
export const readCloudRun: Reader = ({ urn, name, inputs }) => {
	const template = record(inputs.template);
	const limit = record(inputs.scaling).manualInstanceCount ?? record(template.scaling).maxInstanceCount;
	const volumes = records(template.volumes);
	const workload = podOf({ urn, name }, containersOf(template), volumesOf(template));
	const isOurs = urn.includes("holdfast:gcp:CloudRunApp$");
	return {
		...workload,
		hidden: isHidden(inputs.template) ? ["template"] : workload.hidden,
		...(isOurs && { engine: volumes.some((volume) => "cloudSqlInstance" in volume) ? "postgres" : "sqlite" }),
		...(isOurs && { name: text(workload.app) === undefined ? name.replace(/-service$/, "") : workload.name }),
		instances: instancesIn(limit),
		// Old and new revision always run side by side.
		overlaps: true,
	};
};

/** A service of Cloud Run v1, which says it in Knative's words. */
export const readCloudRunV1: Reader = ({ urn, name, inputs }) => {
	const template = record(inputs.template);
	const spec = record(template.spec);
	const limit = record(record(template.metadata).annotations)["autoscaling.knative.dev/maxScale"];
	const workload = podOf({ urn, name }, containersOf(spec), volumesOf(spec));
	return { ...workload, instances: instancesIn(limit), overlaps: true };
};

function instancesIn(limit: unknown): number | undefined {
	return isHidden(limit) ? undefined : (count(limit) ?? MOST_INSTANCES);
}

/** Containers as Cloud Run and Kubernetes name their parts. */
export function containersOf({ containers }: Record<string, unknown>): PodContainer[] {
	return records(containers).map((container) => {
		const envs = container.envs ?? container.env;
		return {
			image: text(container.image),
			variables: variablesOf(envs),
			mounts: records(container.volumeMounts).map(({ name: volume, mountPath, readOnly }) => {
				return { volume, path: text(mountPath), readOnly: readOnly === true };
			}),
			hidden: [...(isHidden(envs) ? ["envs"] : []), ...(isHidden(container.volumeMounts) ? ["volumeMounts"] : [])],
		};
	});
}

/** Lists of `{ name, value }`. What comes from elsewhere, such as a secret, cannot be seen. */
export function variablesOf(envs: unknown): Record<string, string> {
	const named = records(envs).filter(({ name }) => text(name) !== undefined);
	return Object.fromEntries(
		named.map(({ name, value, valueSource, valueFrom }) => {
			const isReference = valueSource !== undefined || valueFrom !== undefined;
			return [name, isReference ? SECRET : `${value ?? ""}`];
		}),
	);
}

function volumesOf({ volumes }: Record<string, unknown>): [unknown, VolumeKind][] {
	return records(volumes).map((volume) => [volume.name, volumeKind(volume)]);
}

function volumeKind({ gcs, nfs, csi, emptyDir }: Record<string, unknown>): VolumeKind {
	if (gcs !== undefined) return { kind: "bucket", source: text(record(gcs).bucket) ?? "" };
	if (nfs !== undefined) return { kind: "network file system", source: `${record(nfs).server}:${record(nfs).path}` };
	if (csi !== undefined) {
		return { kind: "bucket", source: text(record(record(csi).volumeAttributes).bucketName) ?? "" };
	}
	return emptyDir === undefined ? undefined : { kind: "instance disk", source: "" };
}
