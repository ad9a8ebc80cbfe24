import { inspect } from "./inspect";

/** Milliseconds before rows are counted again. */
const AGAIN = 60_000;

/** The rows of each table, as they were counted last: a count reads the whole database. */
export class RowCount {
	private rows: { counted: string; tables: Record<string, number> } | undefined;
	private counting: Promise<void> | undefined;

	constructor(private readonly database: string) {}

	/** What is known now. Where that is old, they are counted for the next one who asks. */
	recent(): { counted: string; tables: Record<string, number> } | undefined {
		const age = Date.now() - Date.parse(this.rows?.counted ?? "1970-01-01");
		if (this.counting === undefined && age >= AGAIN) this.count();
		return this.rows;
	}

	private count(): void {
		this.counting = inspect("rows", this.database)
			.then(({ rows }) => {
				this.rows = { counted: new Date().toISOString(), tables: rows };
			})
			// No database yet, or one that cannot be read: the status says so elsewhere.
			.catch(() => {})
			.finally(() => {
				this.counting = undefined;
			});
	}
}
