import { readFileSync } from "node:fs";
import { Refusal } from "../refusal";

/** What the name of a rehearsal's database ends with. */
export const REHEARSAL_SUFFIX = "_rehearsal";

/** Whether a server was named at all. Without one, nothing of Postgres is loaded. */
export function hasPostgres({ HOLDFAST_POSTGRES_URL_FILE, HOLDFAST_POSTGRES_URL }: NodeJS.ProcessEnv): boolean {
	return Boolean(HOLDFAST_POSTGRES_URL_FILE || HOLDFAST_POSTGRES_URL);
}

/** The server's URL, with its password. Never to be shown. */
export function postgresUrl(environment: NodeJS.ProcessEnv): string {
	const { HOLDFAST_POSTGRES_URL_FILE: file, HOLDFAST_POSTGRES_URL: given } = environment;
	const url = given || (file === undefined ? "" : contentOf(file));
	if (/^postgres(ql)?:\/\/[^/]*\/[^/?]+/.test(url)) return url;
	throw new Refusal(
		"postgres-unreachable",
		file === undefined
			? "HOLDFAST_POSTGRES_URL is not set to postgresql://user:password@host:5432/database"
			: `${file} does not hold postgresql://user:password@host:5432/database`,
		file === undefined
			? "set holdfast:database to sqlite, or add the Postgres server"
			: "wait until the server's container has started; docker logs of it say why it does not",
	);
}

/** Name of the database in a URL. */
export function databaseIn(url: string): string {
	return decodeURIComponent(/^[^/]*\/\/[^/]*\/([^/?]+)/.exec(url)?.[1] ?? "");
}

/** The same server with another database. */
export function withDatabase(url: string, name: string): string {
	return url.replace(/^([^/]*\/\/[^/]*\/)[^/?]+/, (_all, before: string) => `${before}${encodeURIComponent(name)}`);
}

function contentOf(file: string): string {
	try {
		return readFileSync(file, "utf8").trim();
	} catch {
		return "";
	}
}
