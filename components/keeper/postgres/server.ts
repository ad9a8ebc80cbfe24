import { readFileSync } from "node:fs";
import { Client, type QueryResultRow } from "pg";
import { Refusal } from "../refusal";

/** What both sides write must not depend on where the server stands or how it is set up. */
const SESSION = [
	"SET TimeZone = 'UTC'",
	"SET DateStyle = 'ISO, YMD'",
	"SET IntervalStyle = 'iso_8601'",
	"SET extra_float_digits = 1",
	"SET bytea_output = 'hex'",
	"SET client_encoding = 'UTF8'",
	"SET standard_conforming_strings = on",
	"SET search_path = public",
	// A policy that hides rows is an error then, instead of rows that are not counted.
	"SET row_security = off",
	"SET statement_timeout = 0",
	"SET idle_in_transaction_session_timeout = 0",
	"SET application_name = 'holdfast'",
].join("; ");
/** Where the keeper notes what it wrote. */
const OWN_SCHEMA = "holdfast";
/** Milliseconds for the server to answer. */
const CONNECT = 20_000;

/** A connection to one database, as all that copies or compares needs it. */
export class Server {
	private constructor(
		private readonly client: Client,
		/** Where it is, without a password. */
		readonly words: string,
	) {}

	/** @throws {Refusal} where no server is named, or none answers. */
	static async connect(database?: string): Promise<Server> {
		const { url, where } = urlOf(process.env);
		if (database !== undefined) url.pathname = `/${encodeURIComponent(database)}`;
		const client = new Client({
			connectionString: url.href,
			connectionTimeoutMillis: CONNECT,
			keepAlive: true,
		});
		// A connection that breaks is told by the query that needs it.
		client.on("error", () => {});
		const words = wordsOf(url);
		try {
			await client.connect();
			await client.query(SESSION);
		} catch (error) {
			await client.end().catch(() => {});
			throw new Refusal(
				"postgres-unreachable",
				`${words} (from ${where}): ${(error as Error).message}`,
				"start the server, or correct the URL; this is tried again by the next run",
			);
		}
		const server = new Server(client, words);
		await server.needSuitable();
		return server;
	}

	async rows<T extends QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> {
		return (await this.client.query<T>(text, values)).rows;
	}

	async one<T extends QueryResultRow>(text: string, values: unknown[] = []): Promise<T> {
		const [row] = await this.rows<T>(text, values);
		if (row === undefined) throw new Error(`the server answered without a row: ${text.slice(0, 80)}`);
		return row;
	}

	/** Statements without a result. */
	async run(...statements: string[]): Promise<void> {
		for (const statement of statements) await this.client.query(statement);
	}

	/** A stream of COPY, or another that speaks with the server itself. */
	stream<T extends NodeJS.WritableStream | NodeJS.ReadableStream>(query: T): T {
		return this.client.query(query as never) as unknown as T;
	}

	async close(): Promise<void> {
		await this.client.end().catch(() => {});
	}

	private async needSuitable(): Promise<void> {
		const { encoding, role } = await this.one<{ encoding: string; role: string }>(
			"SELECT current_setting('server_encoding') AS encoding, current_user::text AS role",
		);
		const refuse = async (found: string, remedy: string) => {
			await this.close();
			return new Refusal("postgres-unsuitable", `${this.words} ${found}`, remedy);
		};
		if (encoding !== "UTF8")
			throw await refuse(
				`has the encoding ${encoding}; SQLite's text is UTF-8`,
				"create the database with ENCODING 'UTF8' TEMPLATE template0",
			);
		if (role === OWN_SCHEMA)
			throw await refuse(
				`is used as the role ${role}: Postgres would put the app's tables into the schema of that name, which is the keeper's own`,
				"give the app's role another name",
			);
	}
}

/** The URL that the environment names, and which variable did. */
export function urlOf(env: NodeJS.ProcessEnv): { url: URL; where: string } {
	const { HOLDFAST_POSTGRES_URL_FILE: file, HOLDFAST_POSTGRES_URL: direct } = env;
	const where = file ? `HOLDFAST_POSTGRES_URL_FILE ${file}` : "HOLDFAST_POSTGRES_URL";
	const refuse = (found: string) =>
		new Refusal(
			"postgres-unreachable",
			`${where}: ${found}`,
			"give one URL such as postgresql://user:password@host:5432/database, in the file that HOLDFAST_POSTGRES_URL_FILE names",
		);
	let text = direct ?? "";
	if (file) {
		try {
			text = readFileSync(file, "utf8");
		} catch (error) {
			throw refuse((error as Error).message);
		}
	}
	text = text.trim();
	if (text === "") throw refuse("there is no URL");
	// What pg understands and the URL standard does not: a user without a host, as with a socket's directory.
	const standard = text.replace(/^(postgres(?:ql)?:\/\/[^/?#]*@)(\/)/, "$1localhost$2");
	// The text itself is not told: it holds the password.
	if (!URL.canParse(standard)) throw refuse("it holds no URL that can be read; are all special characters encoded?");
	const url = new URL(standard);
	if (!/^postgres(ql)?:$/.test(url.protocol)) throw refuse(`it begins with ${url.protocol}, not with postgresql:`);
	if (url.pathname.length < 2) throw refuse("it names no database");
	return { url, where };
}

/** A URL as a person may see it. */
export function wordsOf(url: URL): string {
	const socket = url.searchParams.get("host");
	return `postgresql://${url.username}@${socket ?? url.host}${url.pathname}`;
}
