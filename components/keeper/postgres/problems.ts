import { Refusal } from "../refusal";

/** Something that keeps rows from being moved as they are. */
export interface Problem {
	table: string;
	column?: string;
	/** Of how many rows. */
	count: number;
	why: string;
	remedy?: string;
	/** The type of the column in Postgres. */
	type?: string;
	/** SQLite's expression that could replace the values. */
	replace?: string;
	examples?: { row: string; value: string }[];
}

/** How many problems, and how many rows of each, are told in one refusal. */
const MOST = 20;
const ROWS = 5;

/** All of them at once, with a line to paste that would replace the values. */
export function problemsRefusal(problems: Problem[]): Refusal {
	const told = problems.slice(0, MOST).map(problemLines);
	const more = problems.length > MOST ? [`and ${problems.length - MOST} more`] : [];
	const replace = problems.flatMap(({ table, column, replace }) =>
		column === undefined || replace === undefined ? [] : [[`${table}.${column}`, replace] as const],
	);
	const remedies = [...new Set(problems.flatMap(({ remedy }) => remedy ?? []))];
	const setting = JSON.stringify(Object.fromEntries(replace));
	const paste =
		replace.length === 0
			? []
			: [
					`correct the values in SQLite, or say what to take instead, as expressions of SQLite: HOLDFAST_POSTGRES_REPLACE=${literalShell(setting)} (${"replace"} in the stack's holdfast:postgres)`,
				];
	return new Refusal(
		"move-unfit",
		`nothing was copied: ${[...told, ...more].join("\n  ")}`,
		[...remedies, ...paste].join("; "),
	);
}

export function problemLines({ table, column, count, why, type, examples = [] }: Problem): string {
	const where = column === undefined ? table : `${table}.${column}`;
	const rows = `${count} row${count === 1 ? "" : "s"}`;
	const some = examples.slice(0, ROWS).map(({ row, value }) => `row ${row} has ${value}`);
	return `${where}${type === undefined ? "" : ` (${type})`}, ${rows}: ${why}${some.length === 0 ? "" : `: ${some.join(", ")}`}`;
}

export function literalShell(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}
