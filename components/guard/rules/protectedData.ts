import { keptKind } from "./kept";
import type { Rule } from "./rule";
import { at, isHidden, shown } from "./values";

/** Where platforms keep a lock of their own against deletion, and what it says when it is locked. */
const LOCKS = [
	"deletionProtection",
	"deletionProtectionEnabled",
	"deleteProtection",
	"deleteProtectionState",
	"settings.deletionProtectionEnabled",
];
const LOCKED = [true, "PROTECTED", "ACTIVE", "DELETE_PROTECTION_ENABLED"];

export const protectedData: Rule = {
	name: "data-is-protected",
	isAdvice: true,
	description: "What holds data is protected, so that no update deletes or replaces it unasked.",
	check(resource) {
		const kind = keptKind(resource);
		if (kind === undefined || resource.protect) return [];
		const locks = LOCKS.map((lock) => at(resource.properties, lock));
		if (locks.some((lock) => LOCKED.some((locked) => lock === locked) || isHidden(lock))) return [];
		return [
			{
				verdict: "at risk",
				reason: `protect of ${kind.noun} ${resource.name} is ${shown(resource.protect)}: an update may delete or replace it with all that is in it.`,
				wayOut: "Set { protect: true } in its resource options, and retainOnDelete: true beside it.",
			},
		];
	},
};
