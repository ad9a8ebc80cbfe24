import type { TablePlan } from "../plan";
import type { Server } from "../server";
import type { Source } from "../source";

/** AUTOINCREMENT never gives an id again, on either side. Returns whether a count was raised. */
export async function continueCounts(source: Source, server: Server, tables: TablePlan[]): Promise<boolean> {
	let isRaised = false;
	for (const { source: table, columns } of tables) {
		const key = columns.find(({ source: { key } }) => key > 0);
		if (!/\bAUTOINCREMENT\b/i.test(table.sql) || key?.target.sequence === undefined) continue;
		const { last } = await server.one<{ last: string }>(
			`SELECT (CASE WHEN is_called THEN last_value ELSE last_value - 1 END)::text AS last FROM ${key.target.sequence}`,
		);
		const [known] = source.all<{ seq: string }>(
			"SELECT CAST(seq AS TEXT) AS seq FROM sqlite_sequence WHERE name = ?",
			table.name,
		);
		if (BigInt(last) <= BigInt(known?.seq ?? "0")) continue;
		const raise =
			known === undefined
				? "INSERT INTO sqlite_sequence (seq, name) VALUES (?, ?)"
				: "UPDATE sqlite_sequence SET seq = ? WHERE name = ?";
		source.database.prepare(raise).run(BigInt(last), table.name);
		isRaised = true;
	}
	return isRaised;
}
