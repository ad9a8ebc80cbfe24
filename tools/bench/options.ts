import { parseArgs } from "node:util";
import type { Bench, BenchOptions } from "./result";

/** What `npm run bench` was asked for. */
export interface Asked {
	benches: Bench[];
	options: BenchOptions;
}

export const DEFAULTS = { megabytes: 1000, rows: 2_000_000 };

/**
 * Reads the command line.
 *
 * @throws {Error} that names every option that is not as it should be
 */
export function readOptions(words: string[], all: Bench[]): Asked {
	const { values } = parseArgs({
		args: words,
		options: {
			only: { type: "string" },
			megabytes: { type: "string", default: `${DEFAULTS.megabytes}` },
			rows: { type: "string", default: `${DEFAULTS.rows}` },
			runs: { type: "string" },
			large: { type: "boolean", default: false },
		},
	});
	const { only, megabytes, rows, runs, large } = values;
	const names = only?.split(",").map((name) => name.trim()) ?? all.map(({ name }) => name);
	const known = all.map(({ name }) => name);
	const unknown = names.filter((name) => !known.includes(name));
	const problems = [
		...unknown.map((name) => `--only names no benchmark "${name}": take of ${known.join(", ")}`),
		...Object.entries({ megabytes, rows, runs })
			.filter(([, value]) => value !== undefined && !/^[1-9]\d*$/.test(value))
			.map(([option, value]) => `--${option} must be a whole number of at least 1 (got "${value}")`),
	];
	if (problems.length > 0) throw new Error(problems.join("\n"));
	return {
		benches: all.filter(({ name }) => names.includes(name)),
		options: {
			megabytes: Number(megabytes),
			rows: Number(rows),
			...(runs !== undefined && { runs: Number(runs) }),
			large,
		},
	};
}

export function usage(all: Bench[]): string {
	const width = Math.max(...all.map(({ name }) => name.length));
	return `npm run bench [-- options]: measures side by side in one run, by turns, and prints medians, spreads and ratios

${all.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`).join("\n")}

  --only NAME,NAME  some of them. Default: all, in about half an hour on 2 cores
  --megabytes N     of the database that is restored. Default: ${DEFAULTS.megabytes}
  --rows N          that are copied to Postgres, of 200 bytes each. Default: ${DEFAULTS.rows}
  --runs N          turns of each contender. Default: each benchmark's own
  --large           5 GB too, of how the cost grows

It writes bench-report.md with charts in bench-report/, and bench-report.json. Exit codes: 0 every target is met, 1 one is missed
or a benchmark failed, 2 the options are wrong.`;
}
