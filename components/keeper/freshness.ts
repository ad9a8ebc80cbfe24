import { statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A database that nobody wrote for so long, in milliseconds, has no writer that is about to finish. */
const QUIET = 1500;

/** A hint that a database was written: what the file system says of it and its WAL. Opening it would disturb the app. */
export function signatureOf(database: string): string {
	return [database, `${database}-wal`]
		.map((path) => {
			const found = statSync(path, { bigint: true, throwIfNoEntry: false });
			return found === undefined ? "-" : `${found.size}:${found.mtimeNs}:${found.ino}`;
		})
		.join("/");
}

/** Waits until nobody writes, at most until `deadline` by `performance.now()`. */
export async function untilQuiet(database: string, deadline: number): Promise<void> {
	const written = () =>
		Math.max(...[database, `${database}-wal`].map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0));
	while (Date.now() - written() < QUIET && performance.now() < deadline) await sleep(100);
}

/**
 * The canary: what is known, and since when, of the replica being as new as the database. Litestream's own word is not
 * enough, since it has been seen to stop silently: a proof is an object in the store that has the transaction.
 */
export class Freshness {
	/** Last transaction of the database that Litestream told of. */
	transaction = 0;
	/** Last transaction that was seen in the store. */
	proven = 0;
	/** When the last sync succeeded. */
	lastSync: Date | undefined;
	/** Why the last attempt failed. */
	problem: string | undefined;
	private provenAt: number;
	private provenSignature = "";

	constructor(private readonly now: () => number = () => performance.now()) {
		this.provenAt = now();
	}

	/** Litestream says that everything which `signature` stood for is in the store. `seen` is the last transaction there. */
	synced({
		signature,
		startedAt,
		transaction,
		seen,
	}: {
		signature: string;
		startedAt: number;
		transaction: number;
		seen: number;
	}) {
		this.transaction = Math.max(this.transaction, transaction);
		this.lastSync = new Date();
		if (seen < transaction) {
			this.problem = `Litestream says that transaction ${transaction} is in the store, which has ${seen}`;
			return;
		}
		this.proven = Math.max(this.proven, seen);
		this.provenAt = Math.max(this.provenAt, startedAt);
		this.provenSignature = signature;
		this.problem = undefined;
	}

	/** There is no database yet, and so none that could be behind. */
	nothingToProve(): void {
		this.provenAt = this.now();
	}

	failed(problem: string): void {
		this.problem = problem;
	}

	/** Seconds since the last moment of which all commits are known to be in the store. */
	get age(): number {
		return Math.max(0, (this.now() - this.provenAt) / 1000);
	}

	/** For how long a commit has waited; 0 when nothing was written since the last proof. */
	lag(signature: string): number {
		return signature === this.provenSignature ? 0 : this.age;
	}
}
