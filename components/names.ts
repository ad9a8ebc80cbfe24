import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** Docker names double as host names on the container's network, and a DNS label has 63 characters. */
export const DOCKER_NAME_LIMIT = 63;

/**
 * The name of a resource on its platform: the parts joined by `-`, in lower case, other characters replaced by `-`.
 * A name over `limit` characters is cut and ends in a hash of the whole, so that it stays unique and stable.
 */
export function physicalName(parts: string[], limit: number): string {
	const whole = parts.join("-");
	const plain = whole
		.toLowerCase()
		.replace(/[^a-z0-9-]+/g, "-")
		.replace(/-{2,}/g, "-")
		.replace(/^-|-$/g, "");
	if (plain.length <= limit && plain === whole) return plain;
	// Changed or cut: two names that differ only in what was lost must not meet.
	const hash = shortHash(whole);
	return `${plain.slice(0, limit - hash.length - 1)}-${hash}`;
}

/** Eight hexadecimal digits that stand for `text`. */
export function shortHash(text: string): string {
	return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/** Which app of which stack this is. */
export function appIdentity(name: string): string {
	return `${pulumi.getProject()}/${pulumi.getStack()}/${name}`;
}
