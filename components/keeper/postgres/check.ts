import { quotedName } from "../database";
import { longestOf } from "./blocks";
import type { Plan, TablePlan } from "./plan";
import type { Problem } from "./problems";
import type { Source } from "./source";

/** What the check of one table found beside problems. */
export interface Checked {
	decisions: string[];
	replaced: Record<string, number>;
}

/** How many rows of a column are told. */
const EXAMPLES = 5;
/** Characters of a value that are told. */
const SHOWN = 40;

/** Looks at every value before anything is copied. */
export function checkAll(source: Source, plan: Plan): { problems: Problem[]; tables: Map<TablePlan, Checked> } {
	const problems = [...plan.problems];
	const tables = new Map<TablePlan, Checked>();
	// With an expression that SQLite does not understand, nothing can be asked.
	if (plan.isWrong) return { problems, tables };
	for (const table of plan.tables) tables.set(table, checkTable(source, table, problems));
	return { problems, tables };
}

/** One cheap pass of SQLite over the table; another one for the columns that have something to tell counts all of it. */
function checkTable(source: Source, table: TablePlan, problems: Problem[]): Checked {
	const { columns, from } = table;
	const all = columns.filter(({ isCopied }) => isCopied);
	const plains = all.map(({ plain }) => `sum(1 - ${plain})`);
	const others = arrayOf(source, `SELECT ${[longestOf(table), ...plains].join(", ")} FROM ${from}`);
	table.longest = others.shift() ?? 0;
	const copied = all.filter((_, index) => (others[index] ?? 0) > 0);
	const counts = copied.map(({ problem }) => `sum((${problem}) <> 0)`);
	const decided = copied.flatMap(({ value, target, conversion }) =>
		conversion.decisions.map(({ when, words }) => ({
			sum: `sum(${value} IS NOT NULL AND (${when}))`,
			words: `${target.name} (${target.type.words}): ${words}`,
		})),
	);
	const sums = [...counts, ...decided.map(({ sum }) => sum)];
	if (sums.length === 0) return { decisions: table.decisions, replaced: replacedOf(source, table) };
	const row = arrayOf(source, `SELECT ${sums.join(", ")} FROM ${from}`);
	for (const [index, column] of copied.entries()) {
		const count = row[index] ?? 0;
		if (count > 0) problems.push(...problemsOf(source, table, column));
	}
	const decisions = decided.flatMap(({ words }, index) => {
		const count = row[copied.length + index] ?? 0;
		return count > 0 ? [`${words}, ${count} of them`] : [];
	});
	return { decisions: [...table.decisions, ...decisions], replaced: replacedOf(source, table) };
}

function replacedOf(source: Source, { columns, source: { name } }: TablePlan): Record<string, number> {
	const replaced = columns.filter(({ replace }) => replace !== undefined);
	if (replaced.length === 0) return {};
	const sums = replaced.map(({ problem }) => `sum((${problem}) <> 0)`);
	const row = arrayOf(source, `SELECT ${sums.join(", ")} FROM ${quotedName(name)}`);
	return Object.fromEntries(
		replaced.flatMap(({ source: column }, index) => ((row[index] ?? 0) > 0 ? [[column.name, row[index] ?? 0]] : [])),
	);
}

/** The problems of one column, one for each reason. */
function problemsOf(
	source: Source,
	{ source: table, from }: TablePlan,
	column: TablePlan["columns"][number],
): Problem[] {
	const { value, problem, reasons, target } = column;
	const found = source.all<{ reason: number; rows: number }>(
		`SELECT (${problem}) AS reason, count(*) AS rows FROM ${from} WHERE reason <> 0 GROUP BY reason`,
	);
	return found.map(({ reason, rows }) => {
		const { why, hint } = reasons[reason - 1] ?? { why: "it cannot be held" };
		const examples = source.all<{ row: string; type: string; text: string; bytes: string; length: number }>(
			`SELECT ${table.row.map((name) => `CAST(${name} AS TEXT)`).join(" || ', ' || ")} AS row, typeof(${value}) AS type, substr(CAST(${value} AS TEXT), 1, ${SHOWN}) AS text, hex(substr(CAST(${value} AS BLOB), 1, ${SHOWN / 2})) AS bytes, length(CAST(${value} AS BLOB)) AS length FROM ${from} WHERE (${problem}) = ? LIMIT ${EXAMPLES}`,
			reason,
		);
		return {
			table: table.name,
			column: column.source.name,
			count: rows,
			why,
			type: target.type.words,
			replace: hint ?? (target.notNull ? "0" : "NULL"),
			otherwise: target.notNull ? "0" : "NULL",
			examples: examples.map(({ row, ...shown }) => ({ row: row ?? "?", value: shownValue(shown) })),
		};
	});
}

/** A value as a person can tell it from others; what is no clean text as its bytes. */
function shownValue({
	type,
	text,
	bytes,
	length,
}: {
	type: string;
	text: string;
	bytes: string;
	length: number;
}): string {
	if (type === "null") return "NULL";
	if (type === "integer" || type === "real") return text;
	const isClean = type === "text" && !/[\p{Cc}\uFFFD]/u.test(text) && !bytes.includes("00");
	const shown = isClean ? `'${text}'` : `${type === "blob" ? "the blob" : "the bytes"} x'${bytes}'`;
	const isCut = isClean ? Buffer.byteLength(text) < length : bytes.length / 2 < length;
	return isCut ? `${shown}… (${length} bytes)` : shown;
}

function arrayOf(source: Source, sql: string): number[] {
	const statement = source.database.prepare(sql);
	statement.setReturnArrays(true);
	return (statement.get() as unknown as (number | null)[]).map((value) => value ?? 0);
}
