import { type Kind, kindOf } from "../kinds";
import { isScratch } from "../scratch";
import type { PlannedResource } from "./rule";

/** What its own program or build makes again: uploaded objects, images, drawn passwords. */
const MADE_AGAIN =
	/^(?:gcp:storage\/bucketObject:|aws:s3\/bucketObject(?:v2)?:|gcp:artifactregistry\/repository:|aws:ecr\/repository:|random:|kubernetes:core\/v1:Namespace$)/;

/** What a resource is called that holds what nobody can make again, or without which that cannot be read. */
export function keptKind(resource: PlannedResource): Kind | undefined {
	const kind = kindOf(resource.type);
	const needNot = kind?.role === "guard" || kind?.role === "settings" || kind?.role === "host";
	return needNot || MADE_AGAIN.test(resource.type) || isScratch(resource) ? undefined : kind;
}
