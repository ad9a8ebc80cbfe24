import { from as copyFrom } from "pg-copy-streams";
import { quotedName } from "../database";
import { blocksOf } from "./blocks";
import type { TablePlan } from "./plan";
import type { Progress } from "./progress";
import { copiedColumns, copyLine, FORMAT } from "./rows";
import type { Server } from "./server";
import type { Source } from "./source";

/** What is copied where. */
export interface Copying {
	/** Of Postgres, as SQL names it. */
	table: string;
	/** The columns that COPY names. */
	columns: string;
	/** What is read of SQLite. */
	rows: TablePlan;
	/** Whether the table was emptied in this transaction, so that nobody else can see its rows. */
	isFresh: boolean;
}

/** Rows as SQLite makes them, in pieces that are worth a message each; no more than the server takes. */
export async function copyRows(
	source: Source,
	server: Server,
	{ table, columns, rows: plan, isFresh }: Copying,
	progress: Progress,
): Promise<void> {
	// Rows that only this transaction can see need no second look at them later on.
	const how = isFresh ? `${FORMAT}, FREEZE` : FORMAT;
	const stream = server.stream(copyFrom(`COPY ${table} (${columns}) FROM STDIN WITH (${how})`));
	const failed = new Promise<never>((_, reject) => stream.once("error", reject));
	failed.catch(() => {});
	try {
		for (const { bytes, rows } of blocksOf(source, plan, copyLine(plan), "line")) {
			const isFull = !stream.write(bytes);
			if (isFull) await Promise.race([new Promise<void>((resolve) => stream.once("drain", resolve)), failed]);
			await progress.moved(rows);
		}
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
	const { target } = table;
	const columns = copiedColumns(table);
	if (columns === "" || table.source.rows === 0) return;
	progress.on(target.name);
	const copying = { table: quotedName(target.name), columns, rows: table };
	await copyRows(source, server, { ...copying, isFresh: !target.isPartitioned }, progress);
}
