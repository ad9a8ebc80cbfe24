import { quotedName } from "../database";
import type { TablePlan } from "./plan";

/** The columns that COPY names, in the order of the rows' fields. */
export function copiedColumns({ columns }: TablePlan): string {
	return columns.flatMap(({ isCopied, target }) => (isCopied ? [quotedName(target.name)] : [])).join(", ");
}

/** How COPY is to read these lines: NULL alone is what SQLite's quote() makes of it, and a text begins with a quote. */
export const FORMAT = "FORMAT csv, QUOTE '''', NULL 'NULL'";

/** One row as one line of COPY's CSV, made by SQLite. */
export function copyLine({ columns }: Pick<TablePlan, "columns">): string {
	const fields = columns.flatMap(({ isCopied, conversion, target, value }) =>
		isCopied ? [target.notNull ? `(${conversion.copy})` : unlessNull(value, "NULL", conversion.copy)] : [],
	);
	return `${joined(fields)} || char(10)`;
}

/** Functions take no more arguments, in SQLite as in Postgres. */
const ARGUMENTS = 60;

/** Texts with a comma between: made at once, where || would make each longer one anew. */
function joined(fields: string[]): string {
	const groups: string[] = [];
	for (let at = 0; at < fields.length; at += ARGUMENTS)
		groups.push(`concat_ws(',', ${fields.slice(at, at + ARGUMENTS).join(", ")})`);
	return groups.length > 1 ? joined(groups) : (groups[0] ?? "''");
}

/** What is NULL is told here and in no conversion: some functions of SQLite make a text of it. */
function unlessNull(value: string, instead: string, text: string): string {
	return `CASE WHEN ${value} IS NULL THEN '${instead}' ELSE ${text} END`;
}

/** One row as one text that is the same on both sides. Texts begin with their length, so no two rows share one. */
export function canonicalSqlite({ columns }: TablePlan): string {
	return joined(["''", ...columns.map(({ conversion, value }) => unlessNull(value, "N", conversion.canonical))]);
}

/** The same of texts that are there already. */
export function canonicalRow(columns: string[]): string {
	return ["", ...columns].join(",");
}

export function canonicalPostgres({ columns }: TablePlan): string {
	return joined(["''", ...columns.map(({ conversion }) => `coalesce(${conversion.canonicalPostgres}, 'N')`)]);
}

/** Text that is no UTF-8 was met, which only a look at the bytes of all texts can tell from the character itself. */
export class Suspicious extends Error {
	constructor() {
		super("a text of SQLite is no UTF-8");
	}
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
