import { median, quantile, spread } from "../statistics";
import type { Report } from "./report";
import type { DoorStage } from "./stage";

const RUNS = 3;
const CONNECTIONS = 64;
/** Seconds of one run at full speed, and of one at a fixed rate. */
const FULL = 3;
const PACED = 5;
const LEAST_RATIO = 0.8;
const MOST_ADDED = 3;

interface App {
	path: string;
	/** Requests a second on each way, of the fixed rate. */
	perSecond: number;
}

/**
 * What the door costs on the way to an app: throughput by turns with Caddy's and with none in between, and the latency
 * that it adds at a rate far below that, where nobody waits for anybody else.
 */
export async function passThrough(stage: DoorStage, report: Report, app: App): Promise<void> {
	await fullSpeed(stage, report, app);
	await fixedRate(stage, report, app);
}

async function fullSpeed(stage: DoorStage, report: Report, { path }: App): Promise<void> {
	const found = { direct: [] as number[], caddy: [] as number[], door: [] as number[] };
	const measure = async (name: keyof typeof found, url: string) => {
		const target = { url: url + path, method: "GET" as const };
		// Until it is up, and warm.
		await stage.run({ kind: "throughput", target, connections: 1, seconds: 1 });
		const job = { kind: "throughput", target, connections: CONNECTIONS, seconds: FULL } as const;
		const { perSecond, failed } = await stage.run(job);
		report.needNone(failed, name);
		found[name].push(Math.round(perSecond));
	};
	for (let run = 1; run <= RUNS; run += 1) {
		await measure("direct", await stage.app(stage.local));
		// Only for its own turn: it keeps connections that it has made in excess, and each of them occupies a thread of
		// this gunicorn until something is sent on it.
		await stage.withCaddy((url) => measure("caddy", url));
		await measure("door", stage.door(stage.local));
	}
	const said = Object.entries(found).map(([name, values]) => `${name} ${median(values)} (${spread(values)})`);
	report.say(`requests a second, ${CONNECTIONS} connections, medians of ${RUNS} runs by turns: ${said.join(", ")}`);
	const ratio = median(found.door) / median(found.caddy);
	report.judge(ratio >= LEAST_RATIO, `throughput: door / Caddy = ${ratio.toFixed(2)} (at least ${LEAST_RATIO})`);
}

async function fixedRate(stage: DoorStage, report: Report, { path, perSecond }: App): Promise<void> {
	const urls = [await stage.app(stage.local), stage.door(stage.local)];
	const targets = urls.map((url) => ({ url: url + path, method: "GET" as const }));
	const runs: { direct: number[]; door: number[] }[] = [];
	for (let run = 1; run <= RUNS; run += 1) {
		const job = { kind: "paced", targets, perSecond: perSecond * targets.length, seconds: PACED } as const;
		const { failed, milliseconds } = await stage.run(job);
		report.needNone(failed, "at a fixed rate");
		const [direct = [], door = []] = milliseconds;
		runs.push({ direct, door });
	}
	const at = (way: "direct" | "door", share: number) => median(runs.map((run) => quantile(run[way], share))).toFixed(2);
	report.say(
		`latency at ${perSecond} requests a second on each way, sent by turns, medians of ${RUNS} runs: p50 direct ${at("direct", 0.5)} ms, door ${at("door", 0.5)} ms; p99 direct ${at("direct", 0.99)} ms, door ${at("door", 0.99)} ms`,
	);
	const added = runs.map(({ direct, door }) => quantile(door, 0.99) - quantile(direct, 0.99));
	report.judge(
		median(added) < MOST_ADDED,
		`latency added by the door at p99: ${median(added).toFixed(2)} ms (under ${MOST_ADDED} ms; ${spread(added.map((each) => Number(each.toFixed(2))))})`,
	);
}
