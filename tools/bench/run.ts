import type { Machine } from "./machine";
import { type Asked, readOptions, usage } from "./options";
import { writeReport } from "./report/files";
import { judge } from "./report/judge";
import { isGood, type Outcome } from "./report/outcome";
import { conclusion, terminal } from "./report/terminal";
import type { Bench, BenchOptions } from "./result";
import { progress } from "./turns";

interface Place {
	/** Where the report goes. */
	directory: string;
	/** Makes sure of all that is needed, and says what it runs on. */
	prepare(): Promise<Machine>;
	say(lines: string): void;
}

/** All of `npm run bench`. Returns the exit code. */
export async function runBench(words: string[], all: Bench[], { directory, prepare, say }: Place): Promise<number> {
	if (words.includes("--help")) {
		say(usage(all));
		return 0;
	}
	let asked: Asked;
	try {
		asked = readOptions(words, all);
	} catch (error) {
		console.error(`${(error as Error).message.replace(/^/gm, "✗ ")}\n\n${usage(all)}`);
		return 2;
	}
	const machine = await prepare();
	for (const [name, value] of Object.entries(machine)) say(`${name}: ${value}`);
	const begun = performance.now();
	const outcomes = await runBenches(asked.benches, asked.options, (lines) => say(`\n${lines}`));
	const seconds = Math.round((performance.now() - begun) / 1000);
	const notRun = all.filter((bench) => !asked.benches.includes(bench)).map(({ name }) => name);
	const [report] = writeReport(directory, { machine, options: asked.options, seconds, outcomes, notRun });
	say(`\n${conclusion(outcomes)}\nThe report with its charts: ${report}`);
	return isGood(outcomes) ? 0 : 1;
}

/** Runs one benchmark after another and says what each found. One that fails keeps no other from its turn. */
async function runBenches(benches: Bench[], options: BenchOptions, say: (lines: string) => void): Promise<Outcome[]> {
	const outcomes: Outcome[] = [];
	for (const bench of benches) {
		progress(bench.name)("begins");
		const outcome = await run(bench, options);
		outcomes.push(outcome);
		say(terminal(outcome));
	}
	return outcomes;
}

async function run({ name, about, run: measure }: Bench, options: BenchOptions): Promise<Outcome> {
	const begun = performance.now();
	const seconds = () => Math.round((performance.now() - begun) / 100) / 10;
	try {
		const result = await measure(options);
		// A ratio of what nobody has measured is a failure of the benchmark as well.
		for (const comparison of result.comparisons) judge(comparison);
		return { name, about, seconds: seconds(), result };
	} catch (error) {
		return { name, about, seconds: seconds(), error: error instanceof Error ? error.message : `${error}` };
	}
}
