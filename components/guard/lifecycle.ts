import { isObject, list, shown } from "./rules/values";
import type { Weakening } from "./weakened";

/** One rule by which a bucket deletes objects by itself. */
interface Deletion {
	/** Which objects, and what of them: comparable as text. */
	which: string;
	/** Days or numbers of versions; the smaller, the sooner. */
	limits: Record<string, number>;
}

const S3_RULES = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const S3_RULES_V2 = "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2";

/** Whether a bucket's lifecycle deletes what it would have kept, or sooner than it would have. */
export function deletesSooner(
	type: string,
	before: Record<string, unknown>,
	after: Record<string, unknown>,
): Weakening[] {
	const isOfS3 = type === S3_RULES || type === S3_RULES_V2;
	const read = (inputs: Record<string, unknown>) =>
		list(isOfS3 ? inputs.rules : inputs.lifecycleRules)
			.filter(isObject)
			.flatMap(type.startsWith("aws:") ? ofS3 : ofGcs);
	const old = read(before);
	return read(after)
		.filter((deletion) => !old.some((one) => covers(one, deletion)))
		.map((deletion) => {
			const limits = Object.entries(deletion.limits).map(([name, value]) => `${name} ${value}`);
			const former = old.find(({ which }) => which === deletion.which);
			const formerly = former === undefined ? "no rule did before" : `before it was ${shown(former.limits)}`;
			return {
				rule: "lifecycle-deletes-sooner",
				reason: `The bucket's lifecycle deletes objects by ${limits.join(", ") || "a new rule"}; ${formerly}.`,
				wayOut: former === undefined ? "Take the rule out." : `Set it back to ${shown(former.limits)}.`,
			};
		});
}

/** Whether the former rule took all that the new one takes, and as soon. */
function covers(former: Deletion, next: Deletion): boolean {
	if (former.which !== next.which) return false;
	return Object.entries(former.limits).every(([name, value]) => (next.limits[name] ?? Number.NaN) >= value);
}

function ofGcs({ action, condition }: Record<string, unknown>): Deletion[] {
	if (!isObject(action) || action.type !== "Delete" || !isObject(condition)) return [];
	const entries = Object.entries(condition).filter(([name]) => name !== "__defaults");
	const limits = entries.filter((entry): entry is [string, number] => typeof entry[1] === "number");
	const which = entries.filter(([, value]) => typeof value !== "number");
	return [
		{ which: JSON.stringify([which.sort(), limits.map(([name]) => name).sort()]), limits: Object.fromEntries(limits) },
	];
}

function ofS3(rule: Record<string, unknown>): Deletion[] {
	if (rule.status !== undefined && rule.status !== "Enabled") return [];
	if (rule.enabled === false) return [];
	return ["expiration", "noncurrentVersionExpiration"].flatMap((part) => {
		const [found] = list(rule[part]);
		if (!isObject(found)) return [];
		const entries = Object.entries(found).filter(
			([name]) => name !== "__defaults" && name !== "expiredObjectDeleteMarker",
		);
		const limits = entries.filter((entry): entry is [string, number] => typeof entry[1] === "number" && entry[1] > 0);
		if (limits.length === 0) return [];
		const selector = JSON.stringify([part, rule.filter ?? rule.prefix ?? null, limits.map(([name]) => name).sort()]);
		return [{ which: selector, limits: Object.fromEntries(limits) }];
	});
}
