import { expect } from "vitest";
import type { Row } from "../../tools/prove/run";
import { succeeds, TestStack } from "./testStack";

/** Each fault once against a kind of store, in one mode; `npm run prove -- --runs 20` does it often, and in both. */
export async function holdsForEveryFault(store: "host" | "s3", acknowledge: "local" | "replicated"): Promise<void> {
	const stack = (await TestStack.make()).configure();
	await succeeds(stack.up());
	const once = ["--runs", "1", "--redeploys", "1", "--acknowledge", acknowledge];
	const { code, output } = await stack.tool("prove", "--json", ...once, "--store", store, "--stack", stack.name);
	const rows = JSON.parse(output.slice(output.indexOf("[\n"), output.lastIndexOf("]") + 1)) as Row[];
	expect(rows.filter(({ held }) => !held)).toEqual([]);
	expect(rows.map(({ fault }) => fault.split(" ")[0])).toEqual([
		"52",
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
