/** Random numbers that are the same for the same seed (mulberry32). */
export class Chance {
	constructor(private seed: number) {}

	/** From 0 to just below 1. */
	share(): number {
		this.seed = (this.seed + 0x6d2b79f5) | 0;
		let mixed = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	}

	/** From `low` to `high`, both of them too. */
	integer(low: number, high: number): number {
		return low + Math.floor(this.share() * (high - low + 1));
	}

	of<T>(choices: readonly T[]): T {
		return choices[this.integer(0, choices.length - 1)] as T;
	}

	/** So many of what `make` makes. */
	list<T>(count: number, make: (index: number) => T): T[] {
		return Array.from({ length: count }, (_, index) => make(index));
	}
}
