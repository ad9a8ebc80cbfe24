import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { preview, step } from "./guardPlans";

const VOLUME = "docker:index/volume:Volume";
const directory = mkdtempSync(join(tmpdir(), "holdfast-guard-"));
const program = join(directory, "holdfast.js");
const inputs = { name: "data" };

beforeAll(() => {
	const entryPoints = [join(__dirname, "..", "..", "components", "guard", "main.ts")];
	buildSync({ entryPoints, bundle: true, platform: "node", outfile: program });
	write("safe.json", preview([step("same", VOLUME, "data", { inputs }, { inputs })]));
	write("lost.json", preview([step("delete", VOLUME, "data", { inputs })]));
	write("cut.json", preview([step("delete", VOLUME, "data", { inputs })]).slice(0, -20));
});
afterAll(() => rmSync(directory, { recursive: true }));

function write(name: string, content: string): void {
	writeFileSync(join(directory, name), content);
}

/** The command as users run it, in a process of its own. */
function holdfast(words: string[], input = "") {
	const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
		cwd: directory,
		input,
		encoding: "utf8",
	});
	return { status, stdout, stderr };
}

describe("holdfast guard", () => {
	it("exits with 0 for what is safe, 3 for what is not, 2 for what cannot be read", () => {
		expect(["safe", "lost", "cut"].map((name) => holdfast(["guard", `${name}.json`]).status)).toEqual([0, 3, 2]);
	});

	it("judges several plans together: the worst counts, and one that cannot be read is never passed over", () => {
		expect(holdfast(["guard", "safe.json", "lost.json"]).status).toBe(3);
		expect(holdfast(["guard", "safe.json", "cut.json"])).toMatchObject({ status: 2, stdout: "" });
	});

	it.each([["guard"], ["guard", "-"]])("reads standard input: %s %s", (...words) => {
		expect(holdfast(words, preview([step("delete", VOLUME, "data", { inputs })])).status).toBe(3);
	});

	it("says which file it cannot read, and why, also for a pull request", () => {
		const { stdout, stderr } = holdfast(["guard", "--markdown", "cut.json"]);
		expect(stderr).toBe(
			"✗ holdfast guard: cut.json: it is cut off; make it with pulumi preview --json --show-sames > plan.json\n",
		);
		expect(stdout).toMatch(/^<!-- holdfast-guard -->\n\n### ❌ Holdfast: nothing can be said of the data/);
		expect(holdfast(["guard", "none.json"])).toMatchObject({ status: 2 });
		expect(holdfast(["guard", "none.json"]).stderr).toContain("none.json: ENOENT");
	});

	it("writes each form", () => {
		expect(holdfast(["guard", "lost.json"]).stdout).toContain("✗ lost    volume data");
		expect(holdfast(["guard", "--markdown", "lost.json"]).stdout).toContain("| ❌ lost | volume data |");
		expect(JSON.parse(holdfast(["guard", "--json", "lost.json"]).stdout).verdict).toBe("lost");
	});

	it.each([[["guard", "--mark", "x"]], [["gard", "x"]], [[]], [["guard", "--json", "--markdown", "x"]]])(
		"takes %j for a mistake, not for safe",
		(words) => {
			const { status, stderr } = holdfast(words);
			expect(status).toBe(2);
			expect(stderr).toContain("holdfast guard [--markdown | --json] [FILE...]");
		},
	);

	it("helps", () => {
		expect(holdfast(["guard", "--help"])).toMatchObject({ status: 0, stderr: "" });
		expect(holdfast(["--help"]).stdout).toContain("exit code");
	});
});
