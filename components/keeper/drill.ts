import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { STORE_LAYOUT } from "../backup";
import { inspect } from "./inspect";
import type { Litestream } from "./litestream";
import { ManifestFile } from "./manifest";
import { Refusal } from "./refusal";
import { restoreChecked } from "./restore";
import { needRoom } from "./room";
import type { Settings } from "./settings";
import type { Store } from "./stores/store";

/** What a drill found. It lies beside the replica as the proof, or as the warning. */
export interface DrillReport {
	ok: boolean;
	/** When it began. */
	time: string;
	seconds: number;
	/** Last transaction that was restored. */
	transaction?: number;
	bytes?: number;
	/** Rows of each table in the restored database. */
	rows?: Record<string, number>;
	/** Why it failed. */
	reason?: string;
}

/** Restores the newest state into scratch, checks it whole, counts its rows, and writes the report beside the replica. */
export async function drill(settings: Settings, litestream: Litestream, store: Store): Promise<DrillReport> {
	const manifest = new ManifestFile(store, settings);
	const time = new Date();
	const start = performance.now();
	const seconds = () => Math.round((performance.now() - start) / 10) / 100;
	const output = join(settings.scratch, `drill-${process.pid}.db`);
	let report: DrillReport;
	let schema: string | undefined;
	try {
		const known = await manifest.read();
		needRoom({
			database: settings.database,
			directory: settings.scratch,
			times: 1.1,
			why: "a drill needs",
			remedy: "make room on the host's disk, or give the scratch volume another one",
		});
		const { transaction } = await restoreChecked(litestream, output, "newest", known?.transaction);
		const counted = await inspect("rows", output);
		schema = counted.schema;
		const { size } = statSync(output);
		report = { ok: true, time: time.toISOString(), seconds: seconds(), transaction, bytes: size, rows: counted.rows };
	} catch (error) {
		const reason = error instanceof Refusal ? `${error.code}: ${error.found}` : (error as Error).message;
		report = { ok: false, time: time.toISOString(), seconds: seconds(), reason };
	} finally {
		for (const suffix of ["", "-wal", "-shm"]) rmSync(`${output}${suffix}`, { force: true });
	}
	// Of a store that cannot be reached, the report says so; it cannot lie there then.
	const unstored = ({ message }: Error) => console.error(`warning: the drill's report could not be stored: ${message}`);
	const stamp = time.toISOString().replace(/[:.]/g, "-");
	await store.put(`${STORE_LAYOUT.drills}/${stamp}.json`, JSON.stringify(report), "absent").catch(unstored);
	await manifest.update({ lastDrill: report, ...(schema !== undefined && { schema }) }).catch(unstored);
	return report;
}
