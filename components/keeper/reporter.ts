import type { Alert, ProblemKind } from "./log";
import { problemEntry, wellEntry } from "./log";

/** Milliseconds between two looks, and between two reports of the same. */
const LOOK = 1000;
const AGAIN = 60_000;
/**
 * Looks in a row until staleness is told of: after a sleep of the whole instance its proof is old, and is renewed within
 * seconds. Counted in looks, since in a sleep there are none.
 */
const STALE_LOOKS = 15;

/** What it asks the keeper. */
interface Reported {
	/** Before that, or afterwards, the absence of problems says nothing. */
	readonly isServing: boolean;
	alerts(): Alert[];
}

/** Tells the log of what alerts rest on: each problem when it begins and while it lasts, and of an app that serves, that there is none. */
export class Reporter {
	private readonly looks = new Map<ProblemKind, number>();
	private readonly told = new Map<ProblemKind | "well", number>();

	constructor(
		private readonly app: string,
		private readonly keeper: Reported,
		private readonly write: (line: string) => void = console.log,
		private readonly now: () => number = () => performance.now(),
	) {}

	/** Returns what ends it. */
	start(): () => void {
		const timer = setInterval(() => this.look(), LOOK);
		return () => clearInterval(timer);
	}

	look(): void {
		const all = this.keeper.alerts();
		for (const kind of this.looks.keys()) if (all.every((alert) => alert.kind !== kind)) this.forget(kind);
		const lasting = all.filter(({ kind }) => this.seen(kind) > (kind === "stale" ? STALE_LOOKS : 0));
		for (const kind of new Set(lasting.map((alert) => alert.kind))) {
			if (!this.isDue(kind)) continue;
			const message = lasting.flatMap((alert) => (alert.kind === kind ? [alert.message] : [])).join("; ");
			this.write(problemEntry(this.app, { kind, message }));
		}
		if (all.length === 0 && this.keeper.isServing && this.isDue("well")) this.write(wellEntry(this.app));
	}

	private seen(kind: ProblemKind): number {
		const looks = (this.looks.get(kind) ?? 0) + 1;
		this.looks.set(kind, looks);
		return looks;
	}

	private isDue(what: ProblemKind | "well"): boolean {
		const isDue = this.now() - (this.told.get(what) ?? Number.NEGATIVE_INFINITY) >= AGAIN;
		if (isDue) this.told.set(what, this.now());
		return isDue;
	}

	private forget(kind: ProblemKind): void {
		this.looks.delete(kind);
		this.told.delete(kind);
	}
}
