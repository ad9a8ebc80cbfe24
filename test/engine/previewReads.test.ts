import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CloudStack } from "./cloudStack";

const PROGRAM = `new GcsBackupBucket("notes", { location: "europe-west3", retentionDays: 30 });`;

/** Every file of a backend with its time and content. */
function filesOf(backend: string): string[] {
	const files = readdirSync(backend, { recursive: true, encoding: "utf8" }).map((name) => join(backend, name));
	return files
		.filter((file) => statSync(file).isFile())
		.map((file) => `${file} ${statSync(file).mtimeMs} ${createHash("sha256").update(readFileSync(file)).digest("hex")}`)
		.sort();
}

// What the identity that previews in CI may do (README, "In CI") rests on this.
it("a preview writes nothing into the state's backend, also with a refresh, and also before a change", async (context) => {
	const stack = await CloudStack.make(context, PROGRAM);
	await stack.upAtOnce();
	const backend = join(stack.home, "backend");
	const before = filesOf(backend);
	expect(before.length).toBeGreaterThan(2);

	expect((await stack.pulumi("preview", "--json", "--show-sames")).code).toBe(0);
	expect((await stack.pulumi("preview", "--json", "--show-sames", "--refresh")).code).toBe(0);
	stack.program(PROGRAM.replace("30", "60"));
	expect((await stack.pulumi("preview", "--json", "--refresh")).code).toBe(0);
	expect(filesOf(backend)).toEqual(before);

	// Nor is that for want of looking: an update is seen.
	await stack.upAtOnce();
	expect(filesOf(backend)).not.toEqual(before);
});
