import { kindOf } from "../kinds";
import { isScratch } from "../scratch";
import type { Rule } from "./rule";
import { at, isHidden, shown } from "./values";

/** Where platforms keep a lock of their own against deletion. */
const LOCKS = ["deletionProtection", "deletionProtectionEnabled", "settings.deletionProtectionEnabled"];

export const protectedData: Rule = {
	name: "data-is-protected",
	isAdvice: true,
	description: "What holds data is protected, so that no update deletes or replaces it unasked.",
	check(resource) {
		const kind = kindOf(resource.type);
		if (kind === undefined || (kind.role ?? "data") !== "data" || resource.protect || isScratch(resource)) return [];
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
