import { Refusal } from "../refusal";
import type { MoveReport } from "./report";

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
	/** The one that fits whatever the value is. */
	otherwise?: string;
	examples?: { row: string; value: string }[];
}

/** How many problems, and how many rows of each, are told in one refusal. */
const MOST = 20;
const ROWS = 5;

/** What a refusal says, by the way that the rows were to go. */
const WORDS = {
	"to-postgres": {
		nothing: "nothing was copied",
		paste: (setting: string) =>
			`correct the values in SQLite, or say what to take instead, as expressions of SQLite: HOLDFAST_POSTGRES_REPLACE=${setting} (in a stack, replace in holdfast:postgres)`,
	},
	"to-sqlite": {
		nothing: "the SQLite file is as it was",
		paste: (setting: string) =>
			`correct the values in Postgres, or say what to take instead, as expressions of Postgres: HOLDFAST_POSTGRES_REPLACE_BACK=${setting}`,
	},
};

/** All of them at once, with a line to paste that would replace the values. */
export function problemsRefusal(problems: Problem[], direction: MoveReport["direction"] = "to-postgres"): Refusal {
	const words = WORDS[direction];
	const told = problems.slice(0, MOST).map(problemLines);
	const rest = problems.slice(MOST).map((problem) => `${placeOf(problem)} (${problem.count})`);
	const more = rest.length > 0 ? [`and, with how many rows: ${rest.join(", ")}`] : [];
	const replace = replacementsFor(problems);
	const remedies = [...new Set(problems.flatMap(({ remedy }) => remedy ?? []))];
	const setting = JSON.stringify(Object.fromEntries(replace));
	const paste = replace.length === 0 ? [] : [words.paste(literalShell(setting))];
	return new Refusal(
		"move-unfit",
		`${words.nothing}: ${[...told, ...more].join("\n  ")}`,
		[...remedies, ...paste].join("; "),
	);
}

function problemLines({ table, column, count, why, type, examples = [] }: Problem): string {
	const where = placeOf({ table, column });
	const rows = `${count} row${count === 1 ? "" : "s"}`;
	const some = examples.slice(0, ROWS).map(({ row, value }) => `row ${row} has ${value}`);
	return `${where}${type === undefined ? "" : ` (${type})`}, ${rows}: ${why}${some.length === 0 ? "" : `: ${some.join(", ")}`}`;
}

function placeOf({ table, column }: { table: string; column?: string }): string {
	return column === undefined ? table : `${table}.${column}`;
}

/** One expression a column: where its values ask for different ones, the one that fits them all. */
function replacementsFor(problems: Problem[]): [place: string, expression: string][] {
	const found = new Map<string, string>();
	for (const problem of problems) {
		const { replace, otherwise = "NULL" } = problem;
		if (problem.column === undefined || replace === undefined) continue;
		const place = placeOf(problem);
		const before = found.get(place);
		found.set(place, before === undefined || before === replace ? replace : otherwise);
	}
	return [...found];
}

function literalShell(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}
