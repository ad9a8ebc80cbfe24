/** Where a rehearsing container sees the real data directory, for reading only. */
export const LIVE_PATH = "/run/holdfast-live";

/** In which database an app has its data. */
export type Database = "sqlite" | "postgres";

/** What is wanted of a move to Postgres. */
export interface Move {
	/** Whether it is rehearsed while SQLite goes on to serve. */
	rehearse: boolean;
	/** By `table.column`, a SQLite expression for the values that Postgres cannot hold. */
	replace?: Record<string, string>;
	/** On the way back, what becomes of the rows that were written to Postgres since. Undefined: with such rows, no way back. */
	return?: "copy" | "leave";
	/** There is no way back any more. */
	settled?: boolean;
}

/** What a container of the app's image says of itself when it asks to be let in. */
export interface Version {
	/** `app`: it serves once a deploy has chosen it. `rehearsal`: it runs on a copy, and serves nobody. */
	kind: "app" | "rehearsal";
	/** Id of the image, and the reference by which a person knows it. */
	image: string;
	imageName: string;
	/** TCP port on which the app listens. */
	port: number;
	/** Path of the health check; undefined where health cannot be told. */
	healthPath?: string;
	/** Seconds within which the app must be healthy. */
	startSeconds: number;
	/** Seconds that the app has to finish its requests when it is stopped. */
	stopSeconds: number;
	/** Whether it has a migration to run. */
	migrates: boolean;
	/** Tables of which a migration may take rows. */
	mayLose: string[];
	/** Where an older version goes back to: the data as it is, or the snapshot of a name. Undefined for a deploy. */
	backTo?: { data: "keep" } | { snapshot: string };
	/** Where it wants to have its data. @default "sqlite" */
	database?: Database;
	/** Undefined where there is no Postgres. */
	move?: Move;
}
