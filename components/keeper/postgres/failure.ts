import { Refusal } from "../refusal";

interface ServerError extends Error {
	code?: string;
	detail?: string;
	table?: string;
	column?: string;
	constraint?: string;
	where?: string;
}

/** Classes of errors that speak of the data: 22 a value, 23 a constraint. */
const OF_DATA = /^2[23]/;

/** What the server will not take, in words that name table, constraint and value; another error as it is. */
export function asRefusal(error: unknown): unknown {
	const { code, message, detail, table, column, constraint, where } = error as ServerError;
	if (!(error instanceof Error) || error instanceof Refusal || code === undefined) return error;
	if (code === "55P03")
		return new Refusal(
			"move-foreign-rows",
			`the tables are in use: ${message}`,
			"stop what else writes to this database, and run the copy again",
		);
	if (!OF_DATA.test(code)) return error;
	const place = [table, column].filter(Boolean).join(".");
	const rule = constraint === undefined ? "" : `, by its constraint ${constraint}`;
	return new Refusal(
		"move-unfit",
		`nothing was copied: Postgres refuses${place === "" ? "" : ` ${place}`}${rule}: ${[message, detail, where].filter(Boolean).join("; ")}`,
		"correct these rows in SQLite, or change the schema in Postgres, and run the copy again",
	);
}
