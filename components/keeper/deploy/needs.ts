import { readMarker } from "../marker";
import { Refusal } from "../refusal";
import type { Parts } from "../start";
import type { Replicating } from "./wayBack";

/** Seconds for a sync. */
export const SYNC = 30;

/** All of the data is in the store, so that there is a way back. */
export async function needStore(replication: Replicating, { settings }: Parts): Promise<void> {
	if (await replication.prove(SYNC)) return;
	throw new Refusal(
		"store-unreachable",
		`not all of the data is in ${settings.store}, so there would be no way back`,
		"npm run status says what is in the way; then run this again. The version of before serves",
	);
}

/** Without a database there must never have been one: a version must not begin with nothing. */
export async function needNoData({ settings, manifest }: Parts): Promise<void> {
	const known = readMarker(settings.dataDirectory)?.known || ((await manifest.read())?.transaction ?? 0) > 0;
	if (!known) return;
	throw new Refusal(
		"data-gone",
		`${settings.database} is not there, and its data is known to exist`,
		"restart the keeper's container: it restores the data, or says why not; then run this again",
	);
}
