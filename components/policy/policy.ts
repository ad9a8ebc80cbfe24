import type {
	PolicyResource,
	ResourceValidationArgs,
	ResourceValidationPolicy,
	StackValidationPolicy,
} from "@pulumi/policy";
import { UNKNOWN } from "../guard/plan";
import type { PlannedResource, Rule, Violation } from "../guard/rules/rule";

/** A rule as Pulumi takes it. One that needs the whole stack is asked a second time, once that is complete. */
export function policyOf({
	name,
	description,
	check,
	checkStack,
}: Rule): ResourceValidationPolicy | StackValidationPolicy {
	// Of the whole stack Pulumi tells what comes out of it, of which a preview knows little; what goes in it tells before.
	const inputs = new Map<string, PlannedResource>();
	return {
		name,
		description,
		validateResource: (resource, report) => {
			const told = planned(resource);
			if (checkStack !== undefined) inputs.set(told.urn, told);
			for (const violation of check(told)) report(message(violation));
		},
		...(checkStack !== undefined && {
			validateStack: ({ resources }, report) => {
				const all = resources.map((resource) => ({
					...(inputs.get(resource.urn) ?? planned(resource)),
					dependencies: resource.dependencies.map(({ urn }) => urn),
				}));
				for (const violation of checkStack(all)) report(message(violation), violation.urn);
			},
		}),
	} satisfies ResourceValidationPolicy & Partial<StackValidationPolicy>;
}

function message({ reason, wayOut }: Violation): string {
	return `${reason} ${wayOut}`;
}

function planned(resource: ResourceValidationArgs | PolicyResource): PlannedResource {
	const { urn, type, name, props, opts } = resource;
	const properties = readable(props) as Record<string, unknown>;
	return { urn, type, name, properties, protect: opts.protect };
}

/** A copy of it with a mark for what is not known yet: Pulumi throws when that is read, and would leave the whole rule out. */
function readable(value: unknown): unknown {
	if (typeof value !== "object" || value === null) return value;
	const read = (key: string | number) => {
		try {
			return readable((value as Record<string | number, unknown>)[key]);
		} catch {
			return UNKNOWN;
		}
	};
	if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => read(index));
	return Object.fromEntries(Object.keys(value).map((key) => [key, read(key)]));
}
