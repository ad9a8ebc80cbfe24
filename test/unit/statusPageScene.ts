import { LagHistory } from "../../components/keeper/page/lagHistory";
import type { Facts } from "../../components/keeper/page/sections";
import type { Status } from "../../components/keeper/status";

export const NOW = new Date("2026-11-23T12:00:00.000Z");

/** The status of a keeper that is well, with changes. */
export function statusOf(change: Partial<Status> = {}): Status {
	return {
		app: "shop/prod/notes",
		healthy: true,
		state: "replicating",
		problems: [],
		alerts: [],
		warnings: [],
		database: {
			path: "/data/notes.db",
			bytes: 4_200_000,
			walBytes: 32_000,
			rows: { counted: "2026-11-23T11:59:00.000Z", tables: { notes: 1200, tags: 7 } },
		},
		replica: {
			store: "file:///backup/notes",
			transaction: 1234,
			proven: 1234,
			lastSync: "2026-11-23T11:59:59.000Z",
			lagSeconds: 0.8,
			provenSecondsAgo: 0.8,
			leaseEpoch: 1,
			litestreamRestarts: 0,
		},
		freeBytes: 10_000_000_000,
		lastDrill: { ok: true, time: "2026-11-23T09:00:00.000Z", seconds: 2, rows: { notes: 1000, tags: 8 } },
		deploys: [],
		...change,
	} as Status;
}

export function factsOf(change: Partial<Status> = {}, more: Partial<Facts> = {}): Facts {
	const history = new LagHistory(NOW.getTime() - 60_000);
	history.note({ lag: 1, isSafe: true }, NOW.getTime() - 20_000);
	return { status: statusOf(change), container: "0123456789ab", history, now: NOW, ...more };
}
