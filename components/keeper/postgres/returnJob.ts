import { join } from "node:path";
import { newerRows, settled } from "../deploy/moveWords";
import { Refusal } from "../refusal";
import { restoreChecked } from "../restore";
import { withClient } from "./client";
import { postgresUrl } from "./location";
import type { MoveJob } from "./moveJob";

/** How the databases are marked into which no app is to write any more. */
const READ_ONLY = "default_transaction_read_only";

/**
 * The way back to SQLite as it was at the switch, where the user leaves the rows written since, or there are none. The
 * revision on Postgres serves until the next one does: so that it writes nothing meanwhile that would be left behind
 * unseen, its database is made read-only before anything is counted.
 */
export async function goBack({ parts, postgres, say }: MoveJob): Promise<void> {
	const { settings, manifest, litestream } = parts;
	const { HOLDFAST_POSTGRES_RETURN: wish, HOLDFAST_POSTGRES_SETTLED } = process.env;
	if (HOLDFAST_POSTGRES_SETTLED === "true") throw settled();
	if (wish === "copy") throw notYet();
	await fence(postgresUrl(process.env), postgres.name, true);
	// Whether the manifest may say that we are back.
	let isAsked = false;
	try {
		if (wish !== "leave") {
			const file = join(settings.dataDirectory, ".holdfast-return.db");
			await restoreChecked(litestream, file, "newest", (await manifest.read())?.transaction);
			const differences = await postgres.compare(file, replaced());
			if (differences.length > 0) throw newerRows(differences);
		}
		isAsked = true;
		await manifest.update({ moved: undefined });
		say("SQLite is as it was at the switch; what was written to Postgres since stays there, and is read-only");
	} catch (error) {
		// The store may have taken what its answer did not say: a row that is written to Postgres then would be left behind.
		const isMoved = !isAsked || (await manifest.read().catch(() => undefined))?.moved !== undefined;
		if (isMoved) await fence(postgresUrl(process.env), postgres.name, false);
		else say("it is not certain that the data is still in Postgres, which stays read-only: run the update again");
		throw error;
	}
}

/** An app that stays on Postgres writes there, though a job on its way back may have been ended in the middle. */
export async function goOn(job: MoveJob): Promise<void> {
	if (await isFenced(job)) await fence(postgresUrl(process.env), job.postgres.name, false);
}

/** What the move took instead of values that Postgres cannot hold is no difference. */
function replaced(): Record<string, string> {
	return JSON.parse(process.env.HOLDFAST_POSTGRES_REPLACE ?? "{}") as Record<string, string>;
}

/** Whether the database is one from which we went back: what it has is known, and is not the newest. */
export function isFenced({ postgres }: MoveJob): Promise<boolean> {
	return withClient(postgresUrl(process.env), async (client) => {
		const { rows } = await client.query<{ setting: string }>(
			`SELECT unnest(setconfig) AS setting FROM pg_db_role_setting
			JOIN pg_database d ON d.oid = setdatabase WHERE datname = $1 AND setrole = 0`,
			[postgres.name],
		);
		return rows.some(({ setting }) => setting === `${READ_ONLY}=on`);
	});
}

async function fence(url: string, name: string, isOn: boolean): Promise<void> {
	const database = `"${name.replaceAll('"', '""')}"`;
	await withClient(url, async (client) => {
		await client.query(
			isOn ? `ALTER DATABASE ${database} SET ${READ_ONLY} = on` : `ALTER DATABASE ${database} RESET ${READ_ONLY}`,
		);
		// It holds for sessions that begin from now on.
		await client.query(
			"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()",
			[name],
		);
	});
}

function notYet(): Refusal {
	return new Refusal(
		"settings-wrong",
		"return: copy is not there yet on Cloud Run",
		"leave return out where nothing was written to Postgres since, or set it to leave; else stay on Postgres",
	);
}
