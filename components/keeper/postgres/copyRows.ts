import { from as copyFrom } from "pg-copy-streams";
import { quotedName } from "../database";
import type { TablePlan } from "./plan";
import type { Progress } from "./progress";
import { copiedColumns, copyQuery, needLookedAt } from "./rows";
import type { Server } from "./server";
import type { Source } from "./source";

/** Characters that go to the server at once. */
const CHUNK = 128 * 1024;
/** Lines between two looks at what else there is to do. */
const PAUSE = 20_000;

/** What is copied where. */
export interface Copying {
	/** Of Postgres, as SQL names it. */
	table: string;
	/** The columns that COPY names. */
	columns: string;
	/** SQLite's query of the rows, each as one line of COPY's text format. */
	query: string;
	/** Whether the table was emptied in this transaction, so that nobody else can see its rows. */
	isFresh: boolean;
	/** Whether the bytes of each text have been looked at. */
	bytes: boolean;
}

/** Rows as SQLite makes them, in pieces that are worth a message each; no more than the server takes. */
export async function copyRows(
	source: Source,
	server: Server,
	{ table, columns, query, isFresh, bytes }: Copying,
	progress: Progress,
): Promise<void> {
	// Rows that only this transaction can see need no second look at them later on.
	const how = isFresh ? " WITH (FREEZE)" : "";
	const stream = server.stream(copyFrom(`COPY ${table} (${columns}) FROM STDIN${how}`));
	const failed = new Promise<never>((_, reject) => stream.once("error", reject));
	failed.catch(() => {});
	const statement = source.database.prepare(query);
	statement.setReturnArrays(true);
	let lines = "";
	let sent = 0;
	let rows = 0;
	const send = async () => {
		needLookedAt({ bytes }, lines);
		const isFull = !stream.write(Buffer.from(lines));
		lines = "";
		if (isFull) await Promise.race([new Promise<void>((resolve) => stream.once("drain", resolve)), failed]);
		await progress.moved(rows - sent);
		sent = rows;
	};
	try {
		for (const row of statement.iterate() as Iterable<unknown>) {
			lines += `${(row as string[])[0]}\n`;
			rows += 1;
			if (lines.length > CHUNK || rows - sent >= PAUSE) await send();
		}
		await send();
		const ended = new Promise<void>((resolve) => stream.once("finish", () => resolve()));
		stream.end();
		await Promise.race([ended, failed]);
	} catch (error) {
		if (!stream.destroyed)
			await new Promise<void>((resolve) => {
				stream.once("close", () => resolve());
				stream.once("error", () => {});
				stream.destroy(error as Error);
			});
		throw error;
	}
}

/** All rows of a table, into one that is empty. */
export async function copyTable(source: Source, server: Server, table: TablePlan, progress: Progress): Promise<void> {
	const { target, bytes } = table;
	const columns = copiedColumns(table);
	if (columns === "" || table.source.rows === 0) return;
	progress.on(target.name);
	const copying = { table: quotedName(target.name), columns, query: copyQuery(table), bytes };
	await copyRows(source, server, { ...copying, isFresh: !target.isPartitioned }, progress);
}
