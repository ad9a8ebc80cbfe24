import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { guard } from "../../components/guard/guard";
import { readPlan } from "../../components/guard/plan";
import { docker, dockerOutput } from "../../tools/prove/twin";
import { CloudStack } from "./cloudStack";

it("a nightly preview with a refresh tells a volume that somebody deleted", async (test) => {
	const name = `t${randomBytes(4).toString("hex")}-uploads`;
	const program = `import * as docker from "@pulumi/docker";\nnew docker.Volume("uploads", { name: "${name}" });`;
	const stack = await CloudStack.make(test, program);
	test.onTestFinished(async () => void (await docker.run(["volume", "rm", "--force", name])));
	await stack.upAtOnce();
	const judged = async () => {
		const plan = await stack.succeeds("preview", "--refresh", "--json", "--show-sames");
		return guard([readPlan(plan)], { now: new Date() });
	};
	expect(await judged()).toMatchObject({ safe: true, stacks: [{ subjects: [{ verdict: "kept" }] }] });
	await dockerOutput("volume", "rm", name);
	expect(await judged()).toMatchObject({
		safe: false,
		stacks: [{ subjects: [{ subject: `volume ${name}`, verdict: "lost", findings: [{ rule: "gone" }] }] }],
	});
});
