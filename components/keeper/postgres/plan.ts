import { quotedName } from "../database";
import { type Conversion, literal } from "./conversion";
import { conversionOf, KNOWN } from "./families";
import { problemOf } from "./misfits";
import type { Problem } from "./problems";
import type { Source, SourceColumn, SourceTable } from "./source";
import { type ForeignKey, inOrder, type Target, type TargetColumn, type TargetTable } from "./target";

/** SQLite expressions by `table.column`: what to take instead of a value that Postgres cannot hold. */
export type Replacements = Record<string, string>;

export interface ColumnPlan {
	source: SourceColumn;
	target: TargetColumn;
	/** The value in SQLite's SQL. */
	value: string;
	conversion: Conversion;
	/** All reasons for which a value cannot be taken, by the number that `problem` gives, from 1. */
	reasons: { why: string; hint?: string }[];
	/** SQLite's expression for that number; 0 for a value that can. */
	problem: string;
	/** True only for a value without a problem that no decision is about: cheaper to ask first. */
	plain: string;
	replace?: string;
	/** False for what Postgres makes itself. */
	isCopied: boolean;
}

export interface TablePlan {
	source: SourceTable;
	target: TargetTable;
	columns: ColumnPlan[];
	/** What SQLite reads from: the table, or the table with values replaced. */
	from: string;
	/** Sentences about columns, apart from those that count values. */
	decisions: string[];
	/** Whether the check looks at the bytes of each text. */
	bytes: boolean;
	/** The most bytes that the values of one row have, once the check has seen them all. */
	longest?: number;
}

export interface Plan {
	/** Parents before children. */
	tables: TablePlan[];
	leftAlone: { sqlite: string[]; postgres: string[] };
	foreignKeys: ForeignKey[];
	problems: Problem[];
	/** An expression of the user's is none. */
	isWrong: boolean;
}

/** How each table and column of SQLite goes to Postgres. `bytes`: also looks at the bytes of each text, which takes time. */
export function planOf(source: Source, target: Target, replacements: Replacements, bytes: boolean): Plan {
	const problems: Problem[] = [];
	const tables: TablePlan[] = [];
	const leftAlone: Plan["leftAlone"] = { sqlite: [], postgres: [] };
	const unused = new Set(Object.keys(replacements));
	const pairs = new Map(
		source.tables.map((table) => [table, match(table.name, target.tables, source.tables)] as const),
	);
	for (const [table, found] of pairs) {
		if (found !== undefined) {
			const foreignKeys = target.foreignKeys.filter((key) => key.table === found.name);
			tables.push(tablePlan(table, found, { source, pairs, foreignKeys, replacements, unused, problems, bytes }));
		} else if (table.rows === 0) leftAlone.sqlite.push(table.name);
		else problems.push(missingTable(table));
	}
	const taken = new Set(tables.map((table) => table.target.name));
	leftAlone.postgres = target.tables.map(({ name }) => name).filter((name) => !taken.has(name));
	for (const name of source.virtual) {
		if (match(name, target.tables, []) === undefined) leftAlone.sqlite.push(name);
		else
			problems.push({
				table: name,
				count: 1,
				why: "it is a virtual table in SQLite, which has no rows of its own",
				remedy: "leave the table out of Postgres' schema",
			});
	}
	for (const name of unused) problems.push(uselessReplacement(name));
	const named = tables.map((plan) => ({ name: plan.target.name, plan }));
	return {
		tables: inOrder(named, target.foreignKeys).map(({ plan }) => plan),
		leftAlone,
		foreignKeys: target.foreignKeys,
		problems,
		isWrong: problems.some(({ column, why }) => column !== undefined && why.startsWith(WRONG)),
	};
}

/** The one of the same name; or the one whose name differs in nothing but upper and lower case, where that is certain. */
export function match<T extends { name: string }>(name: string, among: T[], beside: { name: string }[]): T | undefined {
	const exact = among.find((one) => one.name === name);
	if (exact !== undefined) return exact;
	const same = ({ name: other }: { name: string }) => other.toLowerCase() === name.toLowerCase();
	const found = among.filter(same).filter((one) => !beside.some((own) => own.name === one.name));
	return found.length === 1 && beside.filter(same).length <= 1 ? found[0] : undefined;
}

/** How a problem with an expression begins. */
const WRONG = "its replacement";

export interface Context {
	source: Source;
	pairs: Map<SourceTable, TargetTable | undefined>;
	foreignKeys: ForeignKey[];
	replacements: Replacements;
	unused: Set<string>;
	problems: Problem[];
	bytes: boolean;
}

function tablePlan(source: SourceTable, target: TargetTable, context: Context): TablePlan {
	const { problems, replacements, unused } = context;
	const columns: ColumnPlan[] = [];
	const decisions: string[] = [];
	for (const column of source.columns) {
		const found = match(column.name, target.columns, source.columns);
		const value = quotedName(column.name);
		if (found === undefined) {
			if (source.rows > 0 && !column.generated)
				problems.push({
					table: source.name,
					column: column.name,
					count: source.rows,
					why: "Postgres' table has no such column",
					remedy: "have the app's migration make it, or drop it in SQLite",
				});
			continue;
		}
		const conversion = conversionOf(value, quotedName(found.name), found.type);
		if (conversion === undefined) {
			problems.push({
				table: source.name,
				column: column.name,
				count: source.rows,
				why: `there is no rule for the type ${found.type.words}, only for ${KNOWN}`,
				remedy: "give the column in Postgres one of these types",
			});
			continue;
		}
		const replace = replacements[`${source.name}.${column.name}`];
		unused.delete(`${source.name}.${column.name}`);
		if (replace !== undefined) problems.push(...wrongExpression(context.source, source.name, column.name, replace));
		columns.push({
			source: column,
			target: found,
			value,
			conversion,
			...problemOf(source, column, found, conversion, context),
			...(replace !== undefined && { replace }),
			isCopied: !found.generated,
		});
	}
	for (const column of target.columns) {
		if (columns.some((plan) => plan.target === column) || column.generated) continue;
		if (source.columns.some(({ name }) => match(name, [column], source.columns))) continue;
		if (column.notNull && !column.hasDefault && source.rows > 0)
			problems.push({
				table: source.name,
				column: column.name,
				count: source.rows,
				why: "SQLite has no such column, and Postgres wants a value",
				remedy:
					"give it a default in Postgres, or add it in SQLite: both schemas must be of the same version of the app",
			});
		else decisions.push(`${column.name}: SQLite has no such column; Postgres fills it`);
	}
	return { source, target, columns, from: fromOf(source, columns), decisions, bytes: context.bytes };
}

/** Only values that cannot be taken are replaced. */
export function fromOf(source: SourceTable, columns: ColumnPlan[], table = quotedName(source.name)): string {
	if (columns.every(({ replace }) => replace === undefined)) return table;
	const named = columns.map(({ value, replace, problem }) =>
		replace === undefined ? value : `CASE WHEN (${problem}) <> 0 THEN (${replace}) ELSE ${value} END AS ${value}`,
	);
	const taken = new Set(columns.map(({ value }) => value));
	const row = source.row.filter((name) => !taken.has(name)).map((name) => `${name} AS ${name}`);
	return `(SELECT ${[...row, ...named].join(", ")} FROM ${table})`;
}

/** @returns the problem that SQLite has with an expression of the user's, if it has one. */
function wrongExpression(source: Source, table: string, column: string, expression: string): Problem[] {
	try {
		source.database.prepare(`SELECT (${expression}) FROM ${quotedName(table)}`);
		return [];
	} catch (error) {
		const why = `${WRONG} ${literal(expression)} is no expression of SQLite: ${(error as Error).message}`;
		return [{ table, column, count: 1, why, remedy: "correct the expression in replace" }];
	}
}

function missingTable({ name, rows }: SourceTable): Problem {
	return {
		table: name,
		count: rows,
		why: "Postgres has no such table, and it has rows in SQLite",
		remedy: "have the app's migration make it in Postgres, or drop it in SQLite",
	};
}

function uselessReplacement(name: string): Problem {
	return {
		table: name,
		count: 1,
		why: `replace names ${literal(name)}, which is no column that is copied`,
		remedy: 'write it as "table.column", as SQLite has the names',
	};
}
