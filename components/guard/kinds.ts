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

/** What holds data by its name, of whichever provider: a type that no table has must not be lost without a word. */
const TELLING = /:(Volume|Disk|Bucket|Database|DatabaseInstance|DatabaseCluster|FileSystem|FileShare)$/;

export function kindOf(type: string): Kind | undefined {
	const known = KINDS.get(type) ?? KINDS.get(type.replace(API_VERSION, "$1:"));
	if (known !== undefined) return known;
	const [, telling] = TELLING.exec(type) ?? [];
	const noun = telling?.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
	return noun === undefined ? undefined : { type, noun };
}
