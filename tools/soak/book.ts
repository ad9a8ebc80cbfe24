import type { Acknowledged } from "../prove/load";

/** Above every number of a note within its step, so that step and number together are one number. */
const STEP = 10_000_000;

/** A note as the database has it. */
export interface Row {
	id: number;
	text: string;
}

/** What a database has of that which was acknowledged. */
export interface Findings {
	rows: number;
	/** The highest id. */
	last: number;
	/** Ids that were acknowledged and are not there, or hold another note. */
	lost: number[];
	/** Notes that are there twice. */
	duplicates: number;
	/** Ids below the last one that are missing: the app gives them out one after another and deletes none. */
	gaps: number[];
	/** Ids of notes that nobody has written. */
	strangers: number[];
}

/** What the writers of a step put before the number of each note. */
export function prefixOf(step: number): string {
	return `step ${step}, note`;
}

/** Every note that was acknowledged and must be there: a number a note, because a soak goes on for hours. */
export class Book {
	/** Notes that were acknowledged in all, those that were later given up included. */
	total = 0;
	/** By id: which note it is, or 0 where none was acknowledged. */
	private notes = new Float64Array(1 << 16);
	private highest = 0;
	/** By step: how many notes its writers may have sent. */
	private readonly sent = new Map<number, number>();

	/** The highest id that was acknowledged and must be there. */
	get last(): number {
		return this.highest;
	}

	/** Enters what the writers of a step were told, and returns the ids that were given out twice. */
	enter(step: number, acknowledged: Acknowledged[], sent: number): number[] {
		const twice: number[] = [];
		this.sent.set(step, sent);
		for (const { id, text } of acknowledged) {
			this.grow(id);
			if (this.notes[id] !== 0) twice.push(id);
			this.notes[id] = numberOf(text) ?? 0;
			this.highest = Math.max(this.highest, id);
		}
		this.total += acknowledged.length;
		return twice;
	}

	/** Compares it, row by row, with a database's notes in the order of their ids. */
	async compare(pages: AsyncIterable<Row[]>): Promise<Findings> {
		const found: Findings = { rows: 0, last: 0, lost: [], duplicates: 0, gaps: [], strangers: [] };
		let there = new Float64Array(this.notes.length);
		const pass = (until: number) => {
			for (let id = found.last + 1; id < until; id += 1) {
				found.gaps.push(id);
				if (this.notes[id]) found.lost.push(id);
			}
		};
		for await (const page of pages) {
			for (const { id, text } of page) {
				pass(id);
				const note = numberOf(text);
				if (note === undefined || !this.wasSent(note)) found.strangers.push(id);
				if (this.notes[id] && this.notes[id] !== note) found.lost.push(id);
				if (found.rows === there.length) there = grown(there);
				there[found.rows] = note ?? -id;
				found.rows += 1;
				found.last = id;
			}
		}
		for (let id = found.last + 1; id <= this.highest; id += 1) if (this.notes[id]) found.lost.push(id);
		found.duplicates = repeated(there.subarray(0, found.rows));
		return found;
	}

	/** Gives up all above an id: it was lost within what is allowed, or left out as it was asked for. */
	endAt(last: number): void {
		this.notes.fill(0, last + 1);
		this.highest = Math.min(this.highest, last);
	}

	private wasSent(note: number): boolean {
		return note % STEP <= (this.sent.get(Math.floor(note / STEP)) ?? 0);
	}

	private grow(id: number): void {
		while (id >= this.notes.length) this.notes = grown(this.notes);
	}
}

function numberOf(text: string): number | undefined {
	const [, step, note] = /^step (\d+), note (\d+)$/.exec(text) ?? [];
	return step === undefined ? undefined : Number(step) * STEP + Number(note);
}

function grown(numbers: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
	const more = new Float64Array(numbers.length * 2);
	more.set(numbers);
	return more;
}

/** How many of the numbers are there once more. It sorts them. */
function repeated(numbers: Float64Array): number {
	return numbers.sort().reduce((count, each, index) => (each === numbers[index - 1] ? count + 1 : count), 0);
}
