import type { SQLInputValue } from "node:sqlite";
import { quotedName } from "../database";
import type { TablePlan } from "./plan";
import type { Source } from "./source";

/** The columns that COPY names, in the order of the rows' fields. */
export function copiedColumns({ columns }: TablePlan): string {
	return columns.flatMap(({ isCopied, target }) => (isCopied ? [quotedName(target.name)] : [])).join(", ");
}

/** One row as one line of COPY's text format, made by SQLite. */
export function copyQuery({ columns, from }: TablePlan): string {
	const fields = columns.flatMap(({ isCopied, conversion, target }) =>
		isCopied ? [target.notNull ? `(${conversion.copy})` : `coalesce(${conversion.copy}, '\\N')`] : [],
	);
	return `SELECT ${fields.join(" || char(9) || ")} FROM ${from}`;
}

/** One row as one text that is the same on both sides. Texts begin with their length, so no two rows share one. */
export function canonicalSqlite({ columns }: TablePlan): string {
	return columns.map(({ conversion }) => `coalesce(${conversion.canonical}, 'N')`).join(" || ',' || ") || "''";
}

export function canonicalPostgres({ columns }: TablePlan): string {
	return columns.map(({ conversion }) => `coalesce(${conversion.canonicalPostgres}, 'N')`).join(" || ',' || ") || "''";
}

/** The first column of each row, as it comes. */
export function* texts(source: Source, sql: string, ...values: SQLInputValue[]): Generator<string> {
	const statement = source.database.prepare(sql);
	statement.setReturnArrays(true);
	for (const row of statement.iterate(...values) as Iterable<unknown>) yield (row as string[])[0] ?? "";
}
