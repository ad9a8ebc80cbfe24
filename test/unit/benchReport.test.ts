import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import type { Bench, Comparison, Result } from "../../tools/bench/result";
import { runBench } from "../../tools/bench/run";

const RESTORE: Comparison = {
	name: "restore of 1 MB",
	unit: "s",
	values: { ours: [2, 4, 3], "plain Litestream": [2, 2, 2] },
	ratios: [{ of: "ours", to: "plain Litestream", atMost: 1.6 }],
};

let said: string[];
afterEach(() => vi.restoreAllMocks());
beforeEach(() => {
	said = [];
	vi.spyOn(console, "error").mockImplementation((line) => void said.push(line));
});

function benchOf(name: string, run: () => Promise<Result>): Bench {
	return { name, about: `what ${name} measures`, run };
}

const giving = (name: string, ...comparisons: Comparison[]) => benchOf(name, async () => ({ comparisons }));

async function bench(words: string[], ...benches: Bench[]) {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-bench-report-"));
	onTestFinished(() => rmSync(directory, { recursive: true }));
	const code = await runBench(words, benches, {
		directory,
		prepare: async () => ({ date: "today", processor: "2 × a processor" }),
		say: (lines) => void said.push(lines),
	});
	const read = (file: string) => readFileSync(join(directory, file), "utf8");
	return { code, directory, read, output: said.join("\n") };
}

it("A target that is met: exit code 0, with the ratio of the medians and the spreads", async () => {
	const { code, read, output } = await bench([], giving("restore", RESTORE));
	expect(code).toBe(0);
	expect(output).toContain("✓ ours / plain Litestream = 1.50, at most 1.6");
	expect(output).toContain("ours: 3 s (2 to 4)");
	expect(output).toContain("✓ every target is met");
	const report = read("bench-report.md");
	expect(report).toContain("| restore | restore of 1 MB | ours / plain Litestream | 1.50 | at most 1.6 | ✓ |");
	expect(report).toContain("| ours | 3 | 2 to 4 | 3 |");
	expect(report).toContain("| processor | 2 × a processor |");
	expect(report).toContain("Every target is met.");
});

it("A target that is missed is named everywhere, and the exit code is 1", async () => {
	const missed = { ...RESTORE, ratios: [{ of: "ours", to: "plain Litestream", atMost: 1.4 }] };
	const { code, read, output } = await bench([], giving("restore", missed), giving("other", RESTORE));
	expect(code).toBe(1);
	expect(output).toContain("✗ not as it should be:\n  restore, restore of 1 MB: ours / plain Litestream = 1.50");
	expect(read("bench-report.md")).toContain("| 1.50 | at most 1.4 | ✗ **missed** |");
	expect(read("bench-report.md")).toContain("**Missed: 1 of the targets.**");
	const { judgements } = JSON.parse(read("bench-report.json"));
	expect(judgements.map((each: { holds: boolean }) => each.holds)).toEqual([false, true]);
});

it("A limit that one run does not keep is missed; by the median it is not", async () => {
	const limited = (by: "each run" | "median"): Comparison => ({
		...RESTORE,
		ratios: [],
		limits: [{ of: "ours", atMost: 3, by }],
	});
	expect((await bench([], giving("restore", limited("each run")))).code).toBe(1);
	expect((await bench([], giving("restore", limited("median")))).code).toBe(0);
});

it("A benchmark that fails is shown as failed with its reason, and keeps no other from its turn", async () => {
	const failing = benchOf("door", () => Promise.reject(new Error("no such container\nand more")));
	const { code, read, output } = await bench([], failing, giving("restore", RESTORE));
	expect(code).toBe(1);
	expect(output).toContain("✗ it failed: no such container");
	expect(output).toContain("  door failed");
	expect(read("bench-report.md")).toContain("✗ **It failed:** no such container");
	expect(read("bench-report.md")).toContain("| restore | restore of 1 MB |");
});

it("A ratio of what nobody measured is a failure, not a ratio of nothing", async () => {
	const wrong = { ...RESTORE, ratios: [{ of: "ours", to: "plain litestream", atMost: 2 }] };
	const { code, output } = await bench([], giving("restore", wrong));
	expect(code).toBe(1);
	expect(output).toContain("plain litestream was not measured: ours, plain Litestream were");
});

it("A target without any run is missed", async () => {
	const { code } = await bench([], giving("restore", { ...RESTORE, values: { ours: [], "plain Litestream": [2] } }));
	expect(code).toBe(1);
});

it("Nothing is at most half of nothing: a ratio without a quotient can hold", async () => {
	const values = { ours: [0, 0], "plain Litestream": [0, 0] };
	const { code, output } = await bench([], giving("loss", { ...RESTORE, values }));
	expect(code).toBe(0);
	expect(output).toContain("ours / plain Litestream = –, at most 1.6");
});

it("--only runs what it names, and the report names what was not asked for", async () => {
	const { read, output } = await bench(["--only", "restore"], giving("restore", RESTORE), giving("door", RESTORE));
	expect(output).not.toContain("door (");
	expect(read("bench-report.md")).toContain("Not asked for this time: door.");
});

it("All options that are wrong are named at once, with what there is; nothing runs, exit code 2", async () => {
	const words = ["--only", "restore,doors", "--rows", "0", "--runs", "many"];
	const { code, output, directory } = await bench(words, giving("restore", RESTORE), giving("door", RESTORE));
	expect(code).toBe(2);
	expect(output).toContain('✗ --only names no benchmark "doors": take of restore, door');
	expect(output).toContain('✗ --rows must be a whole number of at least 1 (got "0")');
	expect(output).toContain('✗ --runs must be a whole number of at least 1 (got "many")');
	expect(output).toContain("restore  what restore measures");
	expect(readdirSync(directory)).toEqual([]);
});

it("The benchmarks get the sizes that were asked for", async () => {
	const run = vi.fn(async () => ({ comparisons: [] }));
	await bench(["--megabytes", "5", "--rows", "7", "--runs", "2", "--large"], { ...giving("restore"), run });
	expect(run).toHaveBeenCalledWith({ megabytes: 5, rows: 7, runs: 2, large: true });
	await bench([], { ...giving("restore"), run });
	expect(run).toHaveBeenLastCalledWith({ megabytes: 1000, rows: 2_000_000, large: false });
});

it("Charts of an earlier run do not stay, and the report shows each that there is", async () => {
	const growth = {
		name: "gate",
		unit: "s",
		over: { name: "database", unit: "MB" },
		points: { ours: [{ at: 1, value: 2 }] },
	};
	const grows = benchOf("growth", async () => ({ comparisons: [RESTORE], growth: [growth] }));
	const { directory, read } = await bench([], grows);
	expect(readdirSync(join(directory, "bench-report")).sort()).toEqual([
		"growth-gate.svg",
		"growth-restore-of-1-mb.svg",
	]);
	expect(read("bench-report.md")).toContain("![gate](bench-report/growth-gate.svg)");
	writeFileSync(join(directory, "bench-report", "old.svg"), "");
	await runBench([], [giving("restore", RESTORE)], { directory, prepare: async () => ({}), say: () => {} });
	expect(readdirSync(join(directory, "bench-report"))).toEqual(["restore-restore-of-1-mb.svg"]);
});

it("What a chart would not show is in the table alone: nothing but zeros, one contender", async () => {
	const none = { ...RESTORE, name: "failed", values: { ours: [0], "plain Litestream": [0] } };
	const alone = { ...RESTORE, name: "alone", values: { ours: [3] }, ratios: [] };
	const { directory, read } = await bench([], giving("door", RESTORE, none, alone));
	expect(readdirSync(join(directory, "bench-report"))).toEqual(["door-restore-of-1-mb.svg"]);
	expect(read("bench-report.md").match(/!\[/g)).toHaveLength(1);
	expect(read("bench-report.md")).toContain("### failed\n\n| s, less is better |");
});

it("How a cost grows is a table of its points, with the factor from the first to the last", async () => {
	const points = {
		ours: [
			{ at: 10, value: 0.5 },
			{ at: 1000, value: 20 },
		],
	};
	const growth = [{ name: "gate", unit: "s", over: { name: "database", unit: "MB" }, points }];
	const { read } = await bench(
		[],
		benchOf("growth", async () => ({ comparisons: [], growth })),
	);
	expect(read("bench-report.md")).toContain("| s at | 10 MB | 1,000 MB | grows |");
	expect(read("bench-report.md")).toContain("| ours | 0.5 | 20 | × 40 for × 100 |");
});
