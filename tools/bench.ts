import { door } from "./bench/door";
import { guard } from "./bench/guard";
import { imports } from "./bench/import";
import { thisMachine } from "./bench/machine";
import { readOptions, usage } from "./bench/options";
import { postgres } from "./bench/postgres";
import { writeReport } from "./bench/report/files";
import { isGood } from "./bench/report/outcome";
import { conclusion } from "./bench/report/terminal";
import { restore } from "./bench/restore";
import type { Bench } from "./bench/result";
import { runBenches } from "./bench/run";
import { setUp } from "./setup/index";
import { main, ROOT } from "./workspace";

/** In this order, which is also that of the report. */
const BENCHES: Bench[] = [restore, door, postgres, imports, guard];

main(async () => {
	const words = process.argv.slice(2);
	if (words.includes("--help")) {
		console.log(usage(BENCHES));
		return 0;
	}
	const asked = (() => {
		try {
			return readOptions(words, BENCHES);
		} catch (error) {
			console.error(`✗ ${(error as Error).message}\n\n${usage(BENCHES)}`);
			return undefined;
		}
	})();
	if (asked === undefined) return 2;
	await setUp("local", { servers: true, caddy: true, postgres: true });
	const machine = await thisMachine();
	for (const [name, value] of Object.entries(machine)) console.log(`${name}: ${value}`);
	const begun = performance.now();
	const outcomes = await runBenches(asked.benches, asked.options, (lines) => console.log(`\n${lines}`));
	const seconds = Math.round((performance.now() - begun) / 1000);
	const notRun = BENCHES.filter((bench) => !asked.benches.includes(bench)).map(({ name }) => name);
	const [report] = writeReport(ROOT, { machine, options: asked.options, seconds, outcomes, notRun });
	console.log(`\n${conclusion(outcomes)}\nThe report with its charts: ${report}`);
	return isGood(outcomes) ? 0 : 1;
});
