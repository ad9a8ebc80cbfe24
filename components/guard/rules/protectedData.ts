import { kindOf } from "../kinds";
import type { PlannedResource, Rule } from "./rule";
import { at, isHidden, isObject, list, shown } from "./values";

/** Where platforms keep a lock of their own against deletion. */
const LOCKS = ["deletionProtection", "deletionProtectionEnabled", "settings.deletionProtectionEnabled"];

/** Volumes of Holdfast's own that may be lost, by the names that components/docker/identity.ts gives them. */
const DISPOSABLE = /-(?:cache|secrets|keeper-secrets|scratch|gate|rehearsal)-[0-9a-f]{8}$/;

export const protectedData: Rule = {
	name: "data-is-protected",
	description: "What holds data is protected, so that no update deletes or replaces it unasked.",
	check(resource) {
		const kind = kindOf(resource.type);
		if (kind === undefined || resource.protect || isDisposable(resource)) return [];
		const locks = LOCKS.map((lock) => at(resource.properties, lock));
		if (locks.some((lock) => lock === true || isHidden(lock))) return [];
		return [
			{
				verdict: "at risk",
				reason: `protect of ${kind.noun} ${resource.name} is ${shown(resource.protect)}: an update may delete or replace it with all that is in it.`,
				wayOut: "Set { protect: true } in its resource options, and retainOnDelete: true beside it.",
			},
		];
	},
};

/** A volume in memory, or one of Holdfast's own that is filled anew. */
function isDisposable({ type, properties }: PlannedResource): boolean {
	if (type !== "docker:index/volume:Volume") return false;
	if (at(properties, "driverOpts.type") === "tmpfs") return true;
	const isOwn = list(properties.labels).some((each) => isObject(each) && each.label === "holdfast.app");
	return isOwn && typeof properties.name === "string" && DISPOSABLE.test(properties.name);
}
