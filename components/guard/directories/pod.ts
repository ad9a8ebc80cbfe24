import { isHidden } from "../rules/values";
import { appName, keeperSettings, type Mount, mayHoldData, normalPath, record, texts, type Workload } from "./workload";

/** One of the containers that start and end together, in whatever words its platform says it. */
export interface PodContainer {
	image?: string;
	variables: Record<string, string>;
	mounts: { volume: unknown; path?: string; readOnly: boolean }[];
	/** Inputs that cannot be seen. */
	hidden: string[];
}

/** What a volume is; undefined for a secret, a socket and the like. */
export type VolumeKind = Omit<Mount, "path"> | undefined;

/** What such containers have together. */
export function podOf(
	{ urn, name }: { urn: string; name: string },
	containers: PodContainer[],
	volumes: [name: unknown, kind: VolumeKind][],
): Workload {
	const kinds = new Map(volumes);
	const mounts = new Map<string, Mount>();
	const workload: Workload = { urn, name, part: "both", mounts: [], variables: {}, hidden: [] };
	for (const container of containers) {
		const settings = keeperSettings(container.variables);
		workload.hidden.push(...container.hidden);
		for (const { volume, path, readOnly } of container.mounts) {
			const kind = kinds.get(volume);
			if (kind === undefined || path === undefined || readOnly) continue;
			const mount = { ...kind, path: normalPath(path) };
			// What the keeper mounts beside the data is for its own work.
			const isData = settings === undefined ? mayHoldData(mount) : mount.path === settings.HOLDFAST_DATA_DIRECTORY;
			if (isData) mounts.set(`${mount.path}\n${mount.source}`, mount);
		}
		if (settings === undefined) {
			workload.image = container.image ?? workload.image;
			Object.assign(workload.variables, container.variables);
		} else {
			workload.settings = { ...workload.settings, ...settings };
		}
	}
	const { HOLDFAST_APP: app, HOLDFAST_STORE: store, HOLDFAST_VERSION: version } = workload.settings ?? {};
	return {
		...workload,
		mounts: [...mounts.values()],
		hidden: [...new Set(workload.hidden)],
		store,
		migration: migrationIn(version),
		...(app !== undefined && !isHidden(app) && { app, name: appName(app) }),
	};
}

/** The migration in what the keeper calls the program (components/instance.ts). */
function migrationIn(version: string | undefined): string | undefined {
	const json = / (\{.*\})$/s.exec(version ?? "")?.[1];
	if (json === undefined) return undefined;
	try {
		const words = texts(record(JSON.parse(json)).migration);
		return words.length === 0 ? undefined : words.join(" ");
	} catch {
		return undefined;
	}
}
