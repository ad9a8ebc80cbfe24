import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../docker";
import type { Asked, Reply } from "./http";

/** Whoever passes requests on: a platform. */
export interface Front {
	request(path: string, asked?: Asked): Promise<Reply>;
}

interface Acknowledged {
	/** The row as the app answered it: the request's id, and which run of the app stored it. */
	row: string;
	/** Seconds, of this machine's clock; when it was asked and when it was answered. */
	asked: number;
	at: number;
}

/** Clients that write through a platform's front door, each request once, and what they were told. */
export class Load {
	readonly acknowledged: Acknowledged[] = [];
	/** How many requests were not acknowledged, by what they were told; `retry` says that there was a Retry-After. */
	readonly failures: Record<string, number> = {};
	private readonly ids = new Set<string>();

	constructor(private readonly front: Front) {}

	/** Sends one write. */
	async write(): Promise<Reply | undefined> {
		const id = randomBytes(8).toString("hex");
		this.ids.add(id);
		const asked = now();
		try {
			const reply = await this.front.request("/rows", { method: "POST", body: id });
			if (reply.status === 200) this.acknowledged.push({ row: reply.body, asked, at: now() });
			else this.count(`${reply.status}${reply.headers["retry-after"] === undefined ? "" : " with Retry-After"}`);
			return reply;
		} catch (error) {
			this.count(`no answer: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`);
			return undefined;
		}
	}

	/** So many clients that write one row after the other, until they are told to stop. */
	run(clients: number, pauseMilliseconds = 20): { stop(): Promise<void> } {
		let isOver = false;
		const client = async () => {
			while (!isOver) {
				const reply = await this.write();
				await sleep(reply?.status === 200 ? pauseMilliseconds : 200);
			}
		};
		const all = Promise.all(Array.from({ length: clients }, client));
		return {
			stop: async () => {
				isOver = true;
				await all;
			},
		};
	}

	/** Waits for so many more rows that are acknowledged. */
	async more(rows: number, seconds = 60): Promise<void> {
		const wanted = this.acknowledged.length + rows;
		await until(`${rows} more rows`, () => this.acknowledged.length >= wanted, seconds);
	}

	/** Seconds from the last acknowledged write of each run of the app to the first of the next. */
	pauses(order: string[]): number[] {
		return order.slice(1).map((run, index) => {
			const before = this.of(order[index] as string).map(({ at }) => at);
			return Math.min(...this.of(run).map(({ at }) => at)) - Math.max(...before);
		});
	}

	/**
	 * What is wrong with the rows of a database, in the order in which they were written: acknowledged ones that are not
	 * there, rows of nobody, a request that was carried out twice, and two runs of the app that wrote at the same time.
	 */
	problemsOf(rows: { content: string; at: number }[]): string[] {
		const problems: string[] = [];
		const kept = new Set(rows.map(({ content }) => content));
		const lost = this.acknowledged.filter(({ row }) => !kept.has(row));
		if (lost.length > 0) problems.push(`${lost.length} of ${this.acknowledged.length} acknowledged rows are lost`);
		const seen = new Set<string>();
		const left = new Set<string>();
		for (const [index, { content, at }] of rows.entries()) {
			const [id = "", run = ""] = content.split(" ");
			if (!this.ids.has(id)) problems.push(`${content} was never sent`);
			if (seen.has(id)) problems.push(`${id} is there twice`);
			seen.add(id);
			const before = rows[index - 1];
			const ran = before?.content.split(" ")[1];
			if (before !== undefined && ran !== undefined && ran !== run) {
				if (left.has(run)) problems.push(`${run} wrote again after ${ran}`);
				if (at < before.at) problems.push(`${run} wrote at ${at}, and ${ran} still at ${before.at}`);
				left.add(ran);
			}
		}
		return problems;
	}

	/** Writes that one run of the app acknowledged although they were sent after a later run had answered: two at a time. */
	overlaps(order: string[]): string[] {
		return order.slice(1).flatMap((next, index) => {
			const run = order[index] as string;
			const first = Math.min(...this.of(next).map(({ at }) => at));
			const late = this.of(run).filter(({ asked }) => asked > first);
			return late.length > 0 ? [`${late.length} writes went to ${run} after ${next} had answered`] : [];
		});
	}

	private of(run: string): Acknowledged[] {
		return this.acknowledged.filter(({ row }) => row.endsWith(` ${run}`));
	}

	private count(what: string): void {
		this.failures[what] = (this.failures[what] ?? 0) + 1;
	}
}

function now(): number {
	return Date.now() / 1000;
}
