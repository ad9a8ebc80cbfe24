/** A fault of the catalogue: a SQLite file, the schema that the app's own migrations make in Postgres, and what comes of it. */
export interface Fault {
	number: number;
	what: string;
	/** The script that makes the SQLite file. */
	sqlite: string;
	/** The schema in Postgres. */
	postgres: string;
	/** What is asked of Postgres afterwards, of the keeper's copy and of pgloader's. */
	read: string;
	/** What that gives after the keeper's copy: written down by hand from the script above, a line for each row. */
	rows: string[];
	/** Where the copy stops first. */
	stops?: {
		/** What the refusal has to name, all of it at once: where each value is that cannot be held, and what it is. */
		named: [column: string, row: number, value: string][];
		/** What the user says then, */
		replace?: Record<string, string>;
		/** or mends in the SQLite file. */
		mend?: string;
	};
	/** What pgloader does with the same file by its defaults, which make the tables too. */
	pgloader: string[] | RegExp;
}
