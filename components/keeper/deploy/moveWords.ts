import type { MoveReport, TableDifference } from "../postgres/report";
import { Refusal } from "../refusal";
import { counted } from "./shape";

/** What a person wants to know of a copy. */
export function reportLines({ direction, tables, seconds, leftAlone, since }: MoveReport): string[] {
	const rows = tables.reduce((sum, table) => sum + table.rows, 0);
	const to = direction === "to-postgres" ? "Postgres" : "SQLite";
	const only = [
		...leftAlone.sqlite.map((name) => `${name} (SQLite)`),
		...leftAlone.postgres.map((name) => `${name} (Postgres)`),
	];
	return [
		`${counted(tables.length, "table")} with ${counted(rows, "row")} are in ${to}, and every row is the same on both sides: ` +
			`copied in ${seconds.copy.toFixed(1)} s, compared in ${seconds.verify.toFixed(1)} s`,
		...(since === undefined
			? []
			: [
					`since the copy before, ${counted(since.in, "row")} came or changed, and ${counted(since.out, "row")} went or changed`,
					...since.whole.map((reason) => `copied whole: ${reason}`),
				]),
		...tables.flatMap(({ name, decisions, replaced }) => [
			...decisions.map((decision) => `${name}: ${decision}`),
			...Object.entries(replaced).map(
				([column, count]) => `${name}.${column}: ${counted(count, "value")} replaced, as you said`,
			),
		]),
		...(only.length === 0 ? [] : [`only on one side, and left alone: ${only.join(", ")}`]),
	];
}

export function differenceWords(differences: TableDifference[]): string {
	const each = differences.map(({ table, onlyPostgres, onlySqlite }) => {
		const gone = onlySqlite > onlyPostgres ? `, ${onlySqlite - onlyPostgres} fewer than SQLite` : "";
		return `${table} ${onlyPostgres}${gone}`;
	});
	return `rows were written or changed in Postgres since the switch (${each.join("; ")})`;
}

export function newerRows(differences: TableDifference[]): Refusal {
	return new Refusal(
		"postgres-has-newer-rows",
		differenceWords(differences),
		"holdfast:postgres with return: copy copies them back to SQLite and compares; return: leave goes back without them, and leaves them in Postgres",
	);
}

export function settled(): Refusal {
	return new Refusal(
		"postgres-has-newer-rows",
		"the move to Postgres is settled, so no setting leads back",
		"keep holdfast:database: postgres; by hand: export the rows, and begin another stack with them as initialData",
	);
}

export function notYetSettled(): Refusal {
	return new Refusal(
		"settings-wrong",
		"holdfast:postgres says settled: true, and the move has not been made",
		"take settled out, move, and settle once all is well",
	);
}

export function noSnapshot(): Refusal {
	return new Refusal(
		"restore-target",
		"a snapshot is one of SQLite, and the data of this version is, or was until now, in Postgres",
		"npm run rollback with keep-data; to go back to SQLite, set holdfast:database to sqlite first",
	);
}
