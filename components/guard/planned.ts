import type { Plan, State } from "./plan";
import type { PlannedResource } from "./rules/rule";

/** Steps after which the resource is no longer there, unless the half of a replacement puts another in its place. */
const ENDS = /^(?:delete|discard|read-discard|remove)/;
const HALF = "delete-replaced";

/** A resource before and after the update, whatever steps lead there: a replacement can have three. */
export interface Planned {
	urn: string;
	type: string;
	/** The last part of the URN. */
	name: string;
	ops: string[];
	before?: State;
	after?: State;
	/** Properties that make it a replacement. */
	replaceReasons: string[];
}

export function planned(plan: Plan): Planned[] {
	const found = new Map<string, Planned>();
	for (const { op, urn, type, name, old, new: next, replaceReasons } of plan.steps) {
		const one: Planned = found.get(urn) ?? { urn, type, name, ops: [], replaceReasons: [] };
		const before = one.before ?? old;
		// The last word counts: a refresh, which comes first, says how things are, and not what becomes of them.
		const after = op === HALF ? one.after : ENDS.test(op) ? undefined : (next ?? one.after);
		found.set(urn, {
			urn,
			type,
			name,
			ops: [...one.ops, op],
			...(before && { before }),
			...(after && { after }),
			replaceReasons: [...one.replaceReasons, ...replaceReasons],
		});
	}
	return [...found.values()];
}

/** One of its two states, as a rule sees it. */
export function view({ urn, type, name }: Planned, { inputs, protect, retainOnDelete }: State): PlannedResource {
	return { urn, type, name, properties: inputs, protect, retainOnDelete };
}
