import { expect, it } from "vitest";
import { lifecycleRules } from "../../components/gcp/permissions";
import { BESIDE_THE_REPLICA } from "./besideTheReplica";

it("a live object expires only with the mark, and only in the replica", () => {
	const rules = lifecycleRules("a/b", 9);
	expect(deletes(rules, "a/b/replica/ltx/0/1-2.ltx", true)).toHaveLength(1);
	for (const name of BESIDE_THE_REPLICA) expect(deletes(rules, name, true)).toEqual([]);
	for (const name of [...BESIDE_THE_REPLICA, "a/b/replica/ltx/9/1-2.ltx"])
		expect(deletes(rules, name, false)).toEqual([]);
	// The mark must not shorten the grace of what is an old version already.
	expect(rules[0]?.condition).toMatchObject({ withState: "LIVE" });
	expect(rules).toContainEqual({
		action: { type: "Delete" },
		condition: { daysSinceNoncurrentTime: 9, withState: "ARCHIVED" },
	});
	expect(rules).toContainEqual({ action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 7 } });
});

/** The rules that delete a live object, however old it is: all conditions of a rule must hold. */
function deletes(rules: ReturnType<typeof lifecycleRules>, name: string, marked: boolean) {
	// Plain values, as the builder makes them.
	const plain = JSON.parse(JSON.stringify(rules)) as {
		action: { type: string };
		condition: {
			withState?: string;
			matchesPrefixes?: string[];
			daysSinceCustomTime?: number;
			daysSinceNoncurrentTime?: number;
		};
	}[];
	return plain
		.filter(({ action }) => action.type === "Delete")
		.filter(({ condition }) => condition.withState !== "ARCHIVED" && condition.daysSinceNoncurrentTime === undefined)
		.filter(({ condition }) => (condition.matchesPrefixes ?? [""]).some((prefix) => name.startsWith(prefix)))
		.filter(({ condition }) => condition.daysSinceCustomTime === undefined || marked);
}
