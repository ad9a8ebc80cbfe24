import { Chance } from "../chance";

/** Where the replica is: a volume of the host, or a bucket of an S3 server. */
export type StoreKind = "host" | "s3";

const REDEPLOYS = ["redeploy", "redeploy with a migration"] as const;

/** Each is once in every deck, and twice where it is named twice. */
const FAULTS = [
	"redeploy, and the migration fails",
	"redeploy, and the app is killed",
	"redeploy, and the keeper is killed",
	"kill the app",
	"kill the keeper",
	"kill both",
	"stop both",
	"kill Litestream",
	"freeze Litestream",
	"drill",
	"restore into a file",
	"restore in place",
	"roll back, data kept",
	"roll back to the snapshot",
	"acknowledge otherwise",
	"lose the host",
	"lose the host",
] as const;

/** Only a store that is reached through a network can be away. */
const OUTAGES = [
	"the store hangs",
	"the store refuses",
	"the store is slow",
	"the store loses answers",
	"redeploy, and the store hangs",
] as const;

export type Kind = (typeof REDEPLOYS)[number] | (typeof FAULTS)[number] | (typeof OUTAGES)[number];

/** One thing that is done to the stack, with all that chance has to say of it. */
export interface Step {
	/** From 1 on. */
	number: number;
	kind: Kind;
	/** Milliseconds of load before it. */
	before: number;
	/** Milliseconds into a redeploy at which it is disturbed. */
	moment: number;
	/** Milliseconds for which something is away. */
	away: number;
}

/**
 * The steps of a seed, without an end. They come as cards from a deck that has each fault, and as many redeploys; a new
 * deck follows when one is used up. So an hour has had all of them, and no two seeds have the same order.
 */
export function* plan(seed: number, store: StoreKind): Generator<Step, never> {
	const chance = new Chance(seed);
	for (let number = 1; ; ) {
		for (const kind of deck(chance, store)) {
			yield {
				number,
				kind,
				before: chance.integer(300, 2500),
				moment: chance.integer(500, 12_000),
				away: chance.integer(2000, 15_000),
			};
			number += 1;
		}
	}
}

function deck(chance: Chance, store: StoreKind): Kind[] {
	const faults: Kind[] = store === "s3" ? [...FAULTS, ...OUTAGES] : [...FAULTS];
	const redeploys = faults.map((): Kind => REDEPLOYS[chance.share() < 1 / 3 ? 1 : 0]);
	const cards = [...faults, ...redeploys];
	for (let last = cards.length - 1; last > 0; last -= 1) {
		const other = chance.integer(0, last);
		[cards[last], cards[other]] = [cards[other] as Kind, cards[last] as Kind];
	}
	return cards;
}
