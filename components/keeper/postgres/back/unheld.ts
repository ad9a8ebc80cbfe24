import type { Refusal } from "../../refusal";
import { type Problem, problemsRefusal } from "../problems";

/** How many rows of a problem are kept, to be told. */
const ROWS = 5;
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
		return problemsRefusal([...this.problems.values()], "to-sqlite");
	}
}

/** A value of Postgres as a person can tell it from others. */
export function shown(text: string | null): string {
	if (text === null) return "NULL";
	return text.length <= SHOWN ? `'${text}'` : `'${text.slice(0, SHOWN)}'… (${text.length} characters)`;
}
