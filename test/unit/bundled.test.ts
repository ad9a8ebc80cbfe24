import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

const { load } = createRequire(__filename)("../../stacks/bundled") as {
	load: (entry: string) => Promise<{ directory: string; fail: () => void }>;
};

it("a program that is loaded as one piece keeps each file's directory, and its lines in errors", async () => {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-program-"));
	onTestFinished(() => rmSync(directory, { recursive: true }));
	const part = join(directory, "part");
	mkdirSync(part);
	const entry = join(directory, "index.ts");
	writeFileSync(entry, 'export { directory, fail } from "./part/of";\n');
	writeFileSync(
		join(part, "of.ts"),
		"export const directory: string = __dirname;\n\nexport function fail(): never {\n\tthrow new Error();\n}\n",
	);
	const program = await load(entry);
	expect(program.directory).toBe(part);
	expect(stackOf(program.fail)).toContain(`${join(part, "of.ts")}:4:8`);

	writeFileSync(entry, "export const x: = 1;\n");
	await expect(load(entry)).rejects.toMatchObject({
		__pulumiRunError: true,
		message: expect.stringMatching(/index\.ts:1:16: ERROR: Unexpected "="/),
	});
});

function stackOf(fail: () => void): string | undefined {
	try {
		fail();
	} catch (error) {
		return error instanceof Error ? error.stack : undefined;
	}
	return undefined;
}
