import { keeperStatus } from "../../keeper";
import { docker } from "../../prove/twin";
import type { Comparison } from "../result";
import { median, quantile, rounded } from "../statistics";
import { byTurns } from "../turns";
import type { Request } from "./jobs";
import type { DoorStage } from "./stage";

const WRITERS = 64;
/** Seconds of one run at full speed: some writes share each sync, so the slowest 1 % must be several syncs, not one. */
const FULL = 12;
/** Seconds of all that is written at a fixed rate. */
const PACED = 15;
/** Writes a second in either mode, at the fixed rate. */
const RATE = 60;
const LEAST_RATIO = 0.5;
/** Round trips to the store. */
const MOST_TRIPS = 2.5;
const [LOCAL, REPLICATED] = ["ours, acknowledge: local", "ours, acknowledge: replicated"] as const;

/** What it costs that a write is in the store before it is acknowledged: two stacks, by turns. */
export async function writers(stage: DoorStage, runs: number, say: (what: string) => void): Promise<Comparison[]> {
	await needCovered(stage);
	const trip = await stage.storeRoundTrip();
	const [local, replicated] = [write(stage.door(stage.local)), write(stage.door(stage.replicated))];
	const measure = async (target: Request, seconds: number) => {
		const done = await stage.run({ kind: "throughput", target, connections: WRITERS, seconds });
		return { perSecond: Math.round(done.perSecond), p99: quantile(done.milliseconds, 0.99), failed: done.failed };
	};
	const turns = (count: number, seconds: number) =>
		byTurns(count, (what) => say(`writers, ${what}`), {
			[LOCAL]: () => measure(local, seconds),
			[REPLICATED]: () => measure(replicated, seconds),
		});
	// The first round warms up.
	await turns(1, 1);
	const found = await turns(runs, FULL);
	const of = (key: "perSecond" | "p99" | "failed") => ({
		[LOCAL]: found[LOCAL].map((each) => each[key]),
		[REPLICATED]: found[REPLICATED].map((each) => each[key]),
	});
	const most = of("p99");
	const trips = most[REPLICATED].map((value, run) => rounded((value - (most[LOCAL][run] ?? Number.NaN)) / trip, 1));
	say("writers at a fixed rate");
	const paced = await stage.run({ kind: "paced", targets: [local, replicated], perSecond: 2 * RATE, seconds: PACED });
	const { acknowledge } = (await keeperStatus(docker, `${stage.replicated.container}-keeper`)) ?? {};
	const far = `The store is ${trip.toFixed(1)} ms away, there and back, measured by small objects.`;
	const failed = (name: typeof LOCAL | typeof REPLICATED, at: number) => [
		...of("failed")[name],
		paced.failed[at] ?? Number.NaN,
	];
	return [
		{
			name: `acknowledged writes, ${WRITERS} writers`,
			unit: "writes/s",
			values: of("perSecond"),
			ratios: [{ of: REPLICATED, to: LOCAL, atLeast: LEAST_RATIO }],
			notes: [far, `${acknowledge?.requestsPerSync} requests shared a sync, ${acknowledge?.failedSyncs} syncs failed.`],
		},
		{
			name: `latency that the store adds to a write at p99, ${WRITERS} writers`,
			unit: "store round trips",
			values: { [REPLICATED]: trips },
			ratios: [],
			limits: [{ of: REPLICATED, atMost: MOST_TRIPS, by: "median" }],
			notes: [far, atFixedRate(paced.milliseconds, trip)],
		},
		{
			name: "failed writes",
			unit: "requests",
			values: { [LOCAL]: failed(LOCAL, 0), [REPLICATED]: failed(REPLICATED, 1) },
			ratios: [],
			limits: [LOCAL, REPLICATED].map((each) => ({ of: each, atMost: 0 })),
		},
	];
}

/** It has no target: a write that comes alone can find a sync of another's and one of Litestream's own before it. */
function atFixedRate([local = [], replicated = []]: number[][], trip: number): string {
	const [one, other] = [quantile(local, 0.99), quantile(replicated, 0.99)];
	const trips = ((other - one) / trip).toFixed(1);
	return `At ${RATE} writes a second: p50 local ${median(local).toFixed(0)} ms, replicated ${median(replicated).toFixed(0)} ms; p99 ${one.toFixed(0)} and ${other.toFixed(0)} ms, ${trips} store round trips more.`;
}

function write(door: string): Request {
	return { url: `${door}/notes`, method: "POST", body: JSON.stringify({ text: "a note of the benchmark" }) };
}

/** Otherwise both would be the same, and the comparison would say nothing. */
async function needCovered({ local, replicated }: DoorStage): Promise<void> {
	const covered = await Promise.all(
		[local, replicated].map(async ({ url }) => {
			const { method, body } = write(url);
			const answer = await fetch(`${url}/notes`, { method, body, headers: { "content-type": "application/json" } });
			if (answer.status !== 201) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
			return answer.headers.get("holdfast-transaction") !== null;
		}),
	);
	if (covered.join() !== "false,true") throw new Error(`which stacks name the transaction of a write? ${covered}`);
}
