import { cpus, totalmem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Load } from "../prove/load";
import { succeeds } from "../prove/twin";
import { passThrough } from "./door/passThrough";
import { Report } from "./door/report";
import { DoorStage } from "./door/stage";
import { writers } from "./door/writers";

/** Milliseconds there and back between the keeper and the store. */
const ROUND_TRIP = 30;
/** Those that have asked once are as many as the door keeps, the others have said nothing yet. */
const IDLE = { connections: 10_000, asked: 1_900 };
const MOST_MIB = 150;

/** Measures the door on stacks as users have them, side by side, against what is promised of it. */
export async function benchDoor(): Promise<number> {
	const [processor] = cpus();
	const gib = Math.round(totalmem() / 2 ** 30);
	console.log(
		`door, on ${cpus().length} × ${processor?.model.trim() ?? "a processor"}, ${gib} GiB of memory, all in one:`,
	);
	return DoorStage.on(ROUND_TRIP, async (stage) => {
		const report = new Report();
		console.log("\nthe sample app: Flask, SQLite, one gunicorn with 8 threads");
		await passThrough(stage, report, { path: "/notes?limit=20", perSecond: 60 });
		await writers(stage, report);
		await keeperUpdate(stage, report);
		console.log("\nan app that does nothing but answer: Node.js");
		await stage.deployTrivial();
		await passThrough(stage, report, { path: "/", perSecond: 600 });
		await idleConnections(stage, report);
		return report.end();
	});
}

/** Only the keeper's container is another one then; whoever asks meanwhile has to wait, or is refused. */
async function keeperUpdate(stage: DoorStage, report: Report): Promise<void> {
	const load = new Load(stage.local.url, { writers: 1, readers: 3 });
	try {
		await sleep(1000);
		await succeeds(stage.local.change({}, { keeper: { drillHours: 0, staleSeconds: 50 } }));
		await sleep(1000);
	} finally {
		await load.stop();
	}
	const { requests, failed, longestSilence } = load;
	report.say(
		`an update of the keeper itself: no answer for ${longestSilence.toFixed(1)} s; ${failed} of ${requests} tries failed in it`,
	);
}

async function idleConnections(stage: DoorStage, report: Report): Promise<void> {
	const { local } = stage;
	const before = await stage.resident(local);
	const during = await stage.withIdle(`${stage.door(local)}/`, IDLE, () => stage.resident(local));
	report.judge(
		during < MOST_MIB,
		`the keeper's process has ${before.toFixed(0)} MiB in memory after this load, ${during.toFixed(0)} MiB with ${IDLE.connections} idle connections, of which ${IDLE.asked} have asked once (under ${MOST_MIB} MiB)`,
	);
}
