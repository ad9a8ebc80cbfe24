import { quotedName } from "../database";
import type { TablePlan } from "./plan";
import type { Server } from "./server";

/** The next id is higher than every id that was ever given, on either side; as part of the transaction. */
export async function continueSequences(server: Server, { source, target, columns }: TablePlan): Promise<void> {
	for (const { target: column, source: from } of columns) {
		if (column.sequence === undefined) continue;
		const { sequence } = column;
		const { highest: inTable } = await server.one<{ highest: string | null }>(
			`SELECT max(${quotedName(column.name)})::text AS highest FROM ${quotedName(target.name)}`,
		);
		const { last } = await server.one<{ last: string | null }>(
			`SELECT CASE WHEN is_called THEN last_value::text END AS last FROM ${sequence}`,
		);
		// Of SQLite's count, only the column that is the row's number knows.
		const counted = from.key > 0 ? source.highest : undefined;
		const known = [inTable, last].flatMap((text) => (text === null ? [] : [BigInt(text)]));
		if (counted !== undefined && counted > 0n) known.push(counted);
		if (known.length === 0) continue;
		const highest = known.reduce((most, one) => (one > most ? one : most));
		// Unlike setval, it is undone with the transaction.
		await server.run(`ALTER SEQUENCE ${sequence} RESTART WITH ${highest < 0n ? 1n : highest + 1n}`);
	}
}
