import { allowing, isForAnybody, named } from "./policyDocuments";
import type { PlannedResource, Rule, Violation } from "./rule";
import { at, isHidden, isObject, list, parsed, shown, texts } from "./values";

const ANYBODY = /^(?:.*:)?(?:allUsers|allAuthenticatedUsers)$/;
const PUBLIC_ACL = /^(?:public-?read(?:-?write)?|authenticated-?read)$/i;
const PUBLIC_GROUP = /\/groups\/global\/(?:AllUsers|AuthenticatedUsers)$/;

export const noPublicBucket: Rule = {
	name: "no-public-bucket",
	description: "No bucket is open to the public, by a grant, by an access list or by a policy.",
	check(resource) {
		if (resource.type.startsWith("gcp:storage/")) return google(resource);
		if (/^aws:s3(?:control)?\//.test(resource.type)) return amazon(resource);
		return [];
	},
};

function google({ type, properties }: PlannedResource): Violation[] {
	const violations: Violation[] = [];
	const policy = parsed(properties.policyData);
	const bindings = isObject(policy) ? list(policy.bindings).filter(isObject) : [];
	const whom = [properties, ...bindings].flatMap((each) => [
		...["member", "members", "entity", "roleEntities"].flatMap((option) => texts(each[option])),
	]);
	for (const member of whom.filter((each) => ANYBODY.test(each))) {
		const wayOut = "Name who needs it: a service account, a group, or a user.";
		violations.push(atRisk(`${member} may reach the bucket's objects: that is anybody.`, wayOut));
	}
	violations.push(...publicAcl(properties, "predefinedAcl", "Leave predefinedAcl out, or set private."));
	const prevention = properties.publicAccessPrevention;
	if (type === "gcp:storage/bucket:Bucket" && prevention !== "enforced" && !isHidden(prevention)) {
		const reason = `publicAccessPrevention is ${shown(prevention)}: a single grant to allUsers opens the bucket.`;
		violations.push(atRisk(reason, 'Set publicAccessPrevention: "enforced".'));
	}
	return violations;
}

function amazon({ type, properties }: PlannedResource): Violation[] {
	const violations = publicAcl(properties, "acl", 'Leave acl out, or set "private".');
	const grants = [...list(properties.grants), ...list(at(properties, "accessControlPolicy.grants"))];
	for (const grant of grants) {
		const uri = at(grant, "uri") ?? at(grant, "grantee.uri");
		if (typeof uri !== "string" || !PUBLIC_GROUP.test(uri)) continue;
		const reason = `A grant is for ${uri.split("/").pop()}: that is anybody.`;
		violations.push(atRisk(reason, "Name the account that needs it in a bucket policy."));
	}
	if (/^aws:s3\/bucket(?:V2|Policy)?:/.test(type)) {
		for (const statement of allowing(properties.policy).filter(isForAnybody)) {
			const reason = `policy lets anybody in by ${named(statement)}: its Principal is "*", and no condition limits it.`;
			violations.push(atRisk(reason, "Name the principals, or limit it with aws:SourceVpce or aws:PrincipalOrgID."));
		}
	}
	if (/PublicAccessBlock:/.test(type)) {
		const open = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].filter(
			(option) => properties[option] !== true && !isHidden(properties[option]),
		);
		if (open.length > 0) {
			const values = open.map((option) => `${option} is ${shown(properties[option])}`);
			violations.push(atRisk(`${values.join(", ")}: the bucket can be made public.`, "Set all four to true."));
		}
	}
	return violations;
}

function publicAcl(properties: Record<string, unknown>, option: string, wayOut: string): Violation[] {
	return texts(properties[option])
		.filter((acl) => PUBLIC_ACL.test(acl))
		.map((acl) => atRisk(`${option} is ${shown(acl)}: anybody may read, or even write.`, wayOut));
}

function atRisk(reason: string, wayOut: string): Violation {
	return { verdict: "at risk", reason, wayOut };
}
