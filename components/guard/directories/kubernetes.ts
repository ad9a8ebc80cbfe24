import { isHidden } from "../rules/values";
import { containersOf } from "./gcp";
import { podOf, type VolumeKind } from "./pod";
import { count, type Reader, record, records, text } from "./workload";

/** A Deployment or a StatefulSet. */
export const readKubernetes: Reader = ({ urn, name, inputs }) => {
	const spec = record(inputs.spec);
	const pod = record(record(spec.template).spec);
	const claims = records(spec.volumeClaimTemplates).map(({ metadata }): [unknown, VolumeKind] => {
		const claim = text(record(metadata).name);
		return [claim, { kind: "volume", source: `claim ${claim}` }];
	});
	const volumes = records(pod.volumes).map((volume): [unknown, VolumeKind] => [volume.name, volumeKind(volume)]);
	const workload = podOf({ urn, name: text(record(inputs.metadata).name) ?? name }, containersOf(pod), [
		...volumes,
		...claims,
	]);
	const isStatefulSet = urn.includes("StatefulSet::");
	return {
		...workload,
		hidden: isHidden(inputs.spec) ? ["spec"] : workload.hidden,
		instances: isHidden(spec.replicas) ? undefined : (count(spec.replicas) ?? 1),
		// A StatefulSet ends the old pod first; a Deployment only where it says so.
		overlaps: !isStatefulSet && record(spec.strategy).type !== "Recreate",
	};
};

function volumeKind({ persistentVolumeClaim, hostPath, nfs, csi, emptyDir }: Record<string, unknown>): VolumeKind {
	if (persistentVolumeClaim !== undefined) {
		return { kind: "volume", source: `claim ${record(persistentVolumeClaim).claimName}` };
	}
	if (hostPath !== undefined) return { kind: "host directory", source: text(record(hostPath).path) ?? "" };
	if (nfs !== undefined) return { kind: "network file system", source: `${record(nfs).server}:${record(nfs).path}` };
	if (csi !== undefined) return { kind: "network file system", source: text(record(csi).driver) ?? "" };
	return emptyDir === undefined ? undefined : { kind: "instance disk", source: "" };
}
