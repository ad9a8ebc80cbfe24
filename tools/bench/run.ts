import { judge } from "./report/judge";
import type { Outcome } from "./report/outcome";
import { terminal } from "./report/terminal";
import type { Bench, BenchOptions } from "./result";
import { progress } from "./turns";

/** Runs one benchmark after another and says what each found. One that fails keeps no other from its turn. */
export async function runBenches(
	benches: Bench[],
	options: BenchOptions,
	say: (line: string) => void,
): Promise<Outcome[]> {
	const outcomes: Outcome[] = [];
	for (const { name, about, run } of benches) {
		progress(name)("begins");
		const begun = performance.now();
		// A ratio that names nobody counts as a failure of its benchmark as well.
		const given = await run(options)
			.then((result) => {
				for (const comparison of result.comparisons) judge(comparison);
				return { result };
			})
			.catch((error) => ({ error: error instanceof Error ? error.message : `${error}` }));
		const outcome: Outcome = { name, about, seconds: Math.round((performance.now() - begun) / 100) / 10, ...given };
		outcomes.push(outcome);
		say(terminal(outcome));
	}
	return outcomes;
}
