import { performance } from "node:perf_hooks";
import type { Fault } from "./faults";
import { figures, redeployFigures } from "./figures";
import type { Acknowledge, RedeployFigures, Scene } from "./scene";

/** What one fault did. */
export interface Row {
	fault: string;
	/** Notes that the app had acknowledged by the end of it. */
	acknowledged: number;
	/** Those of them that are there. */
	present: number;
	lost: number;
	/** Notes that are there twice. */
	duplicates: number;
	/** Seconds between the first lost note and the last acknowledged one. */
	lostSpan?: number;
	/** Where a fault is about it: when a write counts as done. */
	acknowledge?: Acknowledge;
	redeploy?: RedeployFigures;
	held: boolean;
	seconds: number;
	/** What did not hold. */
	problems?: string[];
}

/** Runs the faults one after another, shows each as it ends, and returns the exit code. */
export async function prove(
	scene: Scene,
	faults: Fault[],
	{ runs, redeploys, json }: { runs: number; redeploys: number; json: boolean },
): Promise<number> {
	const say = json ? () => {} : (line: string) => console.log(line);
	say(`proving a twin of the stack; its replica is in ${scene.replica.kind}\n`);
	say(`${"fault".padEnd(50)} ${"acknowledged".padStart(12)} ${"present".padStart(8)} ${"lost".padStart(6)}  held`);
	const rows: Row[] = [];
	await scene.settled();
	for (const fault of faults) {
		const times = fault.repeats === undefined ? 1 : { runs, redeploys }[fault.repeats];
		for (let time = 1; time <= times; time += 1) {
			const name = times === 1 ? fault.fault : `${fault.fault}, ${time} of ${times}`;
			const row = await withTicker(json, name, () => runOne(scene, fault, name));
			rows.push(row);
			say(line(row));
			for (const problem of row.problems ?? []) say(`    ${problem}`);
		}
	}
	const failed = rows.filter(({ held }) => !held).length;
	if (json) console.log(JSON.stringify(rows, undefined, "\t"));
	else {
		say("");
		for (const figure of figures(rows)) say(figure);
		say(failed === 0 ? `✓ all ${rows.length} held` : `✗ ${failed} of ${rows.length} did not hold`);
	}
	return failed === 0 ? 0 : 1;
}

async function runOne(scene: Scene, fault: Fault, name: string): Promise<Row> {
	const start = performance.now();
	const seconds = () => Math.round((performance.now() - start) / 100) / 10;
	const known = { fault: name, ...(fault.acknowledge && { acknowledge: fault.acknowledge }) };
	try {
		await scene.begin(fault.acknowledge);
		const problems = await fault.run(scene);
		const { lost, duplicates } = await scene.counted();
		if (duplicates > 0) problems.push(`${duplicates} notes are there twice`);
		const acknowledged = scene.acknowledged.length;
		const last = scene.acknowledged.reduce((latest, { at }) => Math.max(latest, at), 0);
		const span =
			lost.length === 0 ? 0 : last - lost.reduce((first, { at }) => Math.min(first, at), Number.POSITIVE_INFINITY);
		const held = problems.length === 0 && (lost.length === 0 || span <= (fault.mayLose ?? 0));
		scene.forget(lost);
		return {
			...known,
			acknowledged,
			present: acknowledged - lost.length,
			lost: lost.length,
			duplicates,
			...(fault.mayLose !== undefined && { lostSpan: Math.round(span) / 1000 }),
			...(scene.figures && { redeploy: scene.figures }),
			held,
			seconds: seconds(),
			...(problems.length > 0 && { problems }),
		};
	} catch (error) {
		const problems = [(error as Error).message];
		const nothing = { present: 0, lost: 0, duplicates: 0, held: false };
		return { ...known, acknowledged: scene.acknowledged.length, ...nothing, seconds: seconds(), problems };
	}
}

function line({ fault, acknowledged, present, lost, lostSpan, redeploy, held, seconds }: Row): string {
	const span = lostSpan === undefined || lost === 0 ? "" : `, the last ${lostSpan} s`;
	const waited = redeploy === undefined ? "" : `, ${redeployFigures([redeploy])}`;
	return `${fault.padEnd(50)} ${`${acknowledged}`.padStart(12)} ${`${present}`.padStart(8)} ${`${lost}`.padStart(6)}  ${held ? "✓" : "✗"} ${seconds} s${span}${waited}`;
}

/** Shows on a terminal that a fault is under way, and for how long. */
async function withTicker<T>(quiet: boolean, name: string, work: () => Promise<T>): Promise<T> {
	if (quiet || !process.stdout.isTTY) return work();
	const start = performance.now();
	const show = () =>
		process.stdout.write(`\r\u001b[K${name.padEnd(50)} … ${Math.round((performance.now() - start) / 1000)} s`);
	show();
	const timer = setInterval(show, 1000);
	try {
		return await work();
	} finally {
		clearInterval(timer);
		process.stdout.write("\r\u001b[K");
	}
}
