import { request } from "node:http";

/** One note that the app has acknowledged. */
export interface Acknowledged {
	id: number;
	text: string;
	/** When, on this process's own clock, in milliseconds. */
	at: number;
}

/** Adds `count` notes, `parallel` at a time, and returns what was acknowledged. A refused note is an error. */
export async function addNotes(url: string, count: number, parallel = 8): Promise<Acknowledged[]> {
	const load = new Load(url, { writers: parallel, count });
	const acknowledged = await load.finished;
	if (load.failed > 0) throw new Error(`${load.failed} of ${count} notes were refused`);
	return acknowledged;
}

interface LoadOptions {
	writers: number;
	/** Who ask for the newest notes. @default 0 */
	readers?: number;
	/** Notes to write. @default - until it is stopped */
	count?: number;
	/** Goes before the number of each note. @default "note" */
	prefix?: string;
}

/** Writers and readers that go on until they are stopped or have written `count` notes. A write without an answer is not counted. */
export class Load {
	readonly acknowledged: Acknowledged[] = [];
	readonly finished: Promise<Acknowledged[]>;
	requests = 0;
	failed = 0;
	/** Why requests failed, each reason once. */
	readonly reasons = new Set<string>();
	/** Each whole answer: when it was there, in milliseconds, and how many seconds after it was asked for. */
	readonly answers: { at: number; seconds: number }[] = [];
	private readonly count: number;
	private readonly prefix: string;
	private started = 0;
	private stopped = false;

	constructor(
		private readonly url: string,
		{ writers, readers = 0, count = Number.POSITIVE_INFINITY, prefix = "note" }: LoadOptions,
	) {
		this.count = count;
		this.prefix = prefix;
		const all = [
			...Array.from({ length: writers }, () => this.write()),
			...Array.from({ length: readers }, () => this.read()),
		];
		this.finished = Promise.all(all).then(() => this.acknowledged);
	}

	/** Seconds that whoever waited longest has waited. */
	get longestWait(): number {
		return this.answers.reduce((longest, { seconds }) => Math.max(longest, seconds), 0);
	}

	/** The longest time, in seconds, in which nobody got an answer. */
	get longestSilence(): number {
		return (
			this.answers.reduce((longest, { at }, index, all) => Math.max(longest, at - (all[index - 1]?.at ?? at)), 0) / 1000
		);
	}

	stop(): Promise<Acknowledged[]> {
		this.stopped = true;
		return this.finished;
	}

	private get isOver(): boolean {
		return this.stopped || this.started >= this.count;
	}

	private async write(): Promise<void> {
		while (!this.isOver) {
			this.started += 1;
			const text = `${this.prefix} ${this.started}`;
			const headers = { "content-type": "application/json" };
			const answer = await this.ask("/notes", 201, { method: "POST", headers, body: JSON.stringify({ text }) });
			if (answer === undefined) continue;
			this.acknowledged.push({ id: (answer as { id: number }).id, text, at: performance.now() });
		}
	}

	private async read(): Promise<void> {
		while (!this.isOver) await this.ask("/notes?limit=20", 200);
	}

	/** The answer, or undefined where it is not the one that is due: what was asked is then not promised. */
	private async ask(path: string, due: number, init?: RequestInit): Promise<unknown> {
		this.requests += 1;
		const start = performance.now();
		try {
			// A connection that goes down with the app may never be answered.
			const response = await fetch(`${this.url}${path}`, { ...init, signal: AbortSignal.timeout(30_000) });
			if (response.status !== due) throw new Error(`status ${response.status}`);
			const answer = await response.json();
			const at = performance.now();
			this.answers.push({ at, seconds: (at - start) / 1000 });
			return answer;
		} catch (error) {
			this.failed += 1;
			this.reasons.add(`${(error as Error).cause ?? error}`);
			await new Promise((resolve) => setTimeout(resolve, 20));
			return undefined;
		}
	}
}

/** What to say where there were too few writers around a fault for it to prove anything. */
export function enough({ acknowledged }: Load): string[] {
	return acknowledged.length >= 50 ? [] : [`only ${acknowledged.length} notes were written`];
}

/** Adds one note with a request that is under way for so many milliseconds. Cut off, it is an error. */
export function slowNote(url: string, milliseconds: number): Promise<Acknowledged> {
	const text = "slow note";
	const body = JSON.stringify({ text }).padEnd(40);
	return new Promise((resolve, reject) => {
		const sent = request(`${url}/notes`, {
			method: "POST",
			headers: { "content-type": "application/json", "content-length": body.length },
		});
		let at = 0;
		const timer = setInterval(() => {
			sent.write(body[at]);
			at += 1;
			if (at === body.length) {
				clearInterval(timer);
				sent.end();
			}
		}, milliseconds / body.length);
		sent.on("error", (error) => {
			clearInterval(timer);
			reject(error);
		});
		sent.on("response", (response) => {
			response
				.setEncoding("utf8")
				.on("data", (answer) => resolve({ ...(JSON.parse(answer) as { id: number }), text, at: performance.now() }));
		});
	});
}

/** Every note that the app has, by id. */
export async function notesOf(url: string): Promise<Map<number, string>> {
	const answer = await fetch(`${url}/notes?limit=10000000`, { signal: AbortSignal.timeout(60_000) });
	const notes = (await answer.json()) as { id: number; text: string }[];
	return new Map(notes.map(({ id, text }) => [id, text]));
}

/** How many notes are there twice. Every text is written once, so each is a request that the app got twice. */
export function duplicatesIn(notes: Map<number, string>): number {
	return notes.size - new Set(notes.values()).size;
}

/** The acknowledged notes that are not there, or not as they were acknowledged. */
export async function lost(url: string, acknowledged: Acknowledged[]): Promise<Acknowledged[]> {
	const there = await notesOf(url);
	return acknowledged.filter(({ id, text }) => there.get(id) !== text);
}

/** Waits until the app answers, and returns its version. Each try ends by itself: one may be lost while the app starts. */
export async function answering(url: string): Promise<string> {
	for (
		const start = Date.now();
		Date.now() - start < 60_000;
		await new Promise((resolve) => setTimeout(resolve, 200))
	) {
		// A timer that keeps the process alive, unlike that of AbortSignal.timeout: a lost try would end it without a word.
		const lost = new AbortController();
		const timer = setTimeout(() => lost.abort(), 2000);
		const response = await fetch(`${url}/health`, { signal: lost.signal }).catch(() => undefined);
		clearTimeout(timer);
		if (response?.ok) return ((await response.json()) as { version: string }).version;
	}
	throw new Error(`${url} does not answer`);
}
