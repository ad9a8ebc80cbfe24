import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { Refusal } from "../refusal";
import { withClient } from "./client";
import { databaseIn, REHEARSAL_SUFFIX, withDatabase } from "./location";

/** Milliseconds between two tries of a connection. */
const RETRY = 250;
/** Bytes of a name in Postgres. */
const LONGEST_NAME = 63;
/** The database of whoever has to leave the app's own alone. */
const MAINTENANCE = "postgres";
/** How Postgres says that there is no such database. */
const NO_DATABASE = "3D000";

/** What the comment of a database says that the keeper did with it. */
const MARKS = {
	/** Made, or found empty, for a move: no app has written to it. */
	move: "holdfast: for a move; no app was let in on it",
	/** An app was let in on it, and may have written. */
	served: "holdfast: an app was let in on it",
	rehearsal: "holdfast: for a rehearsal",
};
type Mark = keyof typeof MARKS;

interface Found {
	mark: Mark | undefined;
	tables: number;
	/** One of those with rows. */
	filled?: string;
}

/** The Postgres server of an app, and the databases on it that are ours to make, to name and to drop. */
export class Databases {
	constructor(private readonly url: () => string) {}

	/** Waits until it answers. Returns in words why it does not. */
	async unreachable(seconds: number): Promise<string | undefined> {
		for (const end = performance.now() + seconds * 1000; ; await sleep(RETRY)) {
			try {
				await this.on(this.name, async (client) => client.query("SELECT 1"), true);
				return undefined;
			} catch (error) {
				if (performance.now() > end) return (error as Error).message;
			}
		}
	}

	/**
	 * Makes the app's database ready for what a migration and a copy write: an empty one. One that has served, or that an
	 * earlier move has left, is set aside, never deleted.
	 *
	 * @param isKnown whether we know of whatever an app has written to it, and that it is not the newest data
	 * @throws {Refusal} where there are rows that we know nothing of.
	 */
	async prepare(isKnown: boolean, tell: (line: string) => void): Promise<void> {
		const { name } = this;
		const found = await this.look(name);
		if (found === undefined) return this.make(name, "move");
		if (found.tables === 0 && found.mark !== "served") return this.mark(name, "move");
		if (found.mark === "served" && !isKnown) {
			throw new Refusal(
				"postgres-not-empty",
				`an app has already served on the Postgres database ${name}, and this host does not know of that`,
				`if its rows are the newest: npm run keeper -- accept-postgres; if they may go aside: ALTER DATABASE "${name}" RENAME TO another name`,
			);
		}
		if (found.mark === "move" || found.mark === "served") {
			const aside = await this.setAside();
			return tell(`the Postgres database of before was set aside, not deleted: ${aside}`);
		}
		if (found.filled !== undefined) {
			throw new Refusal(
				"postgres-not-empty",
				`the Postgres database ${name} has rows that no move has written, such as in the table ${found.filled}`,
				`give the move an empty database: ALTER DATABASE "${name}" RENAME TO another name, then run this again`,
			);
		}
		await this.mark(name, "move");
	}

	/**
	 * One that is new and empty, in place of a server or a volume that was lost, would look like an app that begins.
	 *
	 * @throws {Refusal} where it is neither one that we know nor has a table
	 */
	async needKnown(): Promise<void> {
		const { name } = this;
		const found = await this.look(name);
		if (found !== undefined && (found.mark !== undefined || found.tables > 0)) return;
		throw new Refusal(
			"data-gone",
			`the app has its data in Postgres, and the database ${name} ${found === undefined ? "is not there" : "has no table, nor did any move write to it"}: is it another server, or a new volume?`,
			"bring the server's volume back, or pg_restore --no-owner the newest of the dumps in the backup store into this database; then it goes on by itself",
		);
	}

	/** From now on, its rows may be the only ones. */
	letIn(): Promise<void> {
		return this.mark(this.name, "served");
	}

	/** Gives the database another name, and makes a new one. Returns the name. */
	async setAside(): Promise<string> {
		const { name } = this;
		const stamp = new Date()
			.toISOString()
			.replace(/[-:]|\..*/g, "")
			.toLowerCase();
		const suffix = `_set_aside_${stamp}`;
		const aside = `${name.slice(0, LONGEST_NAME - suffix.length)}${suffix}`;
		await this.on(MAINTENANCE, async (client) => {
			await endSessions(client, name);
			await client.query(`ALTER DATABASE ${quoted(name)} RENAME TO ${quoted(aside)}`);
		});
		await this.make(name, "move");
		return aside;
	}

	/** The same where an app was let in on it. */
	async setAsideServed(): Promise<string | undefined> {
		return (await this.look(this.name))?.mark === "served" ? this.setAside() : undefined;
	}

	/** An empty database for a rehearsal. Returns its name. */
	async makeRehearsal(): Promise<string> {
		await this.dropRehearsal();
		const name = this.rehearsal;
		await this.make(name, "rehearsal");
		return name;
	}

	/** @throws {Refusal} where it is not ours. */
	async dropRehearsal(): Promise<void> {
		const name = this.rehearsal;
		const found = await this.look(name);
		if (found === undefined) return;
		if (found.mark !== "rehearsal" && found.tables > 0) {
			throw new Refusal(
				"postgres-not-empty",
				`there is a Postgres database ${name} which no rehearsal has made, and a rehearsal would drop it`,
				`ALTER DATABASE "${name}" RENAME TO another name, then run this again`,
			);
		}
		await this.on(MAINTENANCE, async (client) => {
			await endSessions(client, name);
			await client.query(`DROP DATABASE IF EXISTS ${quoted(name)}`);
		});
	}

	get name(): string {
		return databaseIn(this.url());
	}

	private get rehearsal(): string {
		return `${this.name}${REHEARSAL_SUFFIX}`;
	}

	/** Undefined where there is no such database. */
	private async look(name: string): Promise<Found | undefined> {
		try {
			return await this.on(name, async (client) => {
				const { rows: comments } = await client.query<{ comment: string | null }>(
					"SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = current_database()",
				);
				const { rows: tables } = await client.query<{ table: string }>(
					`SELECT format('%I.%I', nspname, relname) AS table FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
					WHERE relkind IN ('r', 'p', 'f', 'm') AND nspname NOT IN ('information_schema', 'holdfast') AND nspname !~ '^pg_'
					AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')`,
				);
				const mark = (Object.keys(MARKS) as Mark[]).find((each) => MARKS[each] === comments[0]?.comment);
				for (const { table } of tables) {
					const { rows } = await client.query(`SELECT FROM ${table} LIMIT 1`);
					if (rows.length > 0) return { mark, tables: tables.length, filled: table };
				}
				return { mark, tables: tables.length };
			});
		} catch (error) {
			if ((error as { code?: string }).code === NO_DATABASE) return undefined;
			throw error;
		}
	}

	private async make(name: string, mark: Mark): Promise<void> {
		await this.on(MAINTENANCE, async (client) => client.query(`CREATE DATABASE ${quoted(name)}`));
		await this.mark(name, mark);
	}

	private async mark(name: string, mark: Mark): Promise<void> {
		await this.on(name, async (client) => {
			await client.query(`COMMENT ON DATABASE ${quoted(name)} IS '${MARKS[mark]}'`);
		});
	}

	private on<T>(name: string, work: (client: Client) => Promise<T>, isProbe = false): Promise<T> {
		return withClient(withDatabase(this.url(), name), work, isProbe);
	}
}

/** Of the app's role, which is ours: a database that somebody uses cannot be renamed or dropped. */
async function endSessions(client: Client, database: string): Promise<void> {
	await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [database]);
}

function quoted(name: string): string {
	return `"${name.replaceAll('"', '""')}"`;
}
