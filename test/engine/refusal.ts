import { expect } from "vitest";
import { dockerOutput, type TestStack } from "./testStack";

/** A shell command that runs SQL with what the sample app's base surely has. */
export const sqlite = (file: string, sql: string) =>
	`python3 -c 'import sqlite3; c = sqlite3.connect("${file}"); c.execute("${sql}"); c.commit()'`;

/** What a stack says when it is refused. Nothing may have been made by then. */
export async function refusal(stack: TestStack): Promise<string> {
	const there = async () => [
		await dockerOutput("ps", "--all", "--quiet", "--filter", `name=${stack.container}`),
		await stack.labelled(),
	];
	const before = await there();
	const { code, output } = await stack.up();
	expect(code).toBe(1);
	expect(output).toContain("nothing was changed");
	expect(await there()).toEqual(before);
	return output;
}
