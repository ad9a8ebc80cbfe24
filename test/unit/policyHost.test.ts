import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { addPolicyHost } from "../../tools/setup/policyHost";

const SCRIPT = process.platform === "win32" ? "pulumi-analyzer-policy.cmd" : "pulumi-analyzer-policy";

it("puts the script beside an engine that stays as it is, ready to run", ({ onTestFinished }) => {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-policy-"));
	onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
	const [sdk, engine] = [join(directory, "sdk"), join(directory, "engine")];
	for (const each of [sdk, engine]) mkdirSync(each);
	// As the module cache keeps its files.
	writeFileSync(join(sdk, SCRIPT), "of the SDK");
	chmodSync(join(sdk, SCRIPT), 0o444);
	writeFileSync(join(engine, "pulumi"), "the engine");
	const before = statSync(join(engine, "pulumi"));

	expect(addPolicyHost(sdk, engine)).toBe(join(engine, SCRIPT));
	// A second set-up at the same time does it once more.
	addPolicyHost(sdk, engine);
	expect(readdirSync(engine).sort()).toEqual(["pulumi", SCRIPT].sort());
	expect(readFileSync(join(engine, SCRIPT), "utf8")).toBe("of the SDK");
	expect(statSync(join(engine, SCRIPT)).mode & 0o111).toBe(0o111);
	expect(statSync(join(engine, "pulumi"))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
});
