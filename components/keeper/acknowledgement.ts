/** What is known of the writes that an answer tells of: the transaction that covers them, or why it must not go out. */
export type Covered = { transaction?: number } | { refused: string };

/** What the door asks so that an answer that tells of a write goes out only once that write is in the store. */
export interface Acknowledgement {
	/** Why a request that is there to write is turned away unheard; undefined where it is not. */
	outage(): string | undefined;
	/**
	 * What the database is like now, to be given to {@link covered} when the answer is there. Cheap.
	 *
	 * @param writes whether the request is there to write: its answer then waits for all that is committed by then, since it
	 * may tell of what an earlier try has written.
	 */
	mark(writes: boolean): number;
	/** Once all that was committed since the mark is in the store, at once where nothing was; or why it is not. */
	covered(mark: number): Covered | Promise<Covered>;
}
