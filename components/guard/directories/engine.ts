import type { Found } from "./words";
import type { Workload } from "./workload";

/** The move to Postgres and the way back, where one of our components makes it. */
export function compareEngine(before: Workload, after: Workload): Found[] {
	const was = before.engine ?? "sqlite";
	const is = after.engine ?? "sqlite";
	if (was === is) return [];
	if (is === "postgres") {
		const reason =
			"the data moves from SQLite to Postgres; the deploy copies and compares every row before the app is let in";
		return [{ verdict: "moved", rule: "engine-switched", reason }];
	}
	if (after.return === "copy") {
		const reason =
			"the data goes back from Postgres to SQLite; the deploy copies the rows written since, and compares them";
		return [{ verdict: "moved", rule: "engine-switched", reason }];
	}
	if (after.return === undefined && before.part === "app") {
		const reason =
			"the data goes back from Postgres to SQLite; where rows were written to Postgres since, the deploy refuses until return says what becomes of them";
		return [{ verdict: "moved", rule: "engine-switched", reason }];
	}
	const reason =
		"the app goes back from Postgres to SQLite as it was at the switch: rows written to Postgres since stay behind there";
	const wayOut =
		"on a Docker host, set return: copy; else keep database: postgres, or approve once nothing was written since";
	return [{ verdict: "at risk", rule: "engine-switched", reason, wayOut }];
}
