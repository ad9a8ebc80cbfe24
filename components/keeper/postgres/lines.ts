import type { MoveLine, MoveProgress, MoveReport } from "./report";

/** What a command says, for people. */
export function moveLines(line: MoveLine): string[] {
	if ("progress" in line) return [progressWords(line.progress)];
	if ("report" in line) return reportLines(line.report);
	if ("differences" in line) {
		if (line.differences.length === 0) return ["✓ nothing differs"];
		return line.differences.map(
			({ table, onlyPostgres, onlySqlite }) =>
				`${table}: ${onlyPostgres} rows only in Postgres, ${onlySqlite} only in SQLite`,
		);
	}
	if ("refusal" in line)
		return [`✗ refused (${line.refusal.code}): ${line.refusal.found}`, `  What to do: ${line.refusal.remedy}`];
	return [`✗ ${line.error}`];
}

function progressWords({ doing, table, rows, totalRows, rowsPerSecond, secondsLeft }: MoveProgress): string {
	return `${doing} ${table}: ${rows} of ${totalRows} rows, ${rowsPerSecond} a second, ${secondsLeft} s left`;
}

function reportLines({ tables, verified, seconds, leftAlone, postgres, since }: MoveReport): string[] {
	const rows = tables.reduce((sum, table) => sum + table.rows, 0);
	const alone = [
		...leftAlone.sqlite.map((name) => `${name} of SQLite`),
		...leftAlone.postgres.map((name) => `${name} of Postgres`),
	];
	return [
		`${verified ? "✓" : "✗"} ${postgres}: ${rows} rows of ${tables.length} tables are ${verified ? "the same" : "NOT the same"} on both sides, in ${seconds.total} s`,
		...(since === undefined
			? []
			: [
					`  since the copy of ${since.older}: ${since.out} rows taken out, ${since.in} put in`,
					...since.whole.map((reason) => `  copied whole: ${reason}`),
				]),
		...tables.flatMap(({ name, rows, hash, decisions, replaced }) => [
			`  ${name}: ${rows} rows, ${hash}`,
			...decisions.map((decision) => `    ${decision}`),
			...Object.entries(replaced).map(([column, count]) => `    ${column}: ${count} values replaced as you said`),
		]),
		...(alone.length === 0 ? [] : [`  left alone: ${alone.join(", ")}`]),
	];
}
