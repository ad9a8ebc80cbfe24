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
	return {
		name,
		description,
		validateResource: (resource, report) => {
			for (const violation of check(planned(resource))) report(message(violation));
		},
		...(checkStack !== undefined && {
			validateStack: ({ resources }, report) => {
				for (const violation of checkStack(resources.map(planned))) report(message(violation), violation.urn);
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
	const dependencies = "dependencies" in resource ? resource.dependencies.map((each) => each.urn) : undefined;
	return { urn, type, name, properties, protect: opts.protect, dependencies };
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
