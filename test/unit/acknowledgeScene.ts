import { vi } from "vitest";
import { type OnStoreOutage, ReplicatedAcknowledgement } from "../../components/keeper/acknowledge/replicated";
import type { Covered } from "../../components/keeper/acknowledgement";

/** A database and its replica: what is committed, and what the store has. Each sync ends when the test says so. */
export class Scene {
	version = 1;
	file: string | undefined = "one";
	paused: string | undefined;
	/** What each sync that is under way will bring into the store, and its end. */
	readonly underWay: { brings: number; end(replicated?: number): void; fail(reason: string): void }[] = [];
	begun = 0;
	/** Makes every sync fail at once. */
	broken: string | undefined;
	readonly acknowledgement: ReplicatedAcknowledgement;

	constructor(onStoreOutage: OnStoreOutage = "refuse") {
		const version = { now: () => this.version, file: () => this.file, open: () => {}, close: () => {} };
		const replicating = {
			sync: () => {
				this.begun += 1;
				if (this.broken !== undefined) return Promise.reject(new Error(this.broken));
				return new Promise<{ transaction: number; replicated: number }>((resolve, reject) => {
					const brings = this.version;
					this.underWay.push({
						brings,
						end: (replicated = brings) => resolve({ transaction: brings, replicated }),
						fail: (reason) => reject(new Error(reason)),
					});
				});
			},
			pausedBy: () => this.paused,
		};
		this.acknowledgement = new ReplicatedAcknowledgement(version, replicating, {
			acknowledgeSeconds: 10,
			onStoreOutage,
		});
	}

	/** A request that commits, up to where its answer waits. */
	write(commits = 1): { answer?: Covered; commit: number } {
		const mark = this.acknowledgement.mark(true);
		this.version += commits;
		const request: { answer?: Covered; commit: number } = { commit: this.version };
		const covered = this.acknowledgement.covered(mark);
		if (covered instanceof Promise) void covered.then((answer) => Object.assign(request, { answer }));
		else request.answer = covered;
		return request;
	}

	read(): Covered | Promise<Covered> {
		return this.acknowledgement.covered(this.acknowledgement.mark(false));
	}

	/** Ends the sync that is under way. */
	async end(replicated?: number): Promise<void> {
		this.underWay.shift()?.end(replicated);
		await soon();
	}

	async fail(reason: string): Promise<void> {
		this.underWay.shift()?.fail(reason);
		await soon();
	}
}

export const soon = () => vi.advanceTimersByTimeAsync(0);
