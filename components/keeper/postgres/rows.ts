import { quotedName } from "../database";
import type { TablePlan } from "./plan";

/** The columns that COPY names, in the order of the rows' fields. */
export function copiedColumns({ columns }: TablePlan): string {
	return columns.flatMap(({ isCopied, target }) => (isCopied ? [quotedName(target.name)] : [])).join(", ");
}

/** One row as one line of COPY's text format, made by SQLite. */
export function copyQuery({ columns, from }: Pick<TablePlan, "columns" | "from">): string {
	const fields = columns.flatMap(({ isCopied, conversion, target, value }) =>
		isCopied ? [target.notNull ? `(${conversion.copy})` : unlessNull(value, "\\N", conversion.copy)] : [],
	);
	// The empty text makes a text of a number that has the row for itself.
	return `SELECT '' || ${fields.join(" || char(9) || ") || "''"} FROM ${from}`;
}

/** What is NULL is told here and in no conversion: some functions of SQLite make a text of it. */
function unlessNull(value: string, instead: string, text: string): string {
	return `CASE WHEN ${value} IS NULL THEN '${instead}' ELSE ${text} END`;
}

/** One row as one text that is the same on both sides. Texts begin with their length, so no two rows share one. */
export function canonicalSqlite({ columns }: TablePlan): string {
	return ["''", ...columns.map(({ conversion, value }) => unlessNull(value, "N", conversion.canonical))].join(
		" || ',' || ",
	);
}

/** The same of texts that are there already. */
export function canonicalRow(columns: string[]): string {
	return ["", ...columns].join(",");
}

export function canonicalPostgres({ columns }: TablePlan): string {
	return ["''", ...columns.map(({ conversion }) => `coalesce(${conversion.canonicalPostgres}, 'N')`)].join(
		" || ',' || ",
	);
}

/** Text that is no UTF-8 was met, which only a look at the bytes of all texts can tell from the character itself. */
export class Suspicious extends Error {}

/** @throws {Suspicious} for rows that may have bytes which nobody has looked at: JavaScript shows this character for them. */
export function needLookedAt({ bytes }: Pick<TablePlan, "bytes">, text: string): void {
	if (!bytes && text.includes("\uFFFD")) throw new Suspicious();
}

/** Does the work again, with a look at the bytes, where it met such text. */
export async function lookingAtBytes<T>(atOnce: boolean, work: (bytes: boolean) => Promise<T>): Promise<T> {
	try {
		return await work(atOnce);
	} catch (error) {
		if (!(error instanceof Suspicious)) throw error;
		return work(true);
	}
}
