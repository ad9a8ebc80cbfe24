import { Refusal } from "../../refusal";
import { literalShell, type Problem, problemLines } from "../problems";

/** How many rows of a problem, and how many problems, are told. */
const ROWS = 5;
const MOST = 20;
/** Characters of a value that are told. */
const SHOWN = 40;

/** All that keeps rows of Postgres from SQLite, so many of each kind together. */
export class Unheld {
	private readonly problems = new Map<string, Problem>();

	get isNone(): boolean {
		return this.problems.size === 0;
	}

	add(problem: Problem): void {
		const { table, column, why } = problem;
		const key = JSON.stringify([table, column, why]);
		const known = this.problems.get(key);
		if (known === undefined) this.problems.set(key, problem);
		else {
			known.count += problem.count;
			const { examples = [] } = known;
			if (examples.length < ROWS) known.examples = [...examples, ...(problem.examples ?? [])];
		}
	}

	refusal(): Refusal {
		const problems = [...this.problems.values()];
		const more = problems.length > MOST ? [`and ${problems.length - MOST} more`] : [];
		const replace = problems.flatMap(({ table, column, replace }) =>
			column === undefined || replace === undefined ? [] : [[`${table}.${column}`, replace] as const],
		);
		const remedies = [...new Set(problems.flatMap(({ remedy }) => remedy ?? []))];
		const setting = JSON.stringify(Object.fromEntries(replace));
		if (replace.length > 0)
			remedies.push(
				`correct the values in Postgres, or say what to take instead, as expressions of Postgres: HOLDFAST_POSTGRES_REPLACE_BACK=${literalShell(setting)}`,
			);
		return new Refusal(
			"move-unfit",
			`the SQLite file is as it was: ${[...problems.slice(0, MOST).map(problemLines), ...more].join("\n  ")}`,
			remedies.join("; "),
		);
	}
}

/** A value of Postgres as a person can tell it from others. */
export function shown(text: string | null): string {
	if (text === null) return "NULL";
	return text.length <= SHOWN ? `'${text}'` : `'${text.slice(0, SHOWN)}'… (${text.length} characters)`;
}
