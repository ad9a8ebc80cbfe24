import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { Acknowledge } from "../prove/scene";
import { ACTIONS } from "./actions";
import { Book, type Findings } from "./book";
import { Doing } from "./doing";
import type { Step } from "./plan";
import { integrityOf, notesIn } from "./rows";
import type { Stage } from "./stage";

/** Milliseconds of writes that a lost host may take along where they are acknowledged before they are in the store. */
const MAY_LOSE = 2000;
/** Milliseconds of load after a step. */
const AFTER = 500;

/** What one step did, and what was found after it. */
export interface Done {
	step: number;
	kind: Step["kind"];
	/** When it began. */
	time: string;
	seconds: number;
	/** How a write counted as done. */
	acknowledge: Acknowledge;
	redeploys: number;
	/** Processes that it killed, stopped or froze. */
	kills: number;
	/** Notes that this step's writers were told are done. */
	acknowledged: number;
	requests: number;
	failed: number;
	/** Seconds. */
	longestWait: number;
	/** Seconds between two acknowledged writes. */
	writePause: number;
	/** Notes in the database after it. */
	rows: number;
	/** Acknowledged writes that a lost host took along, within what is allowed, and the seconds that they span. */
	takenAlong?: { writes: number; seconds: number };
	lost: number;
	duplicates: number;
	notes: string[];
	/** What did not hold. */
	problems: string[];
	/** Whether an invariant is broken or the step could not be done: then there is no next one. */
	isOver: boolean;
}

/** A soak under way: the stack, and the book of what its app has acknowledged. */
export class Soak {
	readonly book = new Book();
	readonly done: Done[] = [];
	private acknowledge: Acknowledge = "local";

	constructor(private readonly stage: Stage) {}

	/** Does steps until the time is over or something is broken. A step that has begun is done to its end. */
	async run(steps: Iterable<Step>, milliseconds: number, tell: (done: Done) => void): Promise<void> {
		const start = performance.now();
		for (const step of steps) {
			if (performance.now() - start >= milliseconds) return;
			const done = await this.do(step);
			this.done.push(done);
			tell(done);
			if (done.isOver) return;
		}
	}

	private async do(step: Step): Promise<Done> {
		const [start, time] = [performance.now(), new Date().toISOString()];
		const doing = new Doing(this.stage, step, this.acknowledge, this.book.last);
		const broken: string[] = [];
		try {
			await sleep(step.before);
			await ACTIONS[step.kind](doing);
			await sleep(AFTER);
		} catch (error) {
			broken.push(`the step failed: ${(error as Error).message}`);
		}
		const { load } = doing;
		await load.stop();
		this.acknowledge = doing.acknowledge;
		const twice = this.book.enter(step.number, load.acknowledged, load.requests);
		broken.push(...told(twice, "ids were given to two acknowledged writes"));
		if (doing.isQuiet && load.failed > 0) {
			doing.problems.push(`${load.failed} of ${load.requests} requests failed: ${[...load.reasons].join("; ")}`);
		}
		if (doing.isQuiet && load.acknowledged.length === 0) doing.problems.push("no write was acknowledged");
		const figures = {
			step: step.number,
			kind: step.kind,
			time,
			acknowledge: doing.acknowledge,
			redeploys: doing.redeploys,
			kills: doing.kills,
			acknowledged: load.acknowledged.length,
			requests: load.requests,
			failed: load.failed,
			longestWait: rounded(load.longestWait),
			writePause: rounded(pauseIn(load.acknowledged.map(({ at }) => at))),
			notes: doing.notes,
		};
		const ended = (found: Pick<Done, "rows" | "lost" | "duplicates" | "takenAlong">): Done => ({
			...figures,
			...found,
			seconds: rounded((performance.now() - start) / 1000),
			problems: [...broken, ...doing.problems],
			isOver: broken.length > 0,
		});
		try {
			await this.stage.scene.settled();
			const found = await this.checked(doing, broken);
			return ended(found);
		} catch (error) {
			broken.push(`the check failed: ${(error as Error).message}`);
			return ended({ rows: 0, lost: 0, duplicates: 0 });
		}
	}

	/** Compares book and database, and what was restored if anything was. */
	private async checked(
		doing: Doing,
		broken: string[],
	): Promise<Pick<Done, "rows" | "lost" | "duplicates" | "takenAlong">> {
		const database = { container: await this.stage.scene.app() };
		const found = await this.book.compare(notesIn(database));
		broken.push(...holes(found, "the database"), ...(await sound(database, "the database")));
		const ends = doing.load.acknowledged.filter(({ id }) => found.lost.includes(id));
		const missing = endMissing(found);
		let [lost, takenAlong] = [found.lost.length, undefined as Done["takenAlong"]];
		if (missing && doing.keptTo !== undefined && found.last >= doing.keptTo) lost = 0;
		if (doing.keptTo !== undefined && doing.last > doing.keptTo && found.last >= doing.last) {
			broken.push(`nothing went back: ${doing.keptTo} was to be the last, and ${found.last} is`);
		}
		if (missing && doing.hostLost && doing.acknowledge === "local" && ends.length === lost) {
			const last = doing.load.acknowledged.reduce((latest, { at }) => Math.max(latest, at), 0);
			const span = last - ends.reduce((first, { at }) => Math.min(first, at), last);
			if (span <= MAY_LOSE) {
				takenAlong = { writes: lost, seconds: rounded(span / 1000) };
				lost = 0;
			}
		}
		if (lost > 0) broken.push(...told(found.lost, "acknowledged writes are lost: ids"));
		else this.book.endAt(found.last);
		if (doing.restored !== undefined) {
			const { to } = doing.restored;
			const restored = await this.book.compare(notesIn(doing.restored));
			broken.push(...holes(restored, "what was restored"), ...(await sound(doing.restored, "what was restored")));
			if (!endMissing(restored))
				broken.push(...told(restored.lost, "acknowledged writes are not in what was restored: ids"));
			if (restored.last < to) broken.push(`what was restored ends at ${restored.last}, and ${to} was in the store`);
		}
		return { rows: found.rows, lost, duplicates: found.duplicates, ...(takenAlong && { takenAlong }) };
	}
}

/** Whether what is lost is all behind the last row: then the database is a beginning of what was acknowledged. */
function endMissing({ lost, last }: Findings): boolean {
	return lost.every((id) => id > last);
}

/** What makes a database something else than a beginning of what was acknowledged. */
function holes({ gaps, strangers, duplicates }: Findings, what: string): string[] {
	return [
		...told(gaps, `ids are missing in ${what}`),
		...told(strangers, `notes that nobody has written are in ${what}: ids`),
		...(duplicates === 0 ? [] : [`${duplicates} notes are twice in ${what}`]),
	];
}

async function sound(where: Parameters<typeof integrityOf>[0], what: string): Promise<string[]> {
	const said = await integrityOf(where);
	return said === "ok" ? [] : [`${what} is corrupt: ${said}`];
}

function told(ids: number[], what: string): string[] {
	if (ids.length === 0) return [];
	return [`${ids.length} ${what} ${ids.slice(0, 10).join(", ")}${ids.length > 10 ? ", …" : ""}`];
}

/** The longest time between two of these, in seconds. */
function pauseIn(times: number[]): number {
	const sorted = times.sort((one, other) => one - other);
	return sorted.reduce((longest, at, index) => Math.max(longest, at - (sorted[index - 1] ?? at)), 0) / 1000;
}

function rounded(seconds: number): number {
	return Math.round(seconds * 100) / 100;
}
