import type { Clock } from "./clock";
import { WAIT } from "./confirmation";
import type { HandoffLease } from "./handoffLease";
import type { Settings } from "./settings";

/** Milliseconds between two looks at the lease for an asker, and by which a renewal may come early. */
const LOOK = 1000;
const EARLY = 100;

/** Whose lease it is, and who wants to know of it. */
interface Holder {
	isOver(): boolean;
	isHolding(): boolean;
	/** Who asks for it now, if anybody does. */
	asked(asker: string | undefined): void;
	/** It was ours with this epoch, and is another's. */
	lost(epoch: number): void;
}

/** Keeps the lease alive for as long as it is held, and looks who asks for it. */
export async function keepAlive(
	lease: HandoffLease,
	{ owner, leaseSeconds }: Pick<Settings, "owner" | "leaseSeconds">,
	clock: Clock,
	holder: Holder,
): Promise<void> {
	const third = (leaseSeconds * 1000) / 3;
	let renewed = Number.NEGATIVE_INFINITY;
	// One that has lapsed, as after a sleep, keeps requests waiting.
	const pause = () => (holder.isHolding() && !lease.isFresh ? WAIT : Math.min(LOOK, third));
	for (; !holder.isOver(); await clock.sleep(pause())) {
		if (!holder.isHolding()) continue;
		const begun = clock.now();
		const isDue = begun - renewed >= third - EARLY;
		const { epoch } = lease;
		try {
			const record = await lease.look();
			holder.asked(record?.asker);
			const isOurs = record?.owner === owner && record.epoch === epoch && !record.released;
			if (isOurs && (!isDue || (await lease.renew()))) renewed = isDue ? begun : renewed;
			else holder.lost(epoch);
		} catch {
			// Out of reach: the guard acts on that.
		}
	}
}
