import { setTimeout as sleep } from "node:timers/promises";
import { Load } from "../prove/load";
import { succeeds } from "../prove/twin";
import { passThrough } from "./door/passThrough";
import { DoorStage } from "./door/stage";
import { writers } from "./door/writers";
import { figure } from "./report/figures";
import type { Bench, Comparison } from "./result";
import { rounded } from "./statistics";
import { progress } from "./turns";

/** Milliseconds there and back between the keeper and the store. */
const ROUND_TRIP = 30;
/**
 * Nearly as many as the door takes: some are still open from the load before, on the client's side. Those that have asked once
 * are nearly as many as it keeps, the others have said nothing yet.
 */
const IDLE = { connections: 9_900, asked: 1_900 };
const MOST_MIB = 150;

/** Measures the door on stacks as users have them, side by side, against what is promised of it. */
export const door: Bench = {
	name: "door",
	about: "what the door costs against Caddy and none; acknowledge: replicated against local, with a store far away",
	async run({ runs = 3 }) {
		const say = progress("door");
		say("deploying two stacks");
		return DoorStage.on(ROUND_TRIP, async (stage) => {
			const sample = { name: "the sample app, Flask with SQLite", path: "/notes?limit=20", perSecond: 60 };
			const trivial = { name: "an app that only answers, Node.js", path: "/", perSecond: 600 };
			const comparisons = await passThrough(stage, sample, runs, say);
			comparisons.push(...(await writers(stage, runs, say)));
			say("updating the keeper itself");
			comparisons.push(await keeperUpdate(stage));
			say("deploying an app that only answers");
			await stage.deployTrivial();
			comparisons.push(...(await passThrough(stage, trivial, runs, say)));
			say(`${IDLE.connections} idle connections`);
			comparisons.push(await idleConnections(stage));
			return { comparisons };
		});
	},
};

/** Only the keeper's container is another one then; whoever asks meanwhile has to wait, or is refused. */
async function keeperUpdate(stage: DoorStage): Promise<Comparison> {
	const load = new Load(stage.local.url, { writers: 1, readers: 3 });
	try {
		await sleep(1000);
		await succeeds(stage.local.change({}, { keeper: { drillHours: 0, staleSeconds: 50 } }));
		await sleep(1000);
	} finally {
		await load.stop();
	}
	const { requests, failed, longestSilence } = load;
	return {
		name: "an update of the keeper itself, longest time without an answer",
		unit: "s",
		values: { ours: [rounded(longestSilence)] },
		ratios: [],
		notes: [`${failed} of ${requests} tries failed in it. An update of the app is another thing: see redeploy.`],
	};
}

async function idleConnections(stage: DoorStage): Promise<Comparison> {
	const { local } = stage;
	const before = await stage.resident(local);
	const during = await stage.withIdle(`${stage.door(local)}/`, IDLE, () => stage.resident(local));
	return {
		name: `memory of the keeper's process with ${figure(IDLE.connections)} idle connections`,
		unit: "MiB",
		values: { "ours, before them": [rounded(before, 1)], "ours, with them": [rounded(during, 1)] },
		ratios: [],
		limits: [{ of: "ours, with them", atMost: MOST_MIB }],
		notes: [`${figure(IDLE.asked)} of them have asked once. Before them: after the load of this benchmark.`],
	};
}
