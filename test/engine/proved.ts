import { expect } from "vitest";
import type { Row } from "../../tools/prove/run";
import { succeeds, TestStack } from "./testStack";

/** The numbers of all that `npm run prove` does, as it does them. */
export const ALL = ["52", "1", "2", "3", "4", "5", "9", "9", "9", "10", "11", "11", "12"];

/** Faults once against a kind of store, in one mode; `npm run prove -- --runs 20` does each often, and in both. */
export async function holdsFor(
	faults: string[],
	store: "host" | "s3",
	acknowledge: "local" | "replicated",
): Promise<void> {
	const stack = (await TestStack.make()).configure();
	await succeeds(stack.up());
	const once = ["--runs", "1", "--redeploys", "1", "--acknowledge", acknowledge, "--only", faults.join()];
	const { code, output } = await stack.tool("prove", "--json", ...once, "--store", store, "--stack", stack.name);
	const rows = JSON.parse(output.slice(output.indexOf("[\n"), output.lastIndexOf("]") + 1)) as Row[];
	expect(rows.filter(({ held }) => !held)).toEqual([]);
	expect(rows.map(({ fault }) => fault.split(" ")[0])).toEqual(faults);
	for (const { acknowledged, present, lost } of rows) expect(present + lost).toBe(acknowledged);
	expect(code).toBe(0);
	expect((await stack.up()).output).toContain("No change.");
}
