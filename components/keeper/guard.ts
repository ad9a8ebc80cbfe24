import { type Standing, TICK } from "./standing";

/**
 * Milliseconds that a lease which lapsed may stay so, counted while we are awake, until the replication stops: each start
 * of Litestream makes a whole copy, and an instance that only slept has its lease again after a few requests. What it
 * writes meanwhile lies in its own generation, and nothing of it is acknowledged.
 */
const RESTLESS = 5000;

/** Before anybody else could take the lease, nothing can be written here; and the app goes on when it is surely ours. */
export class Guard {
	private restedFor = 0;

	constructor(private readonly standing: Standing) {}

	async run(): Promise<void> {
		const { standing } = this;
		const { hands, lease, clock } = standing;
		for (; !standing.isStopping; await clock.sleep(TICK)) {
			if (standing.is("handing over") && !lease.isFresh) await hands.stopReplication();
			this.look();
			if (!standing.is("resting")) continue;
			if (standing.isSurelyOurs) await this.wake();
			else await this.rest();
		}
	}

	/** Before anything is passed to the app: after a sleep, the lease may be another's. */
	look(): void {
		const { standing } = this;
		if (!standing.is("serving") || standing.isSurelyOurs) return;
		standing.phase = "resting";
		standing.hands.closeDoor();
	}

	/** Where a closed door keeps all clients away, a sleep that was no loss costs no more than the renewal. */
	private async rest(): Promise<void> {
		const { standing } = this;
		const { hands, say } = standing;
		const isLong = this.restedFor >= RESTLESS;
		this.restedFor += TICK;
		if (isLong) await hands.stopReplication();
		if (standing.isFrozen || !(isLong || !hands.isBehindDoor)) return;
		if (await standing.freeze()) say("the lease could not be renewed: the app's writes are frozen until it is");
	}

	private async wake(): Promise<void> {
		const { standing } = this;
		const { hands, lease } = standing;
		standing.isFrozen = false;
		await hands.thaw();
		if (!standing.is("resting") || !standing.isSurelyOurs) return;
		hands.startReplication();
		standing.phase = "serving";
		this.restedFor = 0;
		hands.openDoor(lease.epoch);
	}
}
