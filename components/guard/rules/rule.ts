import type { Verdict } from "../verdict";

/** A resource as a preview plans it, or as a policy pack gets it. */
export interface PlannedResource {
	urn: string;
	/** As `gcp:storage/bucket:Bucket`. */
	type: string;
	/** The last part of the URN. */
	name: string;
	/** Its inputs. What is not known yet is `UNKNOWN`, what is secret is `SECRET`. */
	properties: Record<string, unknown>;
	protect: boolean;
	/** Undefined where it cannot be seen, as in a policy pack. */
	retainOnDelete?: boolean;
	/** URNs of what its inputs come from. Undefined where it cannot be seen. */
	dependencies?: string[];
}

export interface Violation {
	/** What the guard says of it. A policy pack says just that it is there. */
	verdict: Extract<Verdict, "at risk" | "lost">;
	/** One sentence with the option and its value. */
	reason: string;
	/** One sentence: what to set in place of it. */
	wayOut: string;
}

/** A violation that only the whole stack shows, with the resource that it is about. */
export interface StackViolation extends Violation {
	urn: string;
}

/**
 * A rule that needs no diff: it looks at one resource. Both the guard and the policy pack use it, so it is a plain function
 * without Pulumi.
 */
export interface Rule {
	/** In kebab-case, as `no-public-bucket`. */
	name: string;
	/** One sentence for the policy pack's users. */
	description: string;
	/**
	 * Whether it is about what a resource lacks from the start, which costs no data now: the guard then tells of it, and
	 * gives no verdict. What a resource loses of it, the guard's comparison finds.
	 *
	 * @default false
	 */
	isAdvice?: boolean;
	check(resource: PlannedResource): Violation[];
	/** What shows only beside all others, such as a bucket without the resource that keeps its versions. */
	checkStack?(resources: PlannedResource[]): StackViolation[];
}
