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

export function kindOf(type: string): Kind | undefined {
	return KINDS.get(type) ?? KINDS.get(type.replace(API_VERSION, "$1:"));
}
