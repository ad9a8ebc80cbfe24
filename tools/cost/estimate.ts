import { LOOK_UP, type Price } from "./prices";
import { type Resource, storesWritten, USES, type Use } from "./uses";

/** What the estimate rests on. Every month has 730 hours. */
export interface Assumptions {
	requestsPerDay: number;
	/** How long a request takes. On Cloud Run scaled to zero, this is when the processor is paid. */
	secondsPerRequest: number;
	/** Moments in a day at which the app writes; those within one second count as one. */
	writesPerDay: number;
	databaseGb: number;
	filesGb: number;
	imagesGb: number;
	logGbPerMonth: number;
	trafficGbPerMonth: number;
}

export const DEFAULTS: Assumptions = {
	requestsPerDay: 10_000,
	secondsPerRequest: 0.1,
	writesPerDay: 1000,
	databaseGb: 0.1,
	filesGb: 1,
	imagesGb: 1,
	logGbPerMonth: 1,
	trafficGbPerMonth: 10,
};

/** One line of an estimate. */
export interface Row {
	/** Name of the resource. */
	resource: string;
	/** What of it is paid for. */
	what: string;
	/** What is used of it in a month. */
	quantity: number;
	unit: string;
	/** Dollars a month; undefined where no price is known. */
	usd?: number;
	/** Whether the price is that of cheaper regions. */
	atLeast: boolean;
	/** Where to look it up, if not here. */
	lookUp?: string;
}

/** Rows for every resource that costs something, the free allowances taken off; and types of which nothing is known. */
export function estimate(
	resources: Resource[],
	region: string,
	assumptions: Assumptions,
	prices: Record<string, Price>,
	options: { freeAllowances: boolean } = { freeAllowances: true },
): { rows: Row[]; unknown: string[] } {
	const left = new Map(Object.entries(prices).map(([id, { free = 0 }]) => [id, options.freeAllowances ? free : 0]));
	const scene = { assumptions, ...storesWritten(resources, assumptions) };
	const rows = resources.flatMap((resource) =>
		(USES[resource.type]?.(resource, scene) ?? []).map((use) => rowOf(resource.name, use)),
	);
	const unknown = resources.filter(({ type }) => !(type in USES)).map(({ type }) => type);
	return { rows, unknown: [...new Set(unknown)].sort() };

	function rowOf(resource: string, { what, price, quantity }: Use): Row {
		const known = prices[price];
		if (known === undefined) {
			return { resource, what, quantity, unit: "", atLeast: false, lookUp: LOOK_UP[price as keyof typeof LOOK_UP] };
		}
		const free = Math.min(left.get(price) ?? 0, quantity);
		left.set(price, (left.get(price) ?? 0) - free);
		const atLeast = known.regions !== undefined && !known.regions.includes(region);
		const { unit, page } = known;
		return {
			resource,
			what,
			quantity,
			unit,
			usd: (quantity - free) * known.usd,
			atLeast,
			...(atLeast && { lookUp: page }),
		};
	}
}
