import type { PlannedResource, Rule } from "../../components/guard/rules/rule";

type Properties = Record<string, unknown>;

/** A resource as a preview plans it. */
export function planned(
	type: string,
	properties: Properties = {},
	more: Partial<PlannedResource> = {},
): PlannedResource {
	const name = more.name ?? "it";
	return { urn: `urn:pulumi:test::shop::${type}::${name}`, type, name, properties, protect: false, ...more };
}

/** What a rule says of a resource: the reasons, one a line. */
export function said(
	rule: Rule,
	type: string,
	properties: Properties = {},
	more: Partial<PlannedResource> = {},
): string {
	return rule
		.check(planned(type, properties, more))
		.map(({ reason }) => reason)
		.join("\n");
}

/** A policy document of AWS with one statement that allows something. */
export function allows(statement: Properties): string {
	return JSON.stringify({ Version: "2012-10-17", Statement: [{ Sid: "S", Effect: "Allow", ...statement }] });
}
