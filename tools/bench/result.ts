/** What a benchmark measured: the same thing of several contenders, by turns in one run. */
export interface Comparison {
	/** In the words of the report, such as "redeploy under load, longest wait". */
	name: string;
	/** Of all values, such as "s", "MB" or "rows/s". */
	unit: string;
	/** The values of each contender, one a run, in the order in which they were measured. */
	values: Record<string, number[]>;
	/** Those of the medians that are printed. A missed target makes the exit code 1. */
	ratios: Ratio[];
	/** What a contender may not be above, such as 0 failed requests. */
	limits?: Limit[];
	/** What a reader has to know in order not to be misled. */
	notes?: string[];
}

export interface Ratio {
	of: string;
	to: string;
	/** @default no target: the ratio is only printed */
	atMost?: number;
	/** @default no target */
	atLeast?: number;
}

export interface Limit {
	of: string;
	atMost: number;
	/** Whether each run has to keep it, or the median: one run alone says little of a latency. @default "each run" */
	by?: "each run" | "median";
}

/** How a cost grows with something: a line for each contender in a chart. */
export interface Growth {
	name: string;
	unit: string;
	/** What grows, such as { name: "database", unit: "MB" }. */
	over: { name: string; unit: string };
	points: Record<string, { at: number; value: number }[]>;
	notes?: string[];
}

export interface Result {
	comparisons: Comparison[];
	growth?: Growth[];
}

/** One of those that `--only` names. */
export interface Bench {
	name: string;
	/** A line of the usage. */
	about: string;
	/** Says on stderr how far it is; what it gives is for the report. Cleans up after itself, also when it fails. */
	run(options: BenchOptions): Promise<Result>;
}

export interface BenchOptions {
	/** Times each contender has its turn. @default the benchmark's own, so that all of them end within half an hour */
	runs?: number;
	/** Of the database that is restored. @default 1000 */
	megabytes: number;
	/** That are copied to Postgres, of 200 bytes each. @default 2000000 */
	rows: number;
	/** Whether sizes belong to it that take longer than the half hour. @default false */
	large?: boolean;
}
