import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command } from "../../tools/setup/command";
import { bundleStep } from "../../tools/setup/keeperBundle";
import { unpackChecked } from "../../tools/setup/nodePackage";

let directory: string;

beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "holdfast-keeper-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("the keeper's program", () => {
	it("is Latin text, which takes a byte for each letter in memory, with names that a stack trace can show", async () => {
		const [entry = "", output = ""] = ["entry.ts", "keeper.js"].map((name) => join(directory, name));
		const body = "return [/* Szymański, 保存 */ '你好', name].join(' ');";
		writeFileSync(entry, `function greet(name: string) { ${body} }\nconsole.log(greet('Ada'));\n`);
		await bundleStep(entry, output).make(() => {});
		const text = readFileSync(output, "utf8");
		expect(Buffer.byteLength(text)).toBe(text.length);
		expect(text).toContain("function greet(name)");
		expect((await command(process.execPath, [output])).output).toBe("你好 Ada\n");
	});

	it("is bundled again when a file that is in it changes, or it is changed itself, and not otherwise", async () => {
		const [entry = "", imported = "", output = ""] = ["entry.ts", "imported.ts", "image/keeper.js"].map((name) =>
			join(directory, name),
		);
		writeFileSync(imported, "export const greeting: string = 'hello';");
		writeFileSync(entry, "import { greeting } from './imported'; console.log(greeting);");
		const step = bundleStep(entry, output);
		const say = () => {};
		expect(await step.present()).toBeUndefined();
		await step.make(say);
		expect((await command(process.execPath, [output])).output).toBe("hello\n");
		writeFileSync(join(directory, "another.ts"), "");
		expect(await step.present()).toBe(output);

		writeFileSync(imported, "export const greeting: string = 'good day';");
		expect(await step.present()).toBeUndefined();
		await step.make(say);
		expect((await command(process.execPath, [output])).output).toBe("good day\n");
		writeFileSync(output, "");
		expect(await step.present()).toBeUndefined();
		await step.make(say);
		expect(await step.present()).toBe(output);
		rmSync(imported);
		expect(await step.present()).toBeUndefined();
		await expect(step.make(say)).rejects.toThrow("imported");
	});

	it("runs on a Node.js that is the pinned one, and no other is unpacked", async () => {
		const archive = join(directory, "node.tgz");
		mkdirSync(join(directory, "package", "bin"), { recursive: true });
		writeFileSync(join(directory, "package", "bin", "node"), "#!/bin/sh\necho node\n");
		await command("tar", ["-czf", archive, "-C", directory, "package"]);
		const integrity = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
		const to = join(directory, "node");
		await expect(unpackChecked(archive, `sha512-${"0".repeat(86)}==`, "bin/node", to)).rejects.toThrow(
			/wrong checksum .* pinned is sha512-000000000000…/,
		);
		expect(existsSync(to)).toBe(false);
		await unpackChecked(archive, integrity, "bin/node", to);
		expect((await command(to, [])).output).toBe("node\n");
	});
});
