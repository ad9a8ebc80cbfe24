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
	const load = new Load(url, parallel, count);
	const acknowledged = await load.finished;
	if (load.failed > 0) throw new Error(`${load.failed} of ${count} notes were refused`);
	return acknowledged;
}

/** Writers that go on until they are stopped or have written `count` notes. A write without an answer is not counted. */
export class Load {
	readonly acknowledged: Acknowledged[] = [];
	readonly finished: Promise<Acknowledged[]>;
	failed = 0;
	/** Why requests failed, each reason once. */
	readonly reasons = new Set<string>();
	private started = 0;
	private stopped = false;

	constructor(
		private readonly url: string,
		parallel: number,
		private readonly count = Number.POSITIVE_INFINITY,
		/** Goes before the number of each note. */
		private readonly prefix = "note",
	) {
		const writers = Array.from({ length: parallel }, () => this.write());
		this.finished = Promise.all(writers).then(() => this.acknowledged);
	}

	stop(): Promise<Acknowledged[]> {
		this.stopped = true;
		return this.finished;
	}

	private async write(): Promise<void> {
		while (!this.stopped && this.started < this.count) {
			this.started += 1;
			const text = `${this.prefix} ${this.started}`;
			try {
				const response = await fetch(`${this.url}/notes`, {
					method: "POST",
					headers: { "content-type": "application/json" },
					body: JSON.stringify({ text }),
					// A connection that goes down with the app may never be answered.
					signal: AbortSignal.timeout(30_000),
				});
				if (response.status !== 201) throw new Error(`status ${response.status}`);
				const { id } = (await response.json()) as { id: number };
				this.acknowledged.push({ id, text, at: performance.now() });
			} catch (error) {
				// Not acknowledged, so not promised: the app is being stopped.
				this.failed += 1;
				this.reasons.add(`${(error as Error).cause ?? error}`);
				await new Promise((resolve) => setTimeout(resolve, 20));
			}
		}
	}
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
		const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
		if (response?.ok) return ((await response.json()) as { version: string }).version;
	}
	throw new Error(`${url} does not answer`);
}
