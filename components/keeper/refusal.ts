/** Why the keeper does not go on: a code to look up, what was found, and what to do about it, one line each. */
export class Refusal extends Error {
	constructor(
		readonly code: RefusalCode,
		readonly found: string,
		readonly remedy: string,
	) {
		super(`${code}: ${found}`);
	}
}

/** This process ends, and with it the platform ends the app: it has data that it must not go on with. */
export class Ended extends Error {
	constructor(readonly reason: Error) {
		super(reason.message);
	}
}

/** Exit code of a refusal; other failures have 1. */
export const REFUSED = 3;

export type RefusalCode =
	| "settings-wrong"
	| "data-directory-missing"
	| "data-directory-not-mounted"
	| "data-directory-temporary"
	| "data-directory-remote"
	| "data-directory-not-writable"
	| "disk-full"
	| "cannot-listen"
	| "not-a-database"
	| "database-corrupt"
	| "data-gone"
	| "data-older-than-replica"
	| "data-unknown-to-replica"
	| "store-unreachable"
	| "wrong-prefix"
	| "replica-of-another-app"
	| "replica-without-manifest"
	| "manifest-unreadable"
	| "replica-incomplete"
	| "replica-corrupt"
	| "initial-data-unusable"
	| "in-use"
	| "app-may-be-running"
	| "app-unhealthy"
	| "data-would-be-lost"
	| "superseded"
	| "restore-target"
	| "deploy-running"
	| "keeper-not-running"
	| "postgres-unreachable"
	| "postgres-not-empty"
	| "postgres-has-newer-rows"
	| "moved-to-postgres"
	| "postgres-unsuitable"
	| "move-source"
	| "move-unfit"
	| "move-foreign-rows"
	| "move-not-verified";

/** Two lines that a person can act on. */
export function refusalLines({ code, found, remedy }: Refusal): string {
	return `✗ refused (${code}): ${found}\n  What to do: ${remedy}`;
}

/** It was there at the first look, and gone before the start was through. */
export function storeWentAway({ message }: Error): Refusal {
	return new Refusal(
		"store-unreachable",
		message,
		"make the store reachable again; the start is tried again by itself",
	);
}

/** Under a running app, no database is put in place. */
export function stillRunning({ database, open }: { database: string; open?: string }): Refusal {
	return new Refusal(
		"app-may-be-running",
		`${database} is not the newest any more, and the app may be running on it`,
		open === undefined
			? "have the platform start the app's container only once the keeper answers 200 at /ready"
			: "nothing: the app's watchdog ends it; without one, restart the app's container, which then waits for its data",
	);
}
