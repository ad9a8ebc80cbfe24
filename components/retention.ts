import { LOCATIONS } from "./backup";
import { type Problem, shown, wholeNumber } from "./validate";

/** Days for which every moment can be restored, where nothing else is said. */
export const RETENTION_DAYS = 30;
/** Days for which what is expired or overwritten can still be brought back, where nothing else is said. */
export const GRACE_DAYS = 7;
/** The prefix of an app that has a bucket for itself. */
export const PREFIX = "app";

/** How long a backup bucket keeps what. */
export interface RetentionArgs {
	/**
	 * Days for which every moment can be restored, 1 to 3650. The keeper sees to it: it marks the files of the replica that
	 * no such restore needs, and only marked files expire. An idle database so keeps its newest snapshot for ever. @default 30
	 */
	retentionDays?: number;
	/** Days for which what is expired or overwritten stays as an old version of the object, 1 to 365. @default 7 */
	graceDays?: number;
}

/** A time in which no version of an object can be deleted. */
export interface ObjectLock {
	/** `governance`: a privileged administrator can lift it. `compliance`: nobody can, not even the owner of the account. */
	mode: "governance" | "compliance";
	/** Days from the writing of an object, 1 to 3650; not longer than `retentionDays`. */
	days: number;
}

/** What is wrong with the retention of any bucket. */
export function retentionProblems({ retentionDays, graceDays }: RetentionArgs): Problem[] {
	const problems = wholeNumber("retentionDays", retentionDays, 1, 3650);
	if (graceDays !== 0) return [...problems, ...wholeNumber("graceDays", graceDays, 1, 365)];
	const reason = `must be a whole number from 1 to 365 (got 0): versioning would keep nothing, and a mistake could not be undone; leave it out for ${GRACE_DAYS} days`;
	return [...problems, { propertyPath: "graceDays", reason }];
}

/** What is wrong with an object lock, by itself and beside the retention. */
export function objectLockProblems(lock: ObjectLock | undefined, { retentionDays }: RetentionArgs): Problem[] {
	if (lock === undefined) return [];
	const problems = wholeNumber("objectLock.days", lock.days ?? null, 1, 3650);
	if (lock.mode !== "governance" && lock.mode !== "compliance") {
		const reason = `must be governance or compliance (got ${shown(lock.mode)}): governance, unless a law demands that nobody can lift the lock`;
		problems.push({ propertyPath: "objectLock.mode", reason });
	}
	const retention = retentionDays ?? RETENTION_DAYS;
	if (lock.days > retention) {
		const reason = `must not be longer than retentionDays (got ${lock.days} days and ${retention} days): files that no restore needs could not be deleted; lower objectLock.days or raise retentionDays`;
		problems.push({ propertyPath: "objectLock.days", reason });
	}
	if (lock.mode === "compliance" && retentionDays === undefined) {
		const reason = `must be stated with objectLock.mode "compliance" (got nothing, so ${RETENTION_DAYS} days): nobody can undo that lock of ${shown(lock.days)} days, so it must not rest on a default; write retentionDays`;
		problems.push({ propertyPath: "retentionDays", reason });
	}
	return problems;
}

/** Classes of Cloud Storage, and the days for which each object is paid for at least. */
const MINIMUM_DAYS = { STANDARD: 0, NEARLINE: 30, COLDLINE: 90, ARCHIVE: 365 } as const;

/** A class of Cloud Storage. */
export type StorageClass = keyof typeof MINIMUM_DAYS;

/** What is wrong with a class of Cloud Storage, by itself and beside the retention. */
export function storageClassProblems(of: StorageClass | undefined, { retentionDays }: RetentionArgs): Problem[] {
	const least = MINIMUM_DAYS[of ?? "STANDARD"];
	const retention = retentionDays ?? RETENTION_DAYS;
	if (least === undefined) {
		const reason = `must be one of ${Object.keys(MINIMUM_DAYS).join(", ")} (got ${shown(of)}): leave it out for STANDARD`;
		return [{ propertyPath: "storageClass", reason }];
	}
	if (least <= retention) return [];
	const reason = `must not have a minimum duration longer than retentionDays (got ${of}, ${least} days, and ${retention} days): every object would be paid for after it is gone; use STANDARD or raise retentionDays`;
	return [{ propertyPath: "storageClass", reason }];
}

/** Days of soft delete on Cloud Storage, which takes none or 7 to 90: as long as the grace, as far as that goes. */
export function softDeleteDays({ softDeleteDays, graceDays }: RetentionArgs & { softDeleteDays?: number }): number {
	return softDeleteDays ?? Math.min(Math.max(graceDays ?? GRACE_DAYS, 7), 90);
}

/** What is wrong with the days of soft delete. */
export function softDeleteProblems(days: number | undefined): Problem[] {
	if (days === 0 || wholeNumber("softDeleteDays", days, 7, 90).length === 0) return [];
	const reason = `must be 0 or a whole number from 7 to 90, the least and the most that Cloud Storage takes (got ${shown(days)}): write 7, or 0 for no soft delete`;
	return [{ propertyPath: "softDeleteDays", reason }];
}

/** What is wrong with the prefix below which an app's data lies. */
export function prefixProblems(prefix: string | undefined): Problem[] {
	const isPath = /^[\w-]+(\/[\w-]+)*$/.test(prefix ?? "app") && (prefix?.length ?? 0) <= 200;
	if (isPath && prefix?.split("/")[0] !== LOCATIONS) return [];
	if (isPath) {
		const reason = `must not lie in ${LOCATIONS}, where each app's place is written down (got ${shown(prefix)}): write something like "shop/notes"`;
		return [{ propertyPath: "prefix", reason }];
	}
	const reason = `must be letters, digits, - and _ in parts joined by /, at most 200 characters (got ${shown(prefix)}): write something like "shop/notes", one prefix for each app`;
	return [{ propertyPath: "prefix", reason }];
}
