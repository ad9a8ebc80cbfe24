/** A type of resource that holds data, or what data cannot be read without. */
export interface Kind {
	/** As `gcp:storage/bucket:Bucket`. */
	type: string;
	/** What people call it, as `bucket`. */
	noun: string;
	/** Input with its name on the platform. @default "name" */
	nameProperty?: string;
	/** What a deletion costs, in one sentence. @default - "All that is in it is gone." */
	cost?: string;
	/**
	 * What it is to the data. `data` holds it. `key`: without it, encrypted data cannot be read. `guard` holds no data, but
	 * keeps it safe, as the versioning of a bucket: without it, data is at risk, not lost. `settings` decide over data that
	 * lies elsewhere, as the lifecycle of a bucket: without them nothing is lost, by them it can be.
	 *
	 * `host`: programs run on it, and may have data on its own disk.
	 *
	 * @default "data"
	 */
	role?: "data" | "key" | "guard" | "settings" | "host";
}

/** Kinds of one provider, as `type: noun` or with more to say. */
export type KindTable = Record<string, string | Omit<Kind, "type">>;

/** What the deletion of a host costs. */
export const DISK = "What is on its own disk is gone.";
export const CLUSTER = "What runs in it is gone, also its volume claims.";
