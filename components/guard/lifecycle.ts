import { isHidden, isObject, list, shown } from "./rules/values";
import type { Weakening } from "./weakened";

/** One rule by which a bucket deletes objects by itself. */
interface Deletion {
	/** Which objects by their names, and what of these: comparable as texts. */
	of: string;
	which: string;
	/** Days or numbers of versions; the smaller, the sooner. */
	limits: Record<string, number>;
}

/** What a rule is for that names none. */
const EVERYTHING = "[]";
const S3_RULES = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const S3_RULES_V2 = "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2";

/** Whether a bucket's lifecycle deletes what it would have kept, or sooner than it would have. */
export function deletesSooner(
	type: string,
	before: Record<string, unknown>,
	after: Record<string, unknown>,
): Weakening[] {
	const isOfS3 = type === S3_RULES || type === S3_RULES_V2;
	const option = isOfS3 ? "rules" : "lifecycleRules";
	if (isHidden(after[option])) return isHidden(before[option]) ? [] : [unseen(option)];
	const read = (inputs: Record<string, unknown>) =>
		list(inputs[option])
			.filter(isObject)
			.flatMap(type.startsWith("aws:") ? ofS3 : ofGcs);
	const old = read(before);
	return read(after)
		.filter((deletion) => !old.some((one) => covers(one, deletion)))
		.map((deletion) => {
			const limits = Object.entries(deletion.limits).map(([name, value]) => `${name} ${value}`);
			const former = old.find(({ which, of }) => which === deletion.which && of === deletion.of);
			const formerly = former === undefined ? "no rule did before" : `before it was ${shown(former.limits)}`;
			return {
				rule: "lifecycle-deletes-sooner",
				reason: `The bucket's lifecycle deletes objects by ${limits.join(", ") || "a new rule"}; ${formerly}.`,
				wayOut: former === undefined ? "Take the rule out." : `Set it back to ${shown(former.limits)}.`,
			};
		});
}

function unseen(option: string): Weakening {
	const reason = `The bucket's lifecycle cannot be seen before the update: ${option} is known only then.`;
	return { rule: "lifecycle-unseen", reason, wayOut: `Write ${option} so that the preview shows them.` };
}

/** Whether the former rule took all that the new one takes, and as soon. */
function covers(former: Deletion, next: Deletion): boolean {
	const isWider = former.of === next.of || former.of === EVERYTHING;
	if (!isWider || former.which !== next.which) return false;
	return Object.entries(former.limits).every(([name, value]) => (next.limits[name] ?? Number.NaN) >= value);
}

function ofGcs({ action, condition }: Record<string, unknown>): Deletion[] {
	if (!isObject(action) || action.type !== "Delete" || !isObject(condition)) return [];
	const { matchesPrefixes, matchesSuffixes, ...rest } = condition;
	// A newer provider says of each limit that a zero is none.
	const entries = Object.entries(rest).filter(
		([name, value]) => !/^__defaults$|^send.*IfZero$/.test(name) || value === true,
	);
	const of = [...list(matchesPrefixes), ...list(matchesSuffixes)].length > 0 ? [matchesPrefixes, matchesSuffixes] : [];
	return [deletion([], of, entries)];
}

function ofS3(rule: Record<string, unknown>): Deletion[] {
	if (rule.status !== undefined && rule.status !== "Enabled") return [];
	if (rule.enabled === false) return [];
	return ["expiration", "noncurrentVersionExpiration"].flatMap((part) => {
		const [found] = list(rule[part]);
		if (!isObject(found)) return [];
		const entries = Object.entries(found).filter(
			([name, value]) => name !== "__defaults" && name !== "expiredObjectDeleteMarker" && value !== 0,
		);
		return entries.length === 0 ? [] : [deletion([part], selected(rule), entries)];
	});
}

/** What a rule of S3 is for; nothing where it is for all. */
function selected({ filter, prefix }: Record<string, unknown>): unknown[] {
	const chosen = [prefix, ...(isObject(filter) ? Object.entries(filter) : [])].filter((each) => {
		const value = Array.isArray(each) ? each[1] : each;
		return value !== undefined && value !== null && value !== "";
	});
	return chosen.filter((each) => !(Array.isArray(each) && each[0] === "__defaults"));
}

/** What is no number, such as a day or what only the update will tell, has to be the same. */
function deletion(part: string[], of: unknown[], entries: [string, unknown][]): Deletion {
	const limits = entries.filter((entry): entry is [string, number] => typeof entry[1] === "number");
	const others = entries.filter(([, value]) => typeof value !== "number");
	return {
		of: JSON.stringify(of),
		which: JSON.stringify([...part, others.sort(), limits.map(([name]) => name).sort()]),
		limits: Object.fromEntries(limits),
	};
}
