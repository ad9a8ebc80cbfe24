import { setTimeout as sleep } from "node:timers/promises";
import { answering, enough } from "./load";
import { REDEPLOY } from "./redeploy";
import type { Acknowledge, Scene } from "./scene";
import { dockerOutput } from "./twin";

/** One thing that goes wrong. Its numbers are those of the project's list of faults. */
export interface Fault {
	fault: string;
	/** Brings it about under load and puts things right again. Says what did not hold; what was lost is counted after it. */
	run(scene: Scene): Promise<string[]>;
	/** Milliseconds that the lost writes may span. @default 0: none may be lost */
	mayLose?: number;
	/** When a write counts as done while it happens. @default - as the stack has it */
	acknowledge?: Acknowledge;
	/** Which option says how often it happens. @default - once */
	repeats?: "runs" | "redeploys";
}

/** Long enough for some hundred notes. */
const WRITING = 1500;
/** Seconds within which the way to the app is back after the keeper's death. */
const AWAY = 15;

export const FAULTS: Fault[] = [
	REDEPLOY,
	{
		fault: "1 kill -9 the app",
		async run(scene) {
			const load = await scene.underLoad(async () => {
				await sleep(WRITING);
				const app = await scene.app();
				await dockerOutput("kill", app);
				await dockerOutput("start", app);
				await answering(scene.twin.url);
				await sleep(WRITING);
			});
			return [...enough(load), ...(await integrity(scene))];
		},
	},
	{
		fault: "2 kill -9 the keeper",
		async run(scene) {
			const before = await scene.process();
			let away = 0;
			let back = 0;
			const load = await scene.underLoad(async () => {
				await sleep(WRITING);
				await dockerOutput("kill", scene.keeper);
				const killed = performance.now();
				await dockerOutput("start", scene.keeper);
				await answering(scene.twin.url);
				back = performance.now();
				away = (back - killed) / 1000;
				await sleep(WRITING);
			});
			await scene.settled();
			const after = load.acknowledged.filter(({ at }) => at > back);
			return [
				...enough(load),
				...(after.length > 0 ? [] : ["nothing was written after it"]),
				// The way to the app is through the keeper; the app itself must not notice.
				...(away < AWAY ? [] : [`the way to the app was away for ${away.toFixed(1)} s`]),
				...((await scene.process()) === before ? [] : ["the app was started again"]),
			];
		},
	},
	{
		fault: "3 keeper dead, the app checkpoints",
		async run(scene) {
			const load = await scene.underLoad(async () => {
				await sleep(WRITING);
				await dockerOutput("kill", scene.keeper);
			});
			// Nobody gets through to it, and it goes on by itself.
			const alone = await scene.writtenInside(200);
			const checkpoint =
				'import sqlite3; print(sqlite3.connect("/app/data/notes.db").execute("pragma wal_checkpoint(truncate)").fetchone())';
			const said = await dockerOutput("exec", await scene.app(), "python3", "-c", checkpoint);
			await dockerOutput("start", scene.keeper);
			await scene.settled();
			const checkpointed = said.startsWith("(0,") ? [] : [`the checkpoint was refused: ${said}`];
			const written = alone === 200 ? [] : [`the app took ${alone} of 200 notes without its keeper`];
			return [...enough(load), ...written, ...checkpointed, ...(await drillCounts(scene))];
		},
	},
	// The promise is at the 99th percentile of many runs; each of a few must keep it.
	hostLoss("local", 2000),
	hostLoss("replicated", 0),
	{
		fault: "5 SIGTERM of everything, then the host is lost",
		async run(scene) {
			const load = await scene.underLoad(async () => {
				await sleep(WRITING);
				await scene.both("stop");
			});
			await scene.loseHost();
			return [...enough(load), ...(await integrity(scene))];
		},
	},
	...["corrupt", "truncated", "zero bytes"].map((damage) => ({
		fault: `9 the database is ${damage}`,
		run: (scene: Scene) => damagedDatabase(scene, damage),
	})),
	{
		fault: "10 a byte of the replica flips",
		async run(scene) {
			await scene.underLoad(() => sleep(WRITING));
			await scene.settled();
			const undo = await scene.replica.damage();
			const found = await scene.beside(["drill"]);
			const problems =
				found.code === 1 && found.output.includes("✗ the drill failed")
					? []
					: [`the drill did not see it: ${found.output}`];
			const told =
				(await scene.drill()).code !== 0 && (await scene.status())?.problems.join().includes("the last drill failed");
			await undo();
			const after = await scene.drill();
			const mended = after.code === 0 ? [] : [`the drill still fails: ${after.output}`];
			return [...problems, ...(told ? [] : ["the status did not say so"]), ...mended];
		},
	},
	{
		fault: "11 the volume is empty",
		async run(scene) {
			const app = await scene.app();
			const load = await scene.underLoad(async () => {
				await sleep(WRITING);
				await dockerOutput("stop", app);
				await dockerOutput("stop", scene.keeper);
			});
			await scene.inData("rm -rf /look/* /look/.[a-z]*");
			await dockerOutput("start", app);
			await dockerOutput("start", scene.keeper);
			await scene.settled();
			return enough(load);
		},
	},
	{
		fault: "11 the replica's prefix is wrong",
		async run(scene) {
			const url = (await scene.status())?.replica.store;
			const { code, output } = await scene.beside(["start"], { env: [`HOLDFAST_STORE=${url}-other`] });
			return code === 3 && output.includes("wrong-prefix") ? [] : [`it was not refused: ${output}`];
		},
	},
	{
		fault: "12 the volume is read-only, or another user's",
		async run(scene) {
			const app = await scene.app();
			const readOnly = await scene.beside(["start"], { readOnlyData: true });
			await dockerOutput("stop", app);
			await dockerOutput("stop", scene.keeper);
			await scene.inData("chown -R 4242:4242 /look");
			const foreign = await scene.beside(["start"]);
			await scene.inData("chown -R 1000:1000 /look");
			await dockerOutput("start", scene.keeper);
			await dockerOutput("start", app);
			await scene.settled();
			const named = (output: string, ...words: string[]) => words.every((word) => output.includes(word));
			return [
				...(readOnly.code === 3 && named(readOnly.output, "/app/data", "read-only")
					? []
					: [`read-only: ${readOnly.output}`]),
				...(foreign.code === 3 && named(foreign.output, "4242", "/app/data", "chown")
					? []
					: [`owner: ${foreign.output}`]),
			];
		},
	},
];

function hostLoss(acknowledge: Acknowledge, mayLose: number): Fault {
	return {
		fault: `4 the host is lost (${acknowledge})`,
		acknowledge,
		repeats: "runs",
		mayLose,
		async run(scene) {
			const load = await scene.underLoad(async () => {
				await sleep(WRITING * 2);
				await scene.both("kill");
			});
			await scene.loseHost();
			const prefix = (await scene.isPrefix()) ? [] : ["what was restored has a hole"];
			return [...enough(load), ...prefix, ...(await integrity(scene))];
		},
	};
}

async function damagedDatabase(scene: Scene, damage: string): Promise<string[]> {
	const load = await scene.underLoad(() => sleep(WRITING));
	await scene.settled();
	const app = await scene.app();
	await dockerOutput("stop", app);
	const script = {
		corrupt:
			"size=$(stat -c %s /look/notes.db); dd if=/dev/urandom of=/look/notes.db bs=4096 seek=1 count=$((size / 4096 - 1)) conv=notrunc",
		truncated: "truncate -s 6000 /look/notes.db",
		"zero bytes": "rm -f /look/notes.db-wal /look/notes.db-shm; : > /look/notes.db",
	}[damage];
	await scene.inData(`${script}; rm -f /look/notes.db-wal`);
	await dockerOutput("start", app);
	await scene.settled();
	const aside = await scene.inData("ls -d /look/set-aside-*/notes.db");
	return [...enough(load), ...(aside === "" ? ["the bad file was not set aside"] : []), ...(await integrity(scene))];
}

async function integrity(scene: Scene): Promise<string[]> {
	const check =
		'import sqlite3; print(sqlite3.connect("/app/data/notes.db").execute("pragma integrity_check").fetchone()[0])';
	const said = await dockerOutput("exec", await scene.app(), "python3", "-c", check);
	return said === "ok" ? [] : [`integrity: ${said}`];
}

/** The replica, restored, has just the rows that the app has. */
async function drillCounts(scene: Scene): Promise<string[]> {
	const { code, output } = await scene.drill();
	const rows = (await scene.status())?.lastDrill?.rows?.notes;
	const { count } = (await (await fetch(`${scene.twin.url}/notes/count`)).json()) as { count: number };
	if (code !== 0) return [`the drill failed: ${output}`];
	return rows === count ? [] : [`the drill found ${rows} notes, the app has ${count}`];
}
