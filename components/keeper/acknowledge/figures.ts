/** Seconds that a rate is over. */
const WINDOW = 60;

/** Counts what acknowledging costs, in bounded memory. */
export class Figures {
	syncs = 0;
	failedSyncs = 0;
	/** Requests whose answer waited for a sync. */
	waited = 0;
	refused = 0;
	/** Requests that were answered although the store did not have their writes. */
	acceptedUncovered = 0;
	private covered = 0;
	private readonly perSecond = Array.from({ length: WINDOW }, () => ({ second: -1, syncs: 0 }));

	/** A sync ended well, for so many requests. */
	synced(requests: number): void {
		const second = Math.floor(performance.now() / 1000);
		const slot = this.perSecond[second % WINDOW] as { second: number; syncs: number };
		if (slot.second !== second) Object.assign(slot, { second, syncs: 0 });
		slot.syncs += 1;
		this.syncs += 1;
		this.covered += requests;
	}

	/** The rate is over the last minute. How long answers waited, the door knows. */
	get shown() {
		const oldest = Math.floor(performance.now() / 1000) - WINDOW;
		const recent = this.perSecond.reduce((sum, { second, syncs }) => sum + (second > oldest ? syncs : 0), 0);
		return {
			syncs: this.syncs,
			failedSyncs: this.failedSyncs,
			syncsPerSecond: rounded(recent / WINDOW),
			waited: this.waited,
			requestsPerSync: this.syncs === 0 ? 0 : rounded(this.covered / this.syncs),
			refused: this.refused,
			acceptedUncovered: this.acceptedUncovered,
		};
	}
}

function rounded(value: number): number {
	return Math.round(value * 100) / 100;
}
