/** Which version of a deployment an instance is. */
export interface Revision {
	/** Grows with each version. */
	number: number;
	/** What its versions are counted for. */
	service: string;
}

/** Whether the second is the newer one. Of two services, or where one is not known, nobody can say: then neither is. */
export function isOlder(one: Revision | undefined, other: Revision | undefined): boolean {
	return one !== undefined && other !== undefined && one.service === other.service && one.number < other.number;
}
