import type { Comparison } from "../result";
import { quantile, rounded } from "../statistics";
import { byTurns } from "../turns";
import type { DoorStage } from "./stage";

const CONNECTIONS = 64;
/** Seconds of one run at full speed, and least of one at a fixed rate. */
const FULL = 3;
const PACED = 5;
/** Least requests of a run at a fixed rate: the slowest 1 % are to be more than a moment or two. */
const LEAST_REQUESTS = 1200;
const LEAST_RATIO = 0.8;
/** Milliseconds. */
const MOST_ADDED = 3;

interface App {
	name: string;
	path: string;
	/** Requests a second on each way, of the fixed rate. */
	perSecond: number;
}

const WAYS = ["ours", "Caddy", "none"] as const;
type Way = (typeof WAYS)[number];
type ByWay = Record<Way, number[]>;

/**
 * What the door costs on the way to an app: throughput by turns with Caddy's and with none in between, and the latency
 * that it adds at a rate far below that, where nobody waits for anybody else.
 */
export async function passThrough(
	stage: DoorStage,
	app: App,
	runs: number,
	say: (what: string) => void,
): Promise<Comparison[]> {
	const failed: ByWay = { ours: [], Caddy: [], none: [] };
	const comparisons = [
		await fullSpeed(stage, app, runs, say, failed),
		...(await fixedRate(stage, app, runs, say, failed)),
	];
	const failures = {
		name: `failed requests, ${app.name}`,
		unit: "requests",
		values: { ...failed },
		ratios: [],
		limits: [{ of: "ours", atMost: 0 }],
		notes: ["In the runs for throughput and in those at a fixed rate."],
	};
	return [...comparisons, failures];
}

async function fullSpeed(
	stage: DoorStage,
	{ name, path }: App,
	runs: number,
	say: (what: string) => void,
	failed: ByWay,
): Promise<Comparison> {
	const measure = async (way: Way, url: string) => {
		const target = { url: url + path, method: "GET" as const };
		// Until it is up, and warm.
		await stage.run({ kind: "throughput", target, connections: 1, seconds: 1 });
		const done = await stage.run({ kind: "throughput", target, connections: CONNECTIONS, seconds: FULL });
		failed[way].push(done.failed);
		return Math.round(done.perSecond);
	};
	const values = await byTurns(runs, (what) => say(`throughput, ${what}`), {
		ours: () => measure("ours", stage.door(stage.local)),
		// Only for its own turn: it keeps connections that it has made in excess, and each of them occupies a thread of
		// this gunicorn until something is sent on it.
		Caddy: () => stage.withCaddy((url) => measure("Caddy", url)),
		none: async () => measure("none", await stage.app(stage.local)),
	});
	return {
		name: `throughput, ${name}`,
		unit: "requests/s",
		values,
		ratios: [
			{ of: "ours", to: "Caddy", atLeast: LEAST_RATIO },
			{ of: "ours", to: "none" },
		],
		notes: [`${CONNECTIONS} connections, ${FULL} s each; app, proxy and load generator on this one machine.`],
	};
}

async function fixedRate(
	stage: DoorStage,
	{ name, path, perSecond }: App,
	runs: number,
	say: (what: string) => void,
	failed: ByWay,
): Promise<Comparison[]> {
	const p99: ByWay = { ours: [], Caddy: [], none: [] };
	const seconds = Math.max(PACED, LEAST_REQUESTS / perSecond);
	for (let run = 1; run <= runs; run += 1) {
		say(`latency, run ${run} of ${runs}: all ways at once`);
		const found = await stage.withCaddy(async (caddy) => {
			const urls: Record<Way, string> = {
				ours: stage.door(stage.local),
				Caddy: caddy,
				none: await stage.app(stage.local),
			};
			const targets = WAYS.map((way) => ({ url: urls[way] + path, method: "GET" as const }));
			// Until all are up, and warm.
			await stage.run({ kind: "paced", targets, perSecond: 30, seconds: 1 });
			return stage.run({ kind: "paced", targets, perSecond: perSecond * targets.length, seconds });
		});
		WAYS.forEach((way, at) => {
			p99[way].push(rounded(quantile(found.milliseconds[at] ?? [], 0.99)));
			failed[way].push(found.failed[at] ?? Number.NaN);
		});
	}
	const added = (way: Way) => p99[way].map((value, run) => rounded(value - (p99.none[run] ?? Number.NaN)));
	const notes = [`${perSecond} requests a second on each way, sent by turns, ${seconds} s.`];
	return [
		{
			name: `latency at p99, ${name}`,
			unit: "ms",
			values: p99,
			ratios: [
				{ of: "ours", to: "Caddy" },
				{ of: "ours", to: "none" },
			],
			notes,
		},
		{
			name: `latency added at p99, ${name}`,
			unit: "ms",
			values: { ours: added("ours"), Caddy: added("Caddy") },
			ratios: [],
			limits: [{ of: "ours", atMost: MOST_ADDED, by: "median" }],
			notes: [...notes, "Against the same app without anything in between, in the same seconds; below 0 it is noise."],
		},
	];
}
