import { allowing, isForAnybody, named, wildcard } from "./policyDocuments";
import type { PlannedResource, Rule, Violation } from "./rule";
import { isObject, list, parsed, texts } from "./values";

/** Roles of Google Cloud that reach all data of a project. */
const BROAD_ROLES = ["roles/owner", "roles/editor", "roles/storage.admin"];

/** Policies of AWS's own that allow everything, or nearly. */
const BROAD_POLICIES = /^arn:[^:]+:iam::aws:policy\/(?:AdministratorAccess|PowerUserAccess|AmazonS3FullAccess)$/;

/** A grant that holds for a whole project, folder or organization. */
const GOOGLE_GRANT = /^gcp:(?:projects|folder|organizations)\/iAM(?:Member|Binding|Policy):/;

export const noWildcardIam: Rule = {
	name: "no-wildcard-iam",
	description: "No identity may do everything, or everything of one service, to everything.",
	check(resource) {
		if (/^aws:(?:iam|s3)\//.test(resource.type)) return [...amazonPolicies(resource), ...amazonOwnPolicies(resource)];
		if (GOOGLE_GRANT.test(resource.type)) return googleGrants(resource);
		if (/^gcp:(?:projects|organizations)\/iAMCustomRole:/.test(resource.type)) return googleRoles(resource);
		return [];
	},
};

function amazonPolicies({ type, properties }: PlannedResource): Violation[] {
	const inline = list(properties.inlinePolicies).map((each) => (isObject(each) ? each.policy : undefined));
	const violations = [properties.policy, ...inline].flatMap(allowing).flatMap((statement): Violation[] => {
		const allowed = wildcard(statement);
		if (allowed === undefined) return [];
		return [
			{
				verdict: "at risk",
				reason: `policy allows ${allowed} in ${named(statement)}.`,
				wayOut: "Name the actions that are needed and the ARNs on which they are needed.",
			},
		];
	});
	// Whom a role trusts has no resource, and is the other half of the same wildcard.
	const trusting = type.startsWith("aws:iam/role:") ? allowing(properties.assumeRolePolicy).filter(isForAnybody) : [];
	return [
		...violations,
		...trusting.map(
			(statement): Violation => ({
				verdict: "at risk",
				reason: `assumeRolePolicy lets anybody take the role in ${named(statement)}: its Principal is "*".`,
				wayOut:
					"Name the service or the account in Principal, or limit it with aws:SourceAccount or aws:PrincipalOrgID.",
			}),
		),
	];
}

function amazonOwnPolicies({ properties }: PlannedResource): Violation[] {
	return [...texts(properties.policyArn), ...texts(properties.policyArns), ...texts(properties.managedPolicyArns)]
		.filter((arn) => BROAD_POLICIES.test(arn))
		.map((arn) => ({
			verdict: "at risk",
			reason: `${arn.split("/").pop()} of AWS is attached (${arn}), which allows all actions on all resources of what it names.`,
			wayOut: "Write a policy with the actions that are needed and the ARNs on which they are needed.",
		}));
}

function googleGrants({ properties }: PlannedResource): Violation[] {
	const policy = parsed(properties.policyData);
	const bindings = isObject(policy) ? list(policy.bindings).filter(isObject) : [];
	const roles = [properties, ...bindings].flatMap(({ role }) => texts(role));
	return [...new Set(roles)]
		.filter((role) => BROAD_ROLES.includes(role))
		.map((role) => ({
			verdict: "at risk",
			reason: `role is ${role} for all that is in it, buckets and their objects included.`,
			wayOut: "Grant a role with fewer permissions, on the one bucket or service that needs it.",
		}));
}

function googleRoles({ properties }: PlannedResource): Violation[] {
	return texts(properties.permissions)
		.filter((permission) => permission.includes("*"))
		.map((permission) => ({
			verdict: "at risk",
			reason: `permissions has ${permission}, a wildcard.`,
			wayOut: "Name each permission that is needed.",
		}));
}
