import type { Postgres } from "../postgres/postgres";
import { Refusal } from "../refusal";
import type { Instance } from "./instance";
import { migrate } from "./mover";
import { reportLines } from "./moveWords";
import { databaseOf, type RecordFile } from "./record";
import type { Database, Version } from "./version";

/** Seconds for the server to answer: it may have just been made. */
const ANSWERS = 60;

/** What the rehearsal of a move works with. */
export interface RehearsedMove {
	record: RecordFile;
	/** Undefined where no server was named. */
	postgres: Postgres | undefined;
}

/** All of a move but the switch, from a copy of the live data to a database of its own, which is dropped afterwards. */
export async function rehearseMove(
	instance: Instance,
	version: Version,
	copy: string,
	{ record, postgres }: RehearsedMove,
	report: string[],
	start: (instance: Instance, version: Version, database: Database) => Promise<void>,
): Promise<void> {
	if (databaseOf(record.value) === "postgres") return;
	if (postgres === undefined) {
		throw new Refusal(
			"settings-wrong",
			"a move to Postgres is to be rehearsed, and the keeper was told of no server",
			"add holdfast:postgres to the settings",
		);
	}
	const reason = await postgres.unreachable(ANSWERS);
	if (reason !== undefined) {
		throw new Refusal(
			"postgres-unreachable",
			`Postgres does not answer: ${reason}`,
			"docker logs of its container say why; then run this again",
		);
	}
	const began = performance.now();
	const name = await postgres.makeRehearsal();
	try {
		if (version.migrates) {
			await migrate(instance, (line) => report.push(line));
			await postgres.baseline(name);
		}
		const moved = await postgres.copy(copy, version.move?.replace ?? {}, () => {}, { into: name });
		if (!moved.verified) throw new Error("both sides are not equal after the copy to Postgres");
		report.push(...reportLines(moved));
		await start(instance, version, "postgres");
		report.push(
			`the move to Postgres was rehearsed in ${((performance.now() - began) / 1000).toFixed(1)} s: the new version is healthy on it`,
		);
		record.update({ moving: { ...record.value.moving, rehearsed: new Date().toISOString() } });
	} finally {
		// A database that cannot be dropped now is dropped by the next rehearsal.
		await postgres.dropRehearsal().catch((error: Error) => report.push(`warning: ${error.message}`));
	}
}
