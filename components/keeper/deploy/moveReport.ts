import { STORE_LAYOUT } from "../../backup";
import type { MoveReport } from "../postgres/report";
import type { Parts } from "../start";

/** Returns the report's key. */
export async function storeReport({ store }: Pick<Parts, "store">, report: MoveReport): Promise<string> {
	const key = `${STORE_LAYOUT.postgres}/${report.began.replace(/[:.]/g, "-")}.json`;
	await store.put(key, JSON.stringify(report, undefined, "\t"), "absent");
	return key;
}
