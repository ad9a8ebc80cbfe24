import { Refusal } from "./refusal";
import type { Parts } from "./start";

/** @throws {Refusal} where the newest rows are in Postgres: what the replica has is of the time before. */
export async function refuseMoved({ manifest, settings }: Pick<Parts, "manifest" | "settings">): Promise<void> {
	const moved = (await manifest.read())?.moved;
	if (moved === undefined) return;
	throw new Refusal(
		"moved-to-postgres",
		`the data of ${settings.app} has been in Postgres since ${moved.since}: SQLite is as it was then`,
		"holdfast:database: postgres serves it; to go back, set sqlite and keep holdfast:postgres, whose return says what becomes of the rows written since",
	);
}
