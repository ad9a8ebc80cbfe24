import { deletesSooner } from "./lifecycle";
import type { State } from "./plan";
import { at, isHidden, shown } from "./rules/values";
import { SAFEGUARDS, type Safeguard } from "./safeguards";

/** One safeguard that is less than before. */
export interface Weakening {
	rule: string;
	reason: string;
	wayOut: string;
}

/** Words for "on", in upper case. */
const ON = new Set([
	"TRUE",
	"ENABLED",
	"ENFORCED",
	"PROTECTED",
	"ACTIVE",
	"DELETE_PROTECTION_ENABLED",
	"POINT_IN_TIME_RECOVERY_ENABLED",
	// What becomes of the data when its resource is deleted, and whether an object lock can be lifted.
	"RETAIN",
	"ABANDON",
	"PREVENT",
	"COMPLIANCE",
]);

/** What keeps the data of a resource safe now, and no longer does after the update. */
export function weakened(type: string, before: State, after: State): Weakening[] {
	// Of what stays the same, the options alone can change.
	if (JSON.stringify(before.inputs) === JSON.stringify(after.inputs)) return options(before, after);
	return [
		...options(before, after),
		...SAFEGUARDS.flatMap((safeguard) =>
			compared(safeguard, at(before.inputs, safeguard.path), at(after.inputs, safeguard.path)),
		),
		...deletesSooner(type, before.inputs, after.inputs),
	];
}

function options(before: State, after: State): Weakening[] {
	return (["protect", "retainOnDelete"] as const)
		.filter((option) => before[option] && !after[option])
		.map((option) => ({
			rule: option === "protect" ? "protect-removed" : "retain-removed",
			reason:
				option === "protect"
					? "protect goes from true to false: from then on an update may delete or replace it."
					: "retainOnDelete goes from true to false: whoever takes it out of the program then deletes it.",
			wayOut: `Set { ${option}: true } in its resource options.`,
		}));
}

function compared({ path, way, rule, noun, otherwise }: Safeguard, was: unknown, is: unknown): Weakening[] {
	const [old, next] = [was ?? otherwise, is ?? otherwise];
	if (JSON.stringify(old) === JSON.stringify(next) || isHidden(old)) return [];
	// What is not known cannot be called as much, and not be called safe.
	const isUnseen = isHidden(next);
	if (isUnseen && !isSet(was)) return [];
	const isWeaker = {
		off: isOn(old) && !isOn(next),
		on: !isOn(old) && (isOn(next) || isUnseen),
		less: isSet(old) && (isUnseen || !(amount(next) >= amount(old))),
		sooner: isSet(next) && (isUnseen || !(amount(next) >= (isSet(old) ? amount(old) : Number.POSITIVE_INFINITY))),
		changed: isSet(old),
	}[way];
	if (!isWeaker) return [];
	const to = isUnseen ? "a value that the preview does not show" : shown(is ?? undefined);
	const verb = {
		off: "is taken away",
		on: "is turned on",
		less: "shrinks",
		sooner: "comes sooner",
		changed: "changes",
	};
	const back = was === undefined || was === null ? `Take ${path} out again` : `Set ${path} back to ${shown(was)}`;
	const reason = `${capital(noun)} ${verb[way]}: ${path} goes from ${shown(was ?? undefined)} to ${to}.`;
	return [{ rule, reason, wayOut: `${back}.` }];
}

function isSet(value: unknown): boolean {
	return value !== undefined && value !== null;
}

function isOn(value: unknown): boolean {
	return ON.has(`${value}`.toUpperCase());
}

/** Seconds may be written as "604800s". */
function amount(value: unknown): number {
	return Number.parseFloat(`${value}`);
}

function capital(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}
