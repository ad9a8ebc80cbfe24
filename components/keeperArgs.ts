import { type Problem, wholeNumber } from "./validate";

/** How watchful the keeper is. */
export interface KeeperArgs {
	/** Hours between two drills, 0 to 8760; 0 for none. @default 24 */
	drillHours?: number;
	/** Seconds without a proof of replication that make the keeper unhealthy, 5 to 3600. @default 60 */
	staleSeconds?: number;
	/** Seconds after which the place of a keeper that was lost is free, 5 to 3600. Renewed three times in it. @default 30 */
	leaseSeconds?: number;
}

/** Everything that is wrong with them. */
export function keeperProblems({ drillHours, staleSeconds, leaseSeconds }: KeeperArgs = {}): Problem[] {
	return [
		...wholeNumber("keeper.drillHours", drillHours, 0, 8760),
		...wholeNumber("keeper.staleSeconds", staleSeconds, 5, 3600),
		...wholeNumber("keeper.leaseSeconds", leaseSeconds, 5, 3600),
	];
}

/** The same as the keeper reads it (components/keeper/settings.ts). */
export function keeperEnvironment({ drillHours, staleSeconds, leaseSeconds }: KeeperArgs = {}): Record<string, string> {
	return {
		...(drillHours !== undefined && { HOLDFAST_DRILL_HOURS: `${drillHours}` }),
		...(staleSeconds !== undefined && { HOLDFAST_STALE_SECONDS: `${staleSeconds}` }),
		...(leaseSeconds !== undefined && { HOLDFAST_LEASE_SECONDS: `${leaseSeconds}` }),
	};
}
