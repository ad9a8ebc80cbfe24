import type { Clock } from "./clock";
import type { HandoffLease } from "./handoffLease";
import type { LeaseRecord } from "./lease";
import { StoreUnreachable } from "./stores/store";

/** Milliseconds between two looks at the lease while one waits for it. */
export const WAIT = 200;

/** How long one waits: until it is over. */
export interface Waiting extends Pick<Clock, "sleep"> {
	isOver(): boolean;
}

/**
 * What becomes of a lease that was handed over. The one after us may give it back, or die before it has begun: until it
 * confirms, nothing was acknowledged there, and nothing that it wrote is in the store.
 */
export async function untilConfirmed(
	lease: HandoffLease,
	owner: string,
	waiting: Waiting,
): Promise<"back" | "confirmed" | "over"> {
	for (; !waiting.isOver(); await waiting.sleep(WAIT)) {
		const record = await lease.look().catch(() => undefined);
		if (record === undefined) continue;
		const isBack = record.owner === owner && !record.released;
		if (isBack ? await adopted(lease, waiting) : lease.isExpired(record) && (await takenBack(lease, owner)))
			return "back";
		if (!isBack && record.handed?.from !== owner) return "confirmed";
	}
	return "over";
}

async function adopted(lease: HandoffLease, waiting: Waiting): Promise<boolean> {
	const adopted = await insisting(waiting, () => lease.adopt());
	return adopted !== undefined && (await insisting(waiting, () => lease.confirm())) !== undefined;
}

/** Only what was never confirmed: behind a confirmation there may be writes that this disk does not have. */
async function takenBack(lease: HandoffLease, owner: string): Promise<boolean> {
	const isUnconfirmed = (record: LeaseRecord | undefined) => record?.handed?.from === owner;
	return (await lease.take(isUnconfirmed).catch(() => undefined)) !== undefined;
}

/** Asks until the store has answered. */
export async function insisting<T>(waiting: Waiting, ask: () => Promise<T>): Promise<T> {
	for (;;) {
		try {
			return await ask();
		} catch (error) {
			if (!(error instanceof StoreUnreachable) || waiting.isOver()) throw error;
			await waiting.sleep(WAIT);
		}
	}
}
