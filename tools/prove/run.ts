import { performance } from "node:perf_hooks";
import type { Fault } from "./faults";
import type { Scene } from "./scene";

/** What one fault did. */
export interface Row {
	fault: string;
	/** Notes that the app had acknowledged by the end of it. */
	acknowledged: number;
	/** Those of them that are there. */
	present: number;
	lost: number;
	/** Seconds between the first lost note and the last acknowledged one. */
	lostSpan?: number;
	held: boolean;
	seconds: number;
	/** What did not hold. */
	problems?: string[];
}

/** Runs the faults one after another, shows each as it ends, and returns the exit code. */
export async function prove(
	scene: Scene,
	faults: Fault[],
	{ runs, json }: { runs: number; json: boolean },
): Promise<number> {
	const say = json ? () => {} : (line: string) => console.log(line);
	say(`proving a twin of the stack; its replica is in ${scene.replica.kind}\n`);
	say(`${"fault".padEnd(50)} ${"acknowledged".padStart(12)} ${"present".padStart(8)} ${"lost".padStart(6)}  held`);
	const rows: Row[] = [];
	await scene.settled();
	for (const fault of faults) {
		const times = fault.mayLose === undefined ? 1 : runs;
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
	else say(`\n${failed === 0 ? `✓ all ${rows.length} held` : `✗ ${failed} of ${rows.length} did not hold`}`);
	return failed === 0 ? 0 : 1;
}

async function runOne(scene: Scene, fault: Fault, name: string): Promise<Row> {
	const start = performance.now();
	const seconds = () => Math.round((performance.now() - start) / 100) / 10;
	try {
		const problems = await fault.run(scene);
		const lost = await scene.missing();
		const acknowledged = scene.acknowledged.length;
		const last = scene.acknowledged.reduce((latest, { at }) => Math.max(latest, at), 0);
		const span =
			lost.length === 0 ? 0 : last - lost.reduce((first, { at }) => Math.min(first, at), Number.POSITIVE_INFINITY);
		const held = problems.length === 0 && (fault.mayLose === undefined ? lost.length === 0 : span <= fault.mayLose);
		scene.forget(lost);
		return {
			fault: name,
			acknowledged,
			present: acknowledged - lost.length,
			lost: lost.length,
			...(fault.mayLose !== undefined && { lostSpan: Math.round(span) / 1000 }),
			held,
			seconds: seconds(),
			...(problems.length > 0 && { problems }),
		};
	} catch (error) {
		const problems = [(error as Error).message];
		return {
			fault: name,
			acknowledged: scene.acknowledged.length,
			present: 0,
			lost: 0,
			held: false,
			seconds: seconds(),
			problems,
		};
	}
}

function line({ fault, acknowledged, present, lost, lostSpan, held, seconds }: Row): string {
	const span = lostSpan === undefined || lost === 0 ? "" : `, the last ${lostSpan} s`;
	return `${fault.padEnd(50)} ${`${acknowledged}`.padStart(12)} ${`${present}`.padStart(8)} ${`${lost}`.padStart(6)}  ${held ? "✓" : "✗"} ${seconds} s${span}`;
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
