import { median, quantile, spread } from "../statistics";
import type { Request } from "./jobs";
import type { Report } from "./report";
import type { DoorStage } from "./stage";

const RUNS = 3;
const CONNECTIONS = 64;
/** Seconds of one run at full speed, and of all that is sent at a fixed rate. */
const FULL = 3;
const PACED = 15;
const LEAST_RATIO = 0.8;
const MOST_ADDED = 3;

/**
 * What the door costs on the way to an app: throughput by turns with Caddy's and with none in between, and the latency
 * that it adds at a rate far below that, where nobody waits for anybody else.
 *
 * @param app.perSecond of that rate, for each of the three ways
 */
export async function passThrough(
	stage: DoorStage,
	report: Report,
	app: { path: string; perSecond: number },
): Promise<void> {
	await stage.withCaddy(async (caddy) => {
		const ways = { direct: await stage.app(stage.local), caddy, door: stage.door(stage.local) };
		const targets = Object.entries(ways).map(([name, url]) => ({ name, url: url + app.path, method: "GET" as const }));
		await fullSpeed(stage, report, targets);
		await fixedRate(stage, report, targets, app.perSecond);
	});
}

type Target = Request & { name: string };

async function fullSpeed(stage: DoorStage, report: Report, targets: Target[]): Promise<void> {
	const found = new Map<string, number[]>(targets.map(({ name }) => [name, []]));
	// The first round warms up.
	for (let run = 0; run <= RUNS; run += 1) {
		for (const target of targets) {
			const seconds = run === 0 ? 1 : FULL;
			const { perSecond, failed } = await stage.run({ kind: "throughput", target, connections: CONNECTIONS, seconds });
			report.needNone(failed, target.name);
			if (run > 0) found.get(target.name)?.push(Math.round(perSecond));
		}
	}
	const of = (name: string) => found.get(name) ?? [];
	const said = targets.map(({ name }) => `${name} ${median(of(name))} (${spread(of(name))})`).join(", ");
	report.say(`requests a second, ${CONNECTIONS} connections, medians of ${RUNS} runs by turns: ${said}`);
	const ratio = median(of("door")) / median(of("caddy"));
	report.judge(ratio >= LEAST_RATIO, `throughput: door / Caddy = ${ratio.toFixed(2)} (at least ${LEAST_RATIO})`);
}

async function fixedRate(stage: DoorStage, report: Report, targets: Target[], perSecond: number): Promise<void> {
	const job = { kind: "paced", targets, perSecond: perSecond * targets.length, seconds: PACED } as const;
	const { failed, milliseconds } = await stage.run(job);
	report.needNone(failed, "at a fixed rate");
	const [direct = [], caddy = [], door = []] = milliseconds;
	const at = (values: number[], share: number) => `${quantile(values, share).toFixed(2)} ms`;
	const all = Object.entries({ direct, caddy, door })
		.map(([name, values]) => `${name} ${at(values, 0.5)}, ${at(values, 0.99)}`)
		.join("; ");
	report.say(`latency at ${perSecond} requests a second on each way, sent by turns, p50 and p99: ${all}`);
	const added = quantile(door, 0.99) - quantile(direct, 0.99);
	report.judge(added < MOST_ADDED, `latency added by the door at p99: ${added.toFixed(2)} ms (under ${MOST_ADDED} ms)`);
}
