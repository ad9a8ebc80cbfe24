/** What a copy between SQLite and Postgres did, and what it found. Printed, and kept in the backup store. */
export interface MoveReport {
	direction: "to-postgres" | "to-sqlite";
	/** The SQLite file. */
	sqlite: string;
	/** The Postgres database, without its password. */
	postgres: string;
	/** When it began, as ISO 8601. */
	began: string;
	/** Seconds that each part took. */
	seconds: { copy: number; verify: number; total: number };
	/** All tables that both sides have, in the order in which they were copied. */
	tables: TableReport[];
	/** Tables that only one side has, and were left alone. */
	leftAlone: { sqlite: string[]; postgres: string[] };
	/** True only where counts and hashes of the rows are the same on both sides, for every table. */
	verified: boolean;
	/** Where only what has changed since an earlier copy was copied. */
	since?: SinceReport;
}

/** What a copy found that follows another one. */
export interface SinceReport {
	/** The SQLite file of the copy before. */
	older: string;
	/** Rows that were taken out, and rows that were copied; a changed one counts in both. */
	out: number;
	in: number;
	/** Why tables were copied whole: one sentence each. */
	whole: string[];
}

export interface TableReport {
	name: string;
	rows: number;
	/** Sum of the canonical rows' 64-bit hashes, the same on both sides: 16 hexadecimal digits. */
	hash: string;
	/** What was decided for its columns, where the types do not simply match: one sentence each. */
	decisions: string[];
	/** Values that could not be held and were replaced as the user said, by column. */
	replaced: Record<string, number>;
}

/** How rows of a table differ between both sides. */
export interface TableDifference {
	table: string;
	/** Rows that only Postgres has, with values that SQLite has not. A changed row counts here and below. */
	onlyPostgres: number;
	/** Rows that only SQLite has. */
	onlySqlite: number;
}

/** How far a copy is. */
export interface MoveProgress {
	doing: "check" | "copy" | "verify";
	table: string;
	rows: number;
	totalRows: number;
	rowsPerSecond: number;
	secondsLeft: number;
}

/** One line of JSON on the standard output of `keeper postgres … --json`. The last one is not progress. */
export type MoveLine =
	| { progress: MoveProgress }
	| { report: MoveReport }
	| { differences: TableDifference[] }
	| { refusal: { code: string; found: string; remedy: string } }
	| { error: string };
