import { rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { partsOf } from "../commands";
import { ask } from "../control";
import { inspect } from "../inspect";
import { REFUSED, Refusal } from "../refusal";
import { restoreChecked } from "../restore";
import { readSettings } from "../settings";
import { listSnapshots, parseTarget, type Snapshot } from "../snapshots";
import type { Deploys } from "./deploys";

/** Milliseconds between two questions, and without an answer of the keeper. */
const PAUSE = 100;
const PATIENCE = 10 * 60_000;

/** Asks the keeper beside to make a container of the app the one that serves, and tells how it goes until it is over. */
export async function deploy(instance: string): Promise<number> {
	const { control } = readSettings();
	const attempt = hostname();
	let told = 0;
	let since = performance.now();
	for (; ; await sleep(PAUSE)) {
		const state = await ask(control, "POST", "/deploy", { attempt, instance }).catch(
			(error: Error & { found?: string }) => {
				if (error.found !== undefined) throw error;
				// It is being started again.
				return undefined;
			},
		);
		if (state === undefined) {
			if (performance.now() - since < PATIENCE) continue;
			throw new Error("the keeper does not answer: docker logs of its container say why");
		}
		since = performance.now();
		const { lines, outcome } = state as ReturnType<Deploys["follow"]>;
		for (const line of lines.slice(told)) console.log(line);
		told = Math.max(told, lines.length);
		if (outcome === undefined) continue;
		if (!outcome.ok) console.log(`✗ ${outcome.reason}`);
		return outcome.ok ? 0 : REFUSED;
	}
}

/** What going back to a snapshot would cost. */
export interface Since {
	snapshot: Snapshot;
	/** Whether the schema has changed, or what a migration tool notes of itself. */
	migrated: boolean;
	/** Rows by table that were written or changed since. */
	rows: Record<string, number>;
	/** Rows by table that were deleted or changed since, and would be as they were. */
	returning: Record<string, number>;
}

/** Where Alembic, Django, Rails, Knex, Prisma, Flyway and others note how far they are. */
const VERSIONS = /^alembic_version$|migrations?$|^schema_version|^flyway_schema_history$|^goose_db_version$/i;

/** Restores a snapshot into scratch and compares. */
export async function since(name: string): Promise<number> {
	const { settings, litestream, store } = partsOf();
	const snapshot = (await listSnapshots(store)).find((each) => each.name === name);
	if (snapshot === undefined) {
		throw new Refusal("restore-target", `there is no snapshot ${name}`, "npm run status names the last one");
	}
	const older = join(settings.scratch, `since-${process.pid}.db`);
	try {
		await restoreChecked(litestream, older, await parseTarget(store, name));
		const [{ schema: now }, { schema: then }] = [
			await inspect("schema", settings.database),
			await inspect("schema", older),
		];
		const rows = await inspect("since", settings.database, older);
		const returning = await inspect("since", older, settings.database);
		const migrated = now !== then || Object.keys(rows).some((table) => VERSIONS.test(table));
		console.log(JSON.stringify({ snapshot, migrated, rows, returning } satisfies Since));
		return 0;
	} finally {
		for (const suffix of ["", "-wal", "-shm"]) rmSync(`${older}${suffix}`, { force: true });
	}
}
