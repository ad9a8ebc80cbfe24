import { AWS } from "./kinds/aws";
import { DOCKER } from "./kinds/docker";
import { GCP } from "./kinds/gcp";
import type { Kind } from "./kinds/kind";
import { OTHERS } from "./kinds/others";

export type { Kind };

/** The stateful types. One more is one line in the table of its provider. */
const KINDS = new Map<string, Kind>(
	[DOCKER, GCP, AWS, OTHERS].flatMap((table) =>
		Object.entries(table).map(([type, kind]): [string, Kind] => [
			type,
			{ type, ...(typeof kind === "string" ? { noun: kind } : kind) },
		]),
	),
);

/** Azure has each type once for each version of its API, as `azure-native:storage/v20240101:Blob`. */
const API_VERSION = /^(azure-native:\w+)\/v\d+(?:preview)?:/;

/** A resource of a provider that is not in the tables; what lies around it in a program, components, has no slash. */
const OF_A_PROVIDER = /^(?:[\w-]+:[\w.-]+\/\w+|aws-native:\w+):(\w+)$/;
/** What holds data by its name. What only connects, such as an attached disk, does not. */
const BY_NAME =
	/^(?!Attached|Backend)(?:\w*(?:Bucket|Volume|Disk|FileSystem|BlockStorage|Database|DatabaseCluster|DatabaseInstance)|Table|DbInstance|DbCluster)$/i;

/** Each rule asks for them again. */
const known = new Map<string, Kind | undefined>();

export function kindOf(type: string): Kind | undefined {
	if (!known.has(type))
		known.set(type, KINDS.get(type) ?? KINDS.get(type.replace(API_VERSION, "$1:")) ?? guessed(type));
	return known.get(type);
}

function guessed(type: string): Kind | undefined {
	const [, name = ""] = OF_A_PROVIDER.exec(type) ?? [];
	if (!BY_NAME.test(name)) return undefined;
	return { type, noun: name.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase() };
}
