/** An object and the version of it that was read; a later write can insist on that version. */
export interface Versioned {
	content: string;
	/** Opaque: an S3 ETag, a GCS generation, a number of the directory store. */
	version: string;
}

/** One object of a listing. */
export interface Listed {
	/** Below the store's URL. */
	key: string;
	bytes: number;
	modified: Date;
}

/** On which condition an object is written: it is not there yet, or still in the version that was read. */
export type Condition = "absent" | { version: string };

/** The small objects beside a replica. Litestream moves the replica's own files. */
export interface Store {
	/** Undefined when there is no such object. */
	get(key: string): Promise<Versioned | undefined>;
	/** Writes the object if the condition holds, and returns its new version; undefined when it does not hold. */
	put(key: string, content: string, condition: Condition): Promise<string | undefined>;
	/** Objects below `prefix` in the order of their keys, those after `after` only. */
	list(prefix: string, after?: string): AsyncIterable<Listed>;
	/** Copies an object of the replica to a file of this machine. */
	download(key: string, file: string): Promise<void>;
	/** Writes a file of this machine, which never changes, as an object; what is there already may stay or be written again. */
	upload(key: string, file: string): Promise<void>;
	/** Copies an object of the replica, which never changes, to another place in it; what is there already may stay. */
	copy(key: string, to: string): Promise<void>;
	/** Marks files of the replica as superfluous, so that the bucket's lifecycle expires them; a directory's are removed. */
	supersede(keys: string[]): Promise<void>;
	/** The store at the root of the same bucket or directory, and where in it this one is. */
	atRoot(): { root: Store; prefix: string };
}

/** The store cannot be reached or does not let us in: nothing is known of what it holds. */
export class StoreUnreachable extends Error {}

/** Milliseconds after which a store counts as unreachable. */
export const PATIENCE = 10_000;
