import type { Clock } from "./clock";
import { WAIT, type Waiting } from "./confirmation";
import type { HandoffLease } from "./handoffLease";
import type { Hands, Source } from "./hands";
import { Refusal, refusalLines } from "./refusal";

/** Milliseconds after which one that asks before us counts as dead, and after which a holder does not want to hand over. */
const ASKER_PATIENCE = 10_000;
const PATIENCE = 60_000;

/** An instance that does not have the lease yet. */
export class Applicant {
	/** Why it only waits, and does not ask. */
	refusal: Refusal | undefined;
	/** Whether somebody has the lease: a living one that is to hand it over, or a dead one whose time is not over. */
	isWaiting = false;

	constructor(
		private readonly lease: HandoffLease,
		private readonly hands: Pick<Hands, "memory" | "prepare">,
		private readonly settings: { owner: string; app: string },
		private readonly say: (line: string) => void,
		private readonly clock: Clock,
	) {}

	/** Waits for the lease: takes what nobody holds, asks a holder that lives, and takes what a dead one leaves. */
	async obtain(mayAsk: boolean, waiting: Waiting): Promise<Source | undefined> {
		try {
			return await this.obtained(mayAsk, waiting);
		} finally {
			this.refusal = undefined;
			this.isWaiting = false;
		}
	}

	private async obtained(mayAsk: boolean, waiting: Waiting): Promise<Source | undefined> {
		const { lease, hands } = this;
		const { owner } = this.settings;
		let begun = this.clock.now();
		let other: { asker: string | undefined; since: number } = { asker: undefined, since: begun };
		for (let isPrepared = false; !waiting.isOver(); await this.clock.sleep(WAIT)) {
			const record = await lease.look();
			const isOurs = record?.owner === owner && !record.released;
			if (isOurs && record.handed !== undefined) {
				const handed = (await lease.adopt())?.record.handed;
				if (handed !== undefined) return { transaction: handed.transaction };
				continue;
			}
			this.isWaiting = record !== undefined && !record.released && !isOurs && !lease.isExpired(record);
			if (record === undefined || !this.isWaiting) {
				const taken = await lease.take((found) => found?.owner !== owner || found.handed === undefined);
				if (taken === undefined) continue;
				const { before } = taken;
				return before?.owner === owner && before.epoch === hands.memory.epoch ? "local" : "replica";
			}
			// It handed over before it was restarted: an instance does not come back by itself while another lives.
			if (hands.memory.gone) throw retired(this.settings.app);
			if (!mayAsk) continue;
			if (lease.isNewer(record)) {
				this.stand(record.owner);
				begun = this.clock.now();
				continue;
			}
			this.refusal = undefined;
			if (this.clock.now() - begun > PATIENCE) {
				await lease.withdraw();
				throw inUse(record.owner, this.settings.app);
			}
			if (record.disk !== "temporary") continue;
			if (!isPrepared) {
				this.say(`${record.owner} has the lease: preparing, then asking it to hand over`);
				await hands.prepare();
				isPrepared = true;
				continue;
			}
			if (other.asker !== record.asker) other = { asker: record.asker, since: this.clock.now() };
			const isGone = this.clock.now() - other.since > ASKER_PATIENCE;
			if (record.asker !== owner) await lease.ask(isGone ? record.asker : undefined);
		}
		return undefined;
	}

	private stand(holder: string): void {
		if (this.refusal !== undefined) return;
		this.refusal = superseded(holder, this.settings.app);
		this.say(refusalLines(this.refusal));
	}
}

function superseded(holder: string, app: string): Refusal {
	return new Refusal(
		"superseded",
		`a newer revision (${holder}) has the data of ${app}: this one does not ask for it`,
		"nothing, if the newer one is meant to serve; otherwise deploy the older version again, which makes a newer revision of it",
	);
}

export function retired(app: string): Refusal {
	return new Refusal(
		"in-use",
		`another instance has the data of ${app}: this one writes no more`,
		"nothing, if a newer instance is meant to run; otherwise stop that one and start this one again",
	);
}

function inUse(owner: string, app: string): Refusal {
	return new Refusal(
		"in-use",
		`another keeper (${owner}) has the lease of ${app} and does not hand it over`,
		"stop that instance, or let both run with HOLDFAST_DISK=temporary",
	);
}

export function unhealthy(app: string): Refusal {
	return new Refusal(
		"app-unhealthy",
		`${app} did not become healthy on the data that was handed over: the instance before has it back`,
		"look into the app's log; the next instance that starts asks again",
	);
}
