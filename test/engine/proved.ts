import { expect } from "vitest";
import type { Row } from "../../tools/prove/run";
import { succeeds, TestStack } from "./testStack";

/** Each fault once against a kind of store; `npm run prove -- --runs 20` does it often. */
export async function holdsForEveryFault(store: "host" | "s3"): Promise<void> {
	const stack = (await TestStack.make()).configure();
	await succeeds(stack.up());
	const { code, output } = await stack.tool("prove", "--json", "--runs", "1", "--store", store, "--stack", stack.name);
	const rows = JSON.parse(output.slice(output.indexOf("[\n"), output.lastIndexOf("]") + 1)) as Row[];
	expect(rows.filter(({ held }) => !held)).toEqual([]);
	expect(rows.map(({ fault }) => fault.split(" ")[0])).toEqual([
		"redeploy",
		"1",
		"2",
		"3",
		"4",
		"5",
		"9",
		"9",
		"9",
		"10",
		"11",
		"11",
		"12",
	]);
	for (const { acknowledged, present, lost } of rows) expect(present + lost).toBe(acknowledged);
	expect(code).toBe(0);
	expect((await stack.up()).output).toContain("No change.");
}
