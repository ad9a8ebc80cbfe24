import { isHidden, isObject, list, parsed, texts } from "./values";

/** One statement of a policy document of AWS. */
export type Statement = Record<string, unknown>;

/** The statements that allow something. `document` is a JSON text or an object. */
export function allowing(document: unknown): Statement[] {
	const content = parsed(document);
	if (!isObject(content)) return [];
	return list(content.Statement).filter((each): each is Statement => isObject(each) && each.Effect === "Allow");
}

/** How a statement is named in a sentence. */
export function named(statement: Statement): string {
	return typeof statement.Sid === "string" && statement.Sid !== "" ? `statement ${statement.Sid}` : "a statement";
}

/** Whether anybody at all is meant: any account, with or without credentials. */
export function isForAnybody({ Principal, NotPrincipal, Condition }: Statement): boolean {
	const anybody =
		NotPrincipal !== undefined ||
		Principal === "*" ||
		(isObject(Principal) && [...texts(Principal.AWS), ...texts(Principal.Federated)].includes("*"));
	return anybody && !isLimited(Condition);
}

/** Operators that leave only what they name. One with `ForAllValues` or `IfExists` lets in who brings no value at all. */
const LIMITING = /^(?:ForAnyValue:)?(?:String(?:Equals|Like)|StringEqualsIgnoreCase|Arn(?:Equals|Like)|IpAddress)$/i;

/** Keys that say who asks, or from where. Others, as that the request is encrypted, or what its header claims, let anybody in. */
const LIMITS =
	/^(?:aws:(?:Source(?:Arn|Account|OrgID|OrgPaths|Vpc|Vpce|Ip)|Principal(?:Arn|Account|OrgID|OrgPaths)|PrincipalTag\/.+|VpcSourceIp|userid)|s3:DataAccessPoint(?:Arn|Account))$/i;

function isLimited(condition: unknown): boolean {
	if (isHidden(condition)) return true;
	if (!isObject(condition)) return false;
	return Object.entries(condition).some(
		([operator, keys]) =>
			LIMITING.test(operator) &&
			isObject(keys) &&
			Object.entries(keys).some(([key, values]) => LIMITS.test(key) && leavesSomebodyOut(values)),
	);
}

function leavesSomebodyOut(values: unknown): boolean {
	return !texts(values).some((value) => /^[*?]+$/.test(value) || /^(?:0\.0\.0\.0|::)\/0$/.test(value));
}

/** What a statement allows without a limit, as `s3:* on *`; undefined for one with a limit. */
export function wildcard({ Action, NotAction, Resource, NotResource }: Statement): string | undefined {
	const resource = NotResource === undefined ? texts(Resource).find(isEveryResource) : "all resources but some";
	if (resource === undefined) return undefined;
	const action = NotAction === undefined ? texts(Action).find((each) => /^(?:[^:]+:)?\*+$/.test(each)) : "all but some";
	return action === undefined ? undefined : `${action} on ${resource}`;
}

/** `*`, or an ARN of which all that tells one thing from another is `*`. */
function isEveryResource(resource: string): boolean {
	return /^\*+$/.test(resource) || /^arn:[^:]*:[^:]*:[^:]*:[^:]*:\*+$/.test(resource);
}
