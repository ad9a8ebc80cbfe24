import { quotedName } from "../database";
import type { Conversion } from "./conversion";
import type { Context } from "./plan";
import type { SourceColumn, SourceTable } from "./source";
import type { TargetColumn } from "./target";

/** The expressions that find a value which cannot be taken, and the reasons behind the numbers of one. */
export function problemOf(
	table: SourceTable,
	column: SourceColumn,
	target: TargetColumn,
	conversion: Conversion,
	{ pairs, foreignKeys, bytes }: Context,
) {
	const value = quotedName(column.name);
	const reasons: { why: string; hint?: string }[] = [];
	const number = (why: string, hint?: string) => reasons.push({ why, ...(hint !== undefined && { hint }) });
	const isNull = target.notNull && !target.generated ? number("it is NULL, and Postgres wants a value") : 0;
	// Before all else, for most of SQLite's functions see a text only up to its first NUL.
	const withoutNul = `holdfast_without_nul(CAST(${value} AS BLOB))`;
	const hasNul = `WHEN typeof(${value}) = 'text' AND instr(${value}, char(0)) THEN ${number("Postgres cannot hold the character NUL", withoutNul)}`;
	const misfits = conversion.reasons.map(({ when, why, hint }) => `WHEN ${when} THEN ${number(why, hint)}`);
	const other = number(`${target.type.words} cannot hold it`);
	const more: string[] = [];
	const misses =
		conversion.plain === undefined
			? [
					`typeof(${value}) = 'text' AND instr(${value}, char(0))`,
					`(${conversion.fits}) IS NOT TRUE`,
					...conversion.decisions.map(({ when }) => when),
				]
			: [`(${conversion.plain}) IS NOT TRUE`];
	const add = (when: string, why: string, hint: string) => {
		more.push(`WHEN ${when} THEN ${number(why, hint)}`);
		misses.push(when);
	};
	if (bytes)
		add(
			`typeof(${value}) = 'text' AND NOT holdfast_is_utf8(CAST(${value} AS BLOB))`,
			"its bytes are no UTF-8",
			`hex(${value})`,
		);
	for (const { columns, parent, parentColumns, isValid } of foreignKeys) {
		if (columns.length !== 1 || columns[0] !== target.name || !isValid) continue;
		const [above] = [...pairs].find(([, found]) => found?.name === parent) ?? [];
		const key = above?.columns.find(({ name }) => name.toLowerCase() === parentColumns[0]?.toLowerCase());
		if (above === undefined || key === undefined) continue;
		const [from, held] = [quotedName(above.name), quotedName(key.name)];
		const isSelf = above === table;
		add(
			`${value} NOT IN (SELECT ${held} FROM ${from} WHERE ${held} IS NOT NULL)`,
			`no row of ${isSelf ? "its own table" : above.name} has this ${key.name}`,
			"NULL",
		);
	}
	const problem = `CASE WHEN ${value} IS NULL THEN ${isNull} ${hasNul} WHEN (${conversion.fits}) IS NOT TRUE THEN CASE ${misfits.join(" ")} ELSE ${other} END ${more.join(" ")} ELSE 0 END`;
	// Only where CASE asks is a part of a condition left out when another one has decided.
	const plain = `CASE WHEN ${value} IS NULL THEN ${isNull === 0 ? 1 : 0} ${misses.map((when) => `WHEN ${when} THEN 0`).join(" ")} ELSE 1 END`;
	return { reasons, problem, plain };
}
