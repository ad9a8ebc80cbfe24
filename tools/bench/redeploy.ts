import { setTimeout as sleep } from "node:timers/promises";
import { Load, lost } from "../prove/load";
import { type Contender, RedeployStage } from "./redeploy/stage";
import type { Bench, Comparison } from "./result";
import { rounded } from "./statistics";
import { byTurns, progress } from "./turns";

/** Milliseconds of load before and after a redeploy. */
const AROUND = 1500;
/** At most half of compose's gap. */
const HALF = 0.5;

interface Redeployed {
	/** Seconds: for whoever waited longest, or in which nobody got an answer. */
	gap: number;
	failed: number;
	requests: number;
	lost: number;
	/** Seconds from the first word of the command to its last. */
	command: number;
}

/** Redeploys the same app under the same load in four ways, by turns. */
export const redeploy: Bench = {
	name: "redeploy",
	about: "a new version under load: ours with and without the door, docker compose up -d, docker stop and run",
	async run({ runs = 5 }) {
		const say = progress("redeploy");
		say("deploying the app in four ways");
		return RedeployStage.on(async (stage) => {
			const found = await byTurns(runs, say, {
				ours: async () => {
					const measured = await underLoad(stage.ours);
					say((await stage.ours.parts?.()) ?? "");
					return measured;
				},
				"ours without the door": () => underLoad(stage.doorless),
				"docker compose": () => underLoad(stage.compose),
				"stop and run": () => underLoad(stage.plain),
				"the app's own start": async () => ({ gap: await stage.ownStart() }),
			});
			const { "the app's own start": starts, ...deployed } = found;
			return {
				comparisons: comparisons(
					deployed,
					starts.map(({ gap }) => gap),
				),
			};
		});
	},
};

/** Two write and four read, each as soon as it has its answer. */
async function underLoad({ url, redeploy: change }: Contender): Promise<Redeployed> {
	const load = new Load(url, { writers: 2, readers: 4, prefix: `${Date.now()}` });
	let took = 0;
	try {
		await sleep(AROUND);
		const begun = performance.now();
		await change();
		took = (performance.now() - begun) / 1000;
		await sleep(AROUND);
	} finally {
		await load.stop();
	}
	const { failed, requests, longestSilence, longestWait } = load;
	const missing = await lost(url, load.acknowledged);
	const gap = Math.max(longestSilence, longestWait);
	return { gap: rounded(gap), failed, requests, lost: missing.length, command: rounded(took) };
}

function comparisons(deployed: Record<string, Redeployed[]>, starts: number[]): Comparison[] {
	const of = (what: keyof Redeployed) =>
		Object.fromEntries(Object.entries(deployed).map(([name, all]) => [name, all.map((each) => each[what])]));
	return [
		{
			name: "redeploy under load, longest wait",
			unit: "s",
			values: { ...of("gap"), "the app's own start": starts },
			ratios: [
				{ of: "ours", to: "docker compose", atMost: HALF },
				{ of: "ours", to: "stop and run" },
				{ of: "ours", to: "the app's own start" },
				{ of: "ours without the door", to: "docker compose" },
			],
			notes: [
				"The longest that a request waited for its answer, or that nobody got one, whichever is more. Behind the door all wait and are answered; elsewhere most are refused meanwhile, and try again every 20 ms.",
				"Each way stops the old container, has the migration run (with nothing to change) and starts the app; its image is built, from the cache, while the old one still serves. The app's own start is docker start of a container that is there, until it answers, with no migration and no load.",
			],
		},
		{
			name: "redeploy under load, failed requests",
			unit: "requests",
			values: of("failed"),
			ratios: [],
			limits: [{ of: "ours", atMost: 0 }],
			notes: [`Of some ${deployed.ours?.[0]?.requests ?? 0} requests around each redeploy of ours.`],
		},
		{
			name: "redeploy under load, acknowledged writes lost",
			unit: "writes",
			values: of("lost"),
			ratios: [],
			limits: [
				{ of: "ours", atMost: 0 },
				{ of: "ours without the door", atMost: 0 },
			],
		},
		{
			name: "redeploy, from the command to its end",
			unit: "s",
			values: of("command"),
			ratios: [{ of: "ours", to: "docker compose" }],
			notes: [
				"The build of the image, from the cache, is in all of them. Ours also previews, rehearses the migration on a copy of the data, keeps a copy to go back to and waits until the new version is healthy; the others do none of that.",
			],
		},
	];
}
