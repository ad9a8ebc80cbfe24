import type * as pulumi from "@pulumi/pulumi";
import type { AppArgs, DataDirectoryArgs } from "./app";
import { DEFAULT_VARIABLES } from "./app";
import { type Problem, shown } from "./validate";

/** Where an app has its data: in the SQLite file, or in Postgres once it has moved there. */
export type Database = "sqlite" | "postgres";

/** How an app moves to Postgres, and back. */
export interface MoveArgs {
	/**
	 * By `table.column`, what is taken instead of a value that Postgres cannot hold: an SQLite expression over the row, or
	 * `NULL`. Only such values are replaced; the report counts them. @default - such a value stops the move, and is named
	 */
	replace?: Record<string, string>;
	/**
	 * On the way back to SQLite, what becomes of the rows that were written to Postgres since: `copy` brings them back,
	 * verified; `leave` goes on with SQLite as it was at the switch, and they stay in Postgres.
	 * @default - where there are any, the way back is refused
	 */
	return?: "copy" | "leave";
	/** The move is done: the replica of SQLite may expire as usual, and no setting leads back. @default false */
	settled?: boolean;
	/** What the URL begins with that the app gets, such as `postgresql+asyncpg`. @default "postgresql" */
	urlScheme?: string;
}

/** Where the containers of a platform that mounts files see the server's URL, which has its password. */
export const POSTGRES_URL_DIRECTORY = "/run/holdfast-postgres";
export const POSTGRES_URL_FILE = `${POSTGRES_URL_DIRECTORY}/url`;

/** What comes after a database's name for the one in which a deploy is rehearsed. */
export const REHEARSAL_SUFFIX = "_rehearsal";
/** A name of Postgres has 63 bytes, and `_holdfast_dump` comes after some. */
const LONGEST_NAME = 40;

/** What a server of any platform says of itself. */
export interface PostgresServer {
	/** What it is called on its platform. */
	readonly server: pulumi.Output<string>;
	/** Name of the database. */
	readonly database: pulumi.Output<string>;
	/** Name of the role that owns it. */
	readonly user: pulumi.Output<string>;
}

/** The name that role and database get by themselves. */
export function postgresName(name: string): string {
	return name.replaceAll("-", "_");
}

/** What is wrong with a name of a database and its role. */
export function postgresNameProblems(propertyPath: string, name: unknown): Problem[] {
	const isName = typeof name === "string" && /^[a-z][a-z0-9_]*$/.test(name) && name.length <= LONGEST_NAME;
	if (isName && name !== "postgres" && name !== "holdfast" && !name.startsWith("pg_") && !/^template[01]$/.test(name))
		return [];
	const reason = `must be lower-case letters, digits and _, begin with a letter, have at most ${LONGEST_NAME} characters and be none of the server's own, such as postgres or pg_… (got ${shown(name)})`;
	return [{ propertyPath, reason }];
}

/** The variables by which an app finds its database: those that get the URL, whichever database it is. */
export function urlVariables({ variables = DEFAULT_VARIABLES }: Pick<DataDirectoryArgs, "variables">): string[] {
	return Object.keys(variables).filter((name) => variables[name] === "url");
}

/** What a move rests on, on every platform. */
export interface MovableArgs extends Pick<AppArgs, "data"> {
	database?: Database;
	/** The server: a component of the platform. */
	postgres?: unknown;
	move?: MoveArgs;
	/** `false`: there is no keeper. */
	backup?: unknown;
}

/** Everything that is wrong with the choice of a database and with the move. */
export function moveProblems({ database = "sqlite", postgres, move, backup, data }: MovableArgs): Problem[] {
	const problems: Problem[] = [];
	const add = (propertyPath: string, reason: string) => problems.push({ propertyPath, reason });
	if (!["sqlite", "postgres"].includes(database)) {
		add("database", `must be one of sqlite, postgres (got ${shown(database)})`);
	}
	if (postgres === undefined) {
		if (database === "postgres") {
			add(
				"database",
				'needs a server for postgres (got "postgres" and no postgres): give one, or set database to sqlite',
			);
		}
		if (move !== undefined) {
			add("move", `needs a server to move to (got ${shown(move)} and no postgres): give one, or leave move out`);
		}
		return problems;
	}
	if (backup === false) {
		add(
			"postgres",
			"needs a backup, whose keeper copies and verifies every row (got backup: false): leave one of the two out",
		);
	}
	if (urlVariables(data ?? {}).length === 0) {
		add(
			"postgres",
			`needs a variable of the form url, by which the app finds its database (got data.variables ${shown(data.variables)}): add one such as DATABASE_URL: url`,
		);
	}
	return [...problems, ...argumentProblems(database, move)];
}

function argumentProblems(database: Database, { replace = {}, return: back, settled, urlScheme }: MoveArgs = {}) {
	const problems: Problem[] = [];
	const add = (propertyPath: string, reason: string) => problems.push({ propertyPath, reason });
	for (const [column, expression] of Object.entries(replace)) {
		if (!/^[^.]+\.[^.]+$/.test(column)) {
			add(
				`move.replace.${column}`,
				`must be called as a table and its column, such as notes.text (got ${shown(column)})`,
			);
		}
		if (typeof expression !== "string" || expression.trim() === "") {
			add(`move.replace.${column}`, `must be an SQLite expression, or NULL (got ${shown(expression)})`);
		}
	}
	if (back !== undefined && !["copy", "leave"].includes(back)) {
		add("move.return", `must be one of copy, leave (got ${shown(back)})`);
	} else if (back !== undefined && database === "postgres") {
		add(
			"move.return",
			`is for the way back to SQLite (got ${shown(back)} and database: postgres): leave one of the two out`,
		);
	}
	if (settled === true && database !== "postgres") {
		add(
			"move.settled",
			"must not be without database: postgres, for there is no move to settle (got true): leave it out",
		);
	}
	if (urlScheme !== undefined && !/^postgres(ql)?(\+\w+)?$/.test(urlScheme)) {
		add(
			"move.urlScheme",
			`must be postgresql or postgresql+driver, such as postgresql+asyncpg (got ${shown(urlScheme)})`,
		);
	}
	return problems;
}

/** Where the data is to be, how it gets there, and how the app finds it: undefined without a server. */
export function movingOf({
	database = "sqlite",
	postgres,
	move: { urlScheme = "postgresql", ...move } = {},
	data,
}: MovableArgs) {
	if (postgres === undefined) return undefined;
	const urls = Object.fromEntries(urlVariables(data).map((variable) => [variable, urlScheme]));
	return { database, move: { rehearse: database === "sqlite", ...move }, urls };
}
