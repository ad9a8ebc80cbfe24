import { keeperStatus } from "../../keeper";
import { docker } from "../../prove/twin";
import { median, quantile, spread } from "../statistics";
import type { Request } from "./jobs";
import type { Report } from "./report";
import type { DoorStage } from "./stage";

const RUNS = 3;
const WRITERS = 64;
/** Seconds of one run at full speed, and of all that is written at a fixed rate. */
const FULL = 4;
const PACED = 15;
/** Writes a second in either mode, at the fixed rate. */
const RATE = 60;
const LEAST_RATIO = 0.5;
/** Round trips to the store. */
const MOST_TRIPS = 2.5;

/** What it costs that a write is in the store before it is acknowledged: two stacks, by turns. */
export async function writers(stage: DoorStage, report: Report): Promise<void> {
	await needCovered(stage);
	const trip = await stage.storeRoundTrip();
	report.say(`a store round trip takes ${trip.toFixed(1)} ms, measured by small objects`);
	const [local, replicated] = [stage.local, stage.replicated].map((twin) => write(stage.door(twin)));
	if (local === undefined || replicated === undefined) throw new Error("there are two stacks");
	const found = {
		local: { perSecond: [] as number[], p99: [] as number[] },
		replicated: { perSecond: [] as number[], p99: [] as number[] },
	};
	// The first round warms up.
	for (let run = 0; run <= RUNS; run += 1) {
		for (const [name, target] of Object.entries({ local, replicated })) {
			const seconds = run === 0 ? 1 : FULL;
			const done = await stage.run({ kind: "throughput", target, connections: WRITERS, seconds });
			report.needNone(done.failed, name);
			if (run === 0) continue;
			found[name as keyof typeof found].perSecond.push(Math.round(done.perSecond));
			found[name as keyof typeof found].p99.push(quantile(done.milliseconds, 0.99));
		}
	}
	const said = Object.entries(found)
		.map(([name, { perSecond }]) => `${name} ${median(perSecond)} (${spread(perSecond)})`)
		.join(", ");
	report.say(`writes a second, ${WRITERS} writers, medians of ${RUNS} runs by turns: ${said}`);
	const ratio = median(found.replicated.perSecond) / median(found.local.perSecond);
	report.judge(ratio >= LEAST_RATIO, `throughput: replicated / local = ${ratio.toFixed(2)} (at least ${LEAST_RATIO})`);
	const [least, most] = [median(found.local.p99), median(found.replicated.p99)];
	const trips = (most - least) / trip;
	report.judge(
		trips <= MOST_TRIPS,
		`latency added at p99 with ${WRITERS} writers: ${(most - least).toFixed(0)} ms = ${trips.toFixed(1)} store round trips (at most ${MOST_TRIPS}; ${least.toFixed(0)} and ${most.toFixed(0)} ms)`,
	);

	const paced = await stage.run({ kind: "paced", targets: [local, replicated], perSecond: 2 * RATE, seconds: PACED });
	report.needNone(paced.failed, "at a fixed rate");
	const [direct = [], held = []] = paced.milliseconds;
	const [direct99, held99] = [quantile(direct, 0.99), quantile(held, 0.99)];
	// No target: a write that comes alone can find a sync of another's and one of Litestream's own before it.
	report.say(
		`at ${RATE} writes a second: p50 local ${median(direct).toFixed(0)} ms, replicated ${median(held).toFixed(0)} ms; p99 ${direct99.toFixed(0)} and ${held99.toFixed(0)} ms, ${((held99 - direct99) / trip).toFixed(1)} store round trips more`,
	);
	const { acknowledge } = (await keeperStatus(docker, `${stage.replicated.container}-keeper`)) ?? {};
	report.say(
		`of the keeper's own figures: ${acknowledge?.requestsPerSync} requests a sync, ${acknowledge?.failedSyncs} syncs failed`,
	);
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
