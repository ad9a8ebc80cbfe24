import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { hasDomain } from "../../tools/stackConfig";

it("only a stack whose configuration names a domain needs Caddy", () => {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-config-"));
	onTestFinished(() => {
		rmSync(directory, { recursive: true, force: true });
		vi.unstubAllEnvs();
	});
	const file = join(directory, "config.yaml");
	vi.stubEnv("HOLDFAST_CONFIG", file);
	expect(hasDomain("any")).toBe(false);
	for (const [lines, expected] of [
		["  holdfast:domain: notes.example.com", true],
		["  holdfast:domain:\n    name: notes.example.com", true],
		["  'holdfast:domain': notes.example.com", true],
		["  # holdfast:domain: notes.example.com", false],
		["  holdfast:name: notes", false],
	] as const) {
		writeFileSync(file, `config:\n${lines}\n`);
		expect([lines, hasDomain("any")]).toEqual([lines, expected]);
	}
});
