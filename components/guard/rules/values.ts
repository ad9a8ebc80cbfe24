import { SECRET, UNKNOWN } from "../plan";

/** Whether a preview keeps the value to itself: it speaks neither for a rule nor against it. */
export function isHidden(value: unknown): boolean {
	return value === UNKNOWN || value === SECRET;
}

export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is at a path such as `settings.backupConfiguration.enabled`. What lies in something hidden is hidden too. */
export function at(value: unknown, path: string): unknown {
	let found = value;
	for (const part of path.split(".")) {
		if (isHidden(found)) return found;
		// A block that can be there once is an object in new versions of a provider and a list of one in older ones.
		const owner = Array.isArray(found) ? found[0] : found;
		found = isObject(owner) ? owner[part] : undefined;
	}
	return found;
}

/** A list as it is, one value as a list of one, nothing as an empty one. */
export function list(value: unknown): unknown[] {
	if (value === undefined || value === null) return [];
	return Array.isArray(value) ? value : [value];
}

/** The list's entries that are text which can be read. */
export function texts(value: unknown): string[] {
	return list(value).filter((each): each is string => typeof each === "string" && !isHidden(each));
}

/** What a JSON text says, or what is there in its place; undefined for what cannot be read. */
export function parsed(value: unknown): unknown {
	if (isHidden(value)) return undefined;
	if (typeof value !== "string") return value;
	try {
		return JSON.parse(value);
	} catch {
		return undefined;
	}
}

/** A value in a sentence. */
export function shown(value: unknown): string {
	return value === undefined ? "not set" : JSON.stringify(value);
}
