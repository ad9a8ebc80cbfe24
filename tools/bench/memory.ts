import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SAMPLE_APP } from "../prove/sampleApp";
import { docker, dockerOutput, freePort, succeeds, Twin } from "../prove/twin";
import { KEEPER_BASE } from "../setup/versions";
import { ROOT } from "../workspace";
import { KEEPER_PROCESS, LITESTREAM_PROCESS, resident } from "./resident";
import type { Bench, Comparison } from "./result";
import { rounded } from "./statistics";
import { cleanedUp, progress } from "./turns";

/** Writes a second to each of both apps, under load: what gunicorn and this machine do beside everything else. */
const RATE = 40;
/** Milliseconds until what was started is at rest, and between two looks. */
const SETTLED = 20_000;
const BETWEEN = 2000;

const [KEEPER, ITS_LITESTREAM, TOGETHER] = [
	"ours, the keeper's process",
	"ours, its Litestream",
	"ours, both",
] as const;
const PLAIN = "plain Litestream";

/** The keeper of a stack as users have it, beside the same app with nothing but Litestream beside it. */
export const memory: Bench = {
	name: "memory",
	about: "the keeper and the Litestream in it, idle and under load, against plain Litestream beside the same app",
	async run({ runs = 6 }) {
		const say = progress("memory");
		const id = randomBytes(3).toString("hex");
		const twin = new Twin(`bench-${id}-memory`, await freePort());
		const plain = new PlainApp(`holdfast-bench-${id}-plain`, await freePort());
		const remove = async () => {
			await plain.remove();
			await twin.remove();
		};
		return cleanedUp(remove, async () => {
			say("deploying the app with the keeper, and with Litestream alone");
			await succeeds(twin.configure({}, { keeper: { drillHours: 0 } }).up());
			await plain.start();
			say("idle");
			await write([twin.url, plain.url], 20, async () => {});
			await sleep(SETTLED);
			const idle = await looks(runs, twin, plain);
			say(`${RATE} writes a second to each`);
			const under = await write([twin.url, plain.url], Number.POSITIVE_INFINITY, async () => {
				await sleep(SETTLED);
				return looks(runs, twin, plain);
			});
			return { comparisons: [comparison("idle", idle), comparison(`under load, ${RATE} writes a second`, under)] };
		});
	},
};

function comparison(when: string, values: Comparison["values"]): Comparison {
	return {
		name: `memory, ${when}`,
		unit: "MiB",
		values,
		ratios: [
			{ of: TOGETHER, to: PLAIN },
			{ of: ITS_LITESTREAM, to: PLAIN },
		],
		notes: ["Resident, all of it: pages that both share with others count in each. Looked at in the same seconds."],
	};
}

async function looks(runs: number, twin: Twin, plain: PlainApp): Promise<Comparison["values"]> {
	const values: Record<string, number[]> = { [KEEPER]: [], [ITS_LITESTREAM]: [], [TOGETHER]: [], [PLAIN]: [] };
	for (let run = 0; run < runs; run += 1) {
		const keeper = `${twin.container}-keeper`;
		const [own, its, alone] = [
			await resident(keeper, KEEPER_PROCESS),
			await resident(keeper, LITESTREAM_PROCESS),
			await resident(plain.litestream, LITESTREAM_PROCESS),
		];
		const found = { [KEEPER]: own, [ITS_LITESTREAM]: its, [TOGETHER]: own + its, [PLAIN]: alone };
		for (const [name, value] of Object.entries(found)) values[name]?.push(rounded(value, 1));
		await sleep(BETWEEN);
	}
	return values;
}

/** Has the work done while notes are written to each of the apps, up to a number of them. */
async function write<T>(urls: string[], most: number, work: () => Promise<T>): Promise<T> {
	let isOver = false;
	const writing = urls.map(async (url) => {
		const start = performance.now();
		for (let count = 0; count < most && !isOver; count += 1) {
			await sleep(Math.max(0, start + (count * 1000) / RATE - performance.now()));
			const body = JSON.stringify({ text: "a note of the benchmark" });
			const answer = await fetch(`${url}/notes`, {
				method: "POST",
				body,
				headers: { "content-type": "application/json" },
			});
			await answer.text();
			if (answer.status !== 201) throw new Error(`${url} answers ${answer.status}`);
		}
	});
	const all = Promise.all(writing);
	try {
		return await Promise.race([work(), all.then(() => new Promise<never>(() => {}))]);
	} finally {
		isOver = most === Number.POSITIVE_INFINITY;
		await all;
	}
}

/** The sample app with nothing of ours: its image, a volume, and Litestream beside it. */
class PlainApp {
	constructor(
		private readonly name: string,
		private readonly port: number,
	) {}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	get litestream(): string {
		return `${this.name}-litestream`;
	}

	async start(): Promise<void> {
		const image = `${this.name}:1`;
		await dockerOutput("build", "--quiet", "--tag", image, join(ROOT, SAMPLE_APP));
		// The volume is a bare one, which belongs to root.
		const data = ["--user=0:0", "--mount", `type=volume,source=${this.name}-data,target=/app/data`];
		await dockerOutput("run", "--rm", ...data, image, "alembic", "upgrade", "head");
		const published = [`--publish=127.0.0.1:${this.port}:8000`, `--name=${this.name}`];
		await dockerOutput("run", "--detach", ...published, ...data, image);
		const store = ["--mount", `type=volume,source=${this.name}-store,target=/backup`];
		const words = ["litestream", "replicate", "/app/data/notes.db", "file:///backup/notes"];
		await dockerOutput("run", "--detach", `--name=${this.litestream}`, ...data, ...store, KEEPER_BASE, ...words);
		for (let tries = 0; tries < 60; tries += 1) {
			const answer = await fetch(`${this.url}/notes`).catch(() => undefined);
			if (answer?.ok) return;
			await sleep(500);
		}
		throw new Error(`the app with Litestream alone does not answer at ${this.url}`);
	}

	async remove(): Promise<void> {
		await docker.run(["rm", "--force", this.name, this.litestream]);
		await docker.run(["volume", "rm", "--force", `${this.name}-data`, `${this.name}-store`]);
		await docker.run(["image", "rm", "--force", `${this.name}:1`]);
	}
}
