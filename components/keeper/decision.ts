import { Refusal } from "./refusal";

/** All that a start rests on. */
export interface Facts {
	/** What is at the path of the database. */
	database: "missing" | "empty" | "sqlite" | "corrupt" | "other";
	/** What the check of a corrupt database said. */
	defect?: string;
	/** Whether the data directory says that it has held this app's database before. */
	knownHere: boolean;
	/** Last transaction that Litestream's own files beside the database know; undefined without such files. */
	localTransaction?: number;
	/** Whether the database was put there by a restore of ours, and so has no such files yet. */
	restoredHere: boolean;
	/** Whether this host knows that the app has its data in Postgres. @default false */
	servesPostgres?: boolean;
	/** What the store says; a text is the reason why it could not be asked. */
	store: StoreFacts | string;
}

export interface StoreFacts {
	/** The app's place as the index at the root of the store has it. */
	indexedPrefix?: string;
	manifest?: { app: string; transaction: number; moved?: { since: string } };
	/** Whether there are files of a replica. */
	hasReplica: boolean;
}

/** What a start does; a refusal is thrown instead. */
export type Decision =
	| { action: "go-on"; why: string; warning?: string; hasStore: boolean }
	| { action: "restore"; why: string; setAside: boolean; atLeast: number }
	| { action: "first-start"; why: string };

/** Where we are, for the words of a refusal. */
export interface Place {
	app: string;
	database: string;
	store: string;
	prefix: string;
}

/**
 * Decides a start from facts alone. In doubt it refuses: an app that does not start is an outage, one that starts on the
 * wrong data is a loss.
 *
 * @throws {Refusal}
 */
export function decide(facts: Facts, place: Place): Decision {
	const { database, store } = facts;
	if (database === "other") {
		throw new Refusal(
			"not-a-database",
			`${place.database} is not a SQLite database`,
			"correct data.databaseFile, or move that file away",
		);
	}
	if (typeof store === "string") return withoutStore(facts, place, store);
	checkOwner(store, place);
	if (database === "sqlite") return withDatabase(facts, store, place);
	return withoutDatabase(facts, store, place);
}

function withoutStore({ database }: Facts, place: Place, reason: string): Decision {
	if (database === "sqlite") {
		const warning = `the backup store cannot be reached (${reason}): the app runs, and nothing is replicated until it can`;
		return { action: "go-on", why: "the database is there and sound", warning, hasStore: false };
	}
	throw new Refusal(
		"store-unreachable",
		`${place.database} is ${database}, and whether its data must exist cannot be asked: ${reason}`,
		`make ${place.store} reachable, with credentials that may read it, then start again`,
	);
}

function checkOwner({ manifest, indexedPrefix }: StoreFacts, place: Place): void {
	if (manifest !== undefined && manifest.app !== place.app) {
		throw new Refusal(
			"replica-of-another-app",
			`${place.store} holds the data of ${manifest.app}, and this is ${place.app}`,
			"give this app a prefix of its own in the backup store",
		);
	}
	if (indexedPrefix !== undefined && indexedPrefix !== place.prefix) {
		throw new Refusal(
			"wrong-prefix",
			`the data of ${place.app} is under ${shownPrefix(indexedPrefix)} in this store, and the keeper was given ${shownPrefix(place.prefix)}`,
			`set the prefix back to ${shownPrefix(indexedPrefix)}; to begin a new replica on purpose, delete the object that names it in holdfast-apps/ at the root of the store`,
		);
	}
}

function shownPrefix(prefix: string): string {
	return prefix === "" ? "the root" : `"${prefix}"`;
}

function withDatabase(facts: Facts, { manifest, hasReplica }: StoreFacts, place: Place): Decision {
	if (manifest === undefined && hasReplica) throw orphanReplica(place);
	const known = manifest?.transaction ?? 0;
	if (!hasReplica && known === 0) {
		const lost = manifest === undefined && facts.localTransaction !== undefined;
		const warning = `${place.database} was replicated before, and ${place.store} is empty: if that is not meant, look for its disk or bucket; a new replica begins now`;
		const why = "the database is there and sound; its replica begins now";
		return { action: "go-on", why, hasStore: true, ...(lost && { warning }) };
	}
	if (facts.localTransaction === undefined && !facts.restoredHere) {
		throw new Refusal(
			"data-unknown-to-replica",
			`${place.database} has never been replicated, and ${place.store} holds ${known === 0 ? "a replica" : `${known} transactions`} of ${place.app}: which of the two is right?`,
			`for the replica: move ${place.database} away and start again; for the file: run the keeper with "accept-database" (npm run keeper -- accept-database)`,
		);
	}
	if (facts.localTransaction !== undefined && facts.localTransaction < known) {
		throw new Refusal(
			"data-older-than-replica",
			`${place.database} ends at transaction ${facts.localTransaction}, and the replica has ${known}: an old copy of the disk?`,
			`for the replica: move ${place.database} away and start again; for the file: run the keeper with "accept-database" (npm run keeper -- accept-database)`,
		);
	}
	return { action: "go-on", why: "the database is there and sound", hasStore: true };
}

function withoutDatabase(facts: Facts, { manifest, hasReplica }: StoreFacts, place: Place): Decision {
	const { database } = facts;
	if (manifest?.moved !== undefined && !facts.servesPostgres) throw movedAway(manifest.moved.since, place);
	if (manifest === undefined && hasReplica) throw orphanReplica(place);
	if (manifest !== undefined && (manifest.transaction > 0 || hasReplica)) {
		const why = `${place.database} is ${database}${facts.defect === undefined ? "" : ` (${facts.defect})`}, and the replica has its data`;
		return { action: "restore", why, setAside: database !== "missing", atLeast: manifest.transaction };
	}
	if (database === "corrupt") {
		throw new Refusal(
			"database-corrupt",
			`${place.database} is corrupt (${facts.defect}), and there is no replica to restore it from`,
			`save what can be read: sqlite3 ${place.database} .recover; then put the result in its place`,
		);
	}
	if (facts.knownHere) {
		throw new Refusal(
			"data-gone",
			`${place.database} is ${database}, and it has been here before; the store at ${place.store} knows nothing of it`,
			"put the right store and prefix into the configuration, or the file back; to begin with nothing on purpose, delete .holdfast-keeper.json beside it",
		);
	}
	return { action: "first-start", why: "there is neither a database nor a replica of one" };
}

/** A new host would begin with what SQLite had on the day of the move. */
function movedAway(since: string, place: Place): Refusal {
	return new Refusal(
		"moved-to-postgres",
		`the data of ${place.app} is in Postgres since ${since}, this host knows nothing of it, and the replica at ${place.store} has nothing that was written after that`,
		`bring Postgres back: pg_restore --no-owner of the newest dump in ${place.store}/postgres/dumps into its empty database, then run the keeper with "accept-postgres" (npm run keeper -- accept-postgres); to give up all that was written since, run it with "accept-sqlite"`,
	);
}

function orphanReplica(place: Place): Refusal {
	return new Refusal(
		"replica-without-manifest",
		`${place.store} holds a replica, and nothing says whose it is`,
		`look at it: litestream restore -o /tmp/look.db ${place.store}/replica; then give this app another prefix, or run the keeper with "accept-replica" (npm run keeper -- accept-replica)`,
	);
}
