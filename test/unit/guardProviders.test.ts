import { expect, it } from "vitest";
import { guard } from "../../components/guard/guard";
import { readPlan, SECRET } from "../../components/guard/plan";
import { preview, step } from "./guardPlans";

function rules(old: Record<string, unknown>, planned: Record<string, unknown>) {
	const update = step("update", "pulumi:providers:docker", "vps", { inputs: old }, { inputs: planned });
	const [stack] = guard([readPlan(preview([update]))], { now: new Date() }).stacks;
	return stack?.subjects.flatMap(({ subject, findings }) => findings.map(({ rule }) => `${subject}: ${rule}`));
}

it("a provider that leads to another host, region or project is at risk", () => {
	expect(rules({ host: "ssh://a" }, { host: "ssh://b" })).toEqual(["provider vps of docker: provider-changed"]);
	expect(rules({ region: "eu-west-1" }, { region: "eu-west-2" })).toHaveLength(1);
	expect(rules({ project: "shop" }, { project: SECRET })).toHaveLength(1);
});

it("another version, another secret and what was not set say nothing", () => {
	expect(rules({ host: "ssh://a", version: "4" }, { host: "ssh://a", version: "5" })).toEqual([]);
	expect(rules({ host: SECRET }, { host: SECRET })).toEqual([]);
	expect(rules({}, { region: "eu-west-1" })).toEqual([]);
});
