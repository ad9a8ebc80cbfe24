/** Where the database comes from that an instance begins with: its own disk, the replica, or just what was handed over. */
export type Source = "local" | "replica" | { transaction: number };

/** What an instance's disk remembers, for the next keeper on it. */
export interface Memory {
	/** Of the lease under which the database on this disk was last written. */
	epoch?: number;
	/** It was handed to another instance, or is about to be. */
	gone?: boolean;
}

/** What the protocol does to the app and its data. */
export interface Hands {
	memory: Memory;
	remember(memory: Memory): void;
	/** What can be done before anybody waits for it. */
	prepare(): Promise<void>;
	/** Puts the database in place; no app runs on it yet, unless it is the local one. */
	place(source: Source): Promise<void>;
	/** Lets the app in and waits until it is healthy. Nothing that it writes is acknowledged or replicated yet. */
	startApp(): Promise<boolean>;
	/** Whether all that the app is asked comes through our own door, so that a closed one keeps every client away. */
	isBehindDoor: boolean;
	/** The app is not to go on. Returns whether this process has to end for that: then the platform ends the app with it. */
	stopApp(): boolean;
	/** Takes the database's write lock; false when it is not to be had within some seconds. */
	freeze(seconds?: number): Promise<boolean>;
	thaw(): Promise<void>;
	startReplication(): void;
	/** At once, and for certain. */
	stopReplication(): Promise<void>;
	/**
	 * Brings all that is committed into the store, within some seconds, and returns the last transaction; 0 when there is no
	 * database yet.
	 */
	sync(seconds?: number): Promise<number>;
	/** From here on, writes may be acknowledged, under this epoch. */
	openDoor(epoch: number): void;
	/** Who comes from now on waits. */
	closeDoor(): void;
	/** Until the requests that were let in have their answers, or have had their time. */
	drained(): Promise<void>;
	/** The same before a stop, and until nobody writes any more: at most so many seconds. */
	settled(seconds: number): Promise<void>;
	/** Who waits, and who comes, is told to try again elsewhere. */
	endDoor(): void;
}
