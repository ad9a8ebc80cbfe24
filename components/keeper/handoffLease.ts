import { randomUUID } from "node:crypto";
import { CLOCK, type Clock } from "./clock";
import { newGeneration } from "./generations";
import { LEASE_KEY, type LeaseRecord } from "./lease";
import { isOlder, type Revision } from "./revision";
import type { Settings } from "./settings";
import type { Store } from "./stores/store";

/** What a change of the lease found, and what it wrote. */
export interface Change {
	before: LeaseRecord | undefined;
	record: LeaseRecord;
}

/** The lease as it was read, in that version. */
interface Found {
	record: LeaseRecord;
	version: string;
}

/**
 * The lease where the disk goes with the instance: the right to write the database, which one instance hands to the next.
 * The same object as {@link Lease} changes, and like there only conditional writes change it. All changes of one instance
 * are made one after the other.
 */
export class HandoffLease {
	epoch = 0;
	generation = "";
	private writtenAt = Number.NEGATIVE_INFINITY;
	private watched: { beat: string; since: number } | undefined;
	private last: Promise<unknown> = Promise.resolve();

	constructor(
		private readonly store: Store,
		private readonly settings: Pick<Settings, "owner" | "leaseSeconds" | "revision">,
		private readonly clock: Clock = CLOCK,
	) {}

	/** What the store says; undefined where there is no lease yet. */
	async look(): Promise<LeaseRecord | undefined> {
		return (await this.inTurn(() => this.read()))?.record;
	}

	/** Whether nobody gave a sign of life for the whole time of the lease while we watched, by our own clock alone. */
	isExpired({ beat, seconds }: LeaseRecord): boolean {
		return this.watched?.beat === beat && this.clock.now() - this.watched.since >= seconds * 1000;
	}

	/**
	 * Takes what nobody holds: free, given up, expired, or our own of before. What another keeper on this same disk held
	 * keeps its epoch: it did not change hands.
	 *
	 * @param isWanted looks once more at what would be taken.
	 */
	take(isWanted: (record: LeaseRecord | undefined) => boolean = () => true): Promise<Change | undefined> {
		const { owner, leaseSeconds: seconds, revision } = this.settings;
		return this.change((record) => {
			if (!isWanted(record)) return undefined;
			const isFree = record === undefined || record.released || record.owner === owner || this.isExpired(record);
			if (!isFree) return undefined;
			const epoch = record?.owner === owner && !record.released ? record.epoch : (record?.epoch ?? 0) + 1;
			const asks = record?.asker === owner || record === undefined ? {} : askedOf(record);
			// Whoever had it may wake up and write: not where we do. Where it was handed over and never confirmed, nobody may.
			const isReleased = record?.released === true && !record.unbegun;
			const isLeft = record === undefined || isReleased || record.owner === owner || record.handed !== undefined;
			const generation = isLeft ? (record?.generation ?? "") : newGeneration(epoch);
			const taken = { owner, beat: "", epoch, seconds, released: false, generation, disk: "temporary" as const };
			return { ...taken, ...ofRevision(revision), ...asks };
		});
	}

	/** Whether its holder is a newer version of our own service: then we do not ask, or two would take it from each other for ever. */
	isNewer({ revision }: LeaseRecord): boolean {
		return isOlder(this.settings.revision, revision);
	}

	/** Asks the holder to hand over. The place of one that has asked before is left to it, unless `instead` names it. */
	ask(instead?: string): Promise<Change | undefined> {
		const { owner, revision } = this.settings;
		return this.change((record) => {
			if (record === undefined || record.released || record.owner === owner) return undefined;
			if (this.isNewer(record) || (record.asker !== undefined && record.asker !== instead)) return undefined;
			const { askerRevision: _, ...rest } = record;
			return { ...rest, asker: owner, ...(revision !== undefined && { askerRevision: revision }) };
		});
	}

	withdraw(): Promise<Change | undefined> {
		const { owner } = this.settings;
		return this.change((record) => {
			if (record?.asker !== owner) return undefined;
			const { asker: _, askerRevision: __, ...rest } = record;
			return rest;
		});
	}

	/** @returns false when somebody else has it now: whoever finds that must write no more. */
	async renew(): Promise<boolean> {
		return (await this.change((record) => (this.isOurs(record) ? record : undefined))) !== undefined;
	}

	/** Takes up what was handed to us, as it was handed: from here on we keep it alive. */
	adopt(): Promise<Change | undefined> {
		const { owner, leaseSeconds: seconds, revision } = this.settings;
		return this.change((record) =>
			record?.owner === owner && !record.released
				? { ...record, seconds, disk: "temporary", ...ofRevision(revision) }
				: undefined,
		);
	}

	/** Gives the lease to the one that asks. Only whoever has frozen its app, and brought its last transaction there, may. */
	handOver(to: string, transaction: number): Promise<Change | undefined> {
		return this.change((record) =>
			this.isOurs(record) && record.asker === to ? passed(record, to, transaction, record.askerRevision) : undefined,
		);
	}

	/** The handover is for good: the one before never writes again. */
	confirm(): Promise<Change | undefined> {
		return this.change((record) => {
			if (!this.isOurs(record)) return undefined;
			const { handed: _, ...rest } = record;
			return rest;
		});
	}

	/** Back to the one that handed it to us; nothing was written since. */
	giveBack(): Promise<Change | undefined> {
		return this.change((record) =>
			this.isOurs(record) && record.handed !== undefined
				? passed(record, record.handed.from, record.handed.transaction, record.handed.revision)
				: undefined,
		);
	}

	/** For those that use a lease as it is on a kept disk: it is held already, and kept alive beside all work. */
	async acquire(): Promise<void> {}
	during<T>(work: () => Promise<T>): Promise<T> {
		return work();
	}

	/** @param isBegun whether all that this process was to write in its generation is written, or never will be. */
	async release(isBegun = true): Promise<void> {
		// What is not confirmed is not ours to leave to anybody.
		if (await this.giveBack()) return;
		const how = { released: true, ...(!isBegun && { unbegun: true }) };
		await this.change((record) => (this.isOurs(record) ? { ...record, ...how } : undefined));
	}

	get isFresh(): boolean {
		return this.isFreshFor(0);
	}

	/**
	 * Whether nobody can take it within the next so many milliseconds: whoever wants it waits for its whole time, and we
	 * count from before we wrote it.
	 */
	isFreshFor(milliseconds: number): boolean {
		return this.clock.now() - this.writtenAt < this.settings.leaseSeconds * 1000 - milliseconds;
	}

	private isOurs(record: LeaseRecord | undefined): record is LeaseRecord {
		return record?.owner === this.settings.owner && record.epoch === this.epoch && !record.released;
	}

	/**
	 * One change on the condition that nobody else has made one since the look; then it looks again. Only what our own
	 * instance writes as the holder is a sign of its life.
	 */
	private change(next: (record: LeaseRecord | undefined) => LeaseRecord | undefined): Promise<Change | undefined> {
		return this.inTurn(async () => {
			for (;;) {
				const found = await this.read();
				const wanted = next(found?.record);
				if (wanted === undefined) return undefined;
				const isHolder = wanted.owner === this.settings.owner;
				const wasHolder = found?.record.owner === this.settings.owner;
				const record = isHolder || wasHolder ? { ...wanted, beat: randomUUID() } : wanted;
				const begunAt = this.clock.now();
				// From here on it may be another's, even if the answer never arrives.
				if (wasHolder && (!isHolder || wanted.released)) this.writtenAt = Number.NEGATIVE_INFINITY;
				const condition = found === undefined ? ("absent" as const) : { version: found.version };
				if ((await this.store.put(LEASE_KEY, JSON.stringify(record), condition)) === undefined) continue;
				if (isHolder) {
					this.epoch = record.epoch;
					this.generation = record.generation ?? "";
					this.writtenAt = record.released ? Number.NEGATIVE_INFINITY : begunAt;
				}
				return { before: found?.record, record };
			}
		});
	}

	private inTurn<T>(work: () => Promise<T>): Promise<T> {
		const done = this.last.then(work);
		this.last = done.catch(() => {});
		return done;
	}

	private async read(): Promise<Found | undefined> {
		const found = await this.store.get(LEASE_KEY);
		if (found === undefined) return undefined;
		const record = JSON.parse(found.content) as LeaseRecord;
		if (this.watched?.beat !== record.beat) this.watched = { beat: record.beat, since: this.clock.now() };
		return { record, version: found.version };
	}
}

function passed(record: LeaseRecord, to: string, transaction: number, toRevision: Revision | undefined): LeaseRecord {
	const { asker: _, askerRevision: __, revision, ...rest } = record;
	const handed = { from: record.owner, transaction, ...ofRevision(revision) };
	return { ...rest, owner: to, epoch: record.epoch + 1, ...ofRevision(toRevision), handed };
}

function ofRevision(revision: Revision | undefined): { revision?: Revision } {
	return revision === undefined ? {} : { revision };
}

function askedOf({ asker, askerRevision }: LeaseRecord): Pick<LeaseRecord, "asker" | "askerRevision"> {
	if (asker === undefined) return {};
	return { asker, ...(askerRevision !== undefined && { askerRevision }) };
}
