import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CloudStack } from "./cloudStack";

const PROGRAM = `new GcsBackupBucket("notes", { location: "europe-west3", retentionDays: 30 });`;

/** Every file of a backend with its content, and the times: that of a directory changes also by a file that comes and goes. */
function stateOf(backend: string): string[] {
	const paths = ["", ...readdirSync(backend, { recursive: true, encoding: "utf8" })].map((name) => join(backend, name));
	return paths
		.map((path) => {
			const found = statSync(path);
			const content = found.isFile() ? createHash("sha256").update(readFileSync(path)).digest("hex") : "";
			return `${path} ${found.mtimeMs} ${content}`;
		})
		.sort();
}

// What the identity that previews in CI may do (README, "In CI") rests on this.
it("a preview writes nothing into the state's backend, also with a refresh, and also before a change", async (context) => {
	const stack = await CloudStack.make(context, PROGRAM);
	await stack.upAtOnce();
	const backend = join(stack.home, "backend");
	const before = stateOf(backend);
	expect(before.length).toBeGreaterThan(2);

	expect((await stack.pulumi("preview", "--json", "--show-sames")).code).toBe(0);
	expect((await stack.pulumi("preview", "--json", "--show-sames", "--refresh")).code).toBe(0);
	stack.program(PROGRAM.replace("30", "60"));
	expect((await stack.pulumi("preview", "--json", "--refresh")).code).toBe(0);
	expect(stateOf(backend)).toEqual(before);

	// Nor is that for want of looking: an update is seen.
	await stack.upAtOnce();
	expect(stateOf(backend)).not.toEqual(before);
});
