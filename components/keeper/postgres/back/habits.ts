import type { ColumnPlan, TablePlan } from "../plan";
import type { Source } from "../source";
import { type Form, formOf, type Habits, SHAPED } from "./forms";

/** How many ways of writing are looked at. */
const WAYS = 20;

/** Types whose values a column that is none of text may hold as numbers. */
const TEXTS = ["text", "varchar", "bpchar", "citext", "json", "jsonb"];

/** How new values of each column are written, by those that the column has. */
export function formsOf(source: Source, table: TablePlan): Map<ColumnPlan, Form> {
	return new Map(table.columns.map((column) => [column, formOf(column.target.type, habitsOf(source, table, column))]));
}

function habitsOf(
	source: Source,
	{ from }: TablePlan,
	{ value, source: column, target: { type } }: ColumnPlan,
): Habits {
	const isText = /CHAR|CLOB|TEXT/i.test(column.declared) && !/INT/i.test(column.declared);
	const most = (what: string, where: string) =>
		source
			.all<{ way: string }>(
				`SELECT ${what} AS way FROM ${from} WHERE ${where} GROUP BY way ORDER BY count(*) DESC, way LIMIT ${WAYS}`,
			)
			.map(({ way }) => way);
	const shapes = SHAPED.includes(type.name) ? most(shapeOf(value, type.name), `typeof(${value}) = 'text'`) : [];
	const isAsked = type.name === "numeric" || (TEXTS.includes(type.name) && !isText);
	const [storage] = isAsked ? most(`typeof(${value})`, `${value} IS NOT NULL`) : [];
	return { shapes, isText, ...(storage !== undefined && { storage }) };
}

/** Of a UUID its dashes and the case of its letters; those without letters have none. */
function shapeOf(value: string, type: string): string {
	if (type === "uuid")
		return `CASE WHEN instr(${value}, '-') THEN '-' ELSE '' END || CASE WHEN ${value} GLOB '*[A-F]*' THEN 'A' ELSE 'a' END`;
	return [..."123456789"].reduce((text, digit) => `replace(${text}, '${digit}', '0')`, value);
}
