import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../workspace";
import type { StoreKind } from "./plan";
import type { Done } from "./run";

/** What a soak was asked to do. */
export interface Asked {
	seed: number;
	minutes: number;
	store: StoreKind;
}

/** All that a soak has done, in figures. */
export type Summary = ReturnType<typeof summaryOf>;

export function summaryOf(done: Done[]) {
	const sum = (of: (each: Done) => number, among = done) => among.reduce((total, each) => total + of(each), 0);
	const most = (of: (each: Done) => number, among = done) =>
		among.reduce((longest, each) => Math.max(longest, of(each)), 0);
	const kinds = (...words: string[]) => done.filter(({ kind }) => words.some((word) => kind.includes(word)));
	const quiet = kinds("redeploy").filter(({ kind }) => kind === "redeploy" || kind === "redeploy with a migration");
	return {
		steps: done.length,
		redeploys: sum(({ redeploys }) => redeploys),
		kills: sum(({ kills }) => kills),
		outages: kinds("the store").length,
		restores: kinds("restore").length,
		drills: kinds("drill").length,
		rollbacks: kinds("roll back").length,
		hostsLost: kinds("lose the host").length,
		acknowledged: sum(({ acknowledged }) => acknowledged),
		lost: sum(({ lost }) => lost),
		/** With `acknowledge: local` and a host that was lost, within two seconds. */
		takenAlong: sum(({ takenAlong }) => takenAlong?.writes ?? 0),
		longestTakenAlong: most(({ takenAlong }) => takenAlong?.seconds ?? 0),
		duplicates: most(({ duplicates }) => duplicates),
		requests: sum(({ requests }) => requests),
		failedAtRedeploys: sum(({ failed }) => failed, quiet),
		longestWaitAtRedeploys: most(({ longestWait }) => longestWait, quiet),
		longestWritePauseAtRedeploys: most(({ writePause }) => writePause, quiet),
		longestWritePause: most(({ writePause }) => writePause),
		seconds: Math.round(sum(({ seconds }) => seconds)),
		problems: done.flatMap(({ step, kind, problems }) =>
			problems.map((problem) => `step ${step}, ${kind}: ${problem}`),
		),
	};
}

export const HEAD = `${"time".padEnd(8)} ${"step".padStart(5)}  ${"what".padEnd(36)} ${"acknowledged".padStart(12)} ${"failed".padStart(7)} ${"longest wait".padStart(13)}`;

/** One step, as it ends; `acknowledged` are those of all steps until then. */
export function lineOf(done: Done, acknowledged: number): string {
	const { time, step, kind, failed, longestWait, seconds, takenAlong, notes, problems } = done;
	const figures = `${`${acknowledged}`.padStart(12)} ${`${failed}`.padStart(7)} ${`${longestWait.toFixed(2)} s`.padStart(13)}`;
	const more = [
		...(takenAlong === undefined || takenAlong.writes === 0
			? []
			: [`the host took ${takenAlong.writes} writes of ${takenAlong.seconds} s along`]),
		...notes,
	];
	const words = more.length === 0 ? "" : `; ${more.join("; ")}`;
	const mark = problems.length === 0 ? "✓" : "✗";
	return [
		`${time.slice(11, 19)} ${`${step}`.padStart(5)}  ${kind.padEnd(36)} ${figures}  ${mark} ${seconds} s${words}`,
		...problems.map((problem) => `    ${problem}`),
	].join("\n");
}

/** The summary in sentences. */
export function sentencesOf(summary: Summary): string[] {
	const { hostsLost, takenAlong, longestTakenAlong } = summary;
	const along =
		takenAlong === 0
			? ""
			: `; ${takenAlong} writes of at most the last ${longestTakenAlong} s went with them, acknowledged as local`;
	return [
		`${summary.steps} steps in ${Math.floor(summary.seconds / 60)} min ${summary.seconds % 60} s: ${summary.redeploys} redeploys, ${summary.kills} kills, ${summary.outages} store outages, ${summary.restores} restores, ${summary.drills} drills, ${summary.rollbacks} rollbacks`,
		`${hostsLost} hosts lost${along}`,
		`${summary.acknowledged} writes acknowledged, ${summary.lost} lost, ${summary.duplicates} there twice`,
		`redeploys that nothing disturbed: ${summary.failedAtRedeploys} requests failed, longest wait ${summary.longestWaitAtRedeploys} s, longest time without an acknowledged write ${summary.longestWritePauseAtRedeploys} s`,
		`longest time without an acknowledged write in any step: ${summary.longestWritePause} s`,
	];
}

/** Writes soak-report.json and soak-report.md into the directory of package.json. */
export function writeReport(asked: Asked, done: Done[], evidence?: string): void {
	const summary = summaryOf(done);
	const machine = `Node.js ${process.version}, ${process.platform} ${process.arch}`;
	writeFileSync(
		join(ROOT, "soak-report.json"),
		`${JSON.stringify({ ...asked, machine, summary, evidence, steps: done }, undefined, "\t")}\n`,
	);
	const held = summary.problems.length === 0;
	const rows = done.map(
		({ step, kind, acknowledge, acknowledged, rows, failed, longestWait, seconds, problems }) =>
			`| ${step} | ${kind} | ${acknowledge} | ${acknowledged} | ${rows} | ${failed} | ${longestWait} s | ${seconds} s | ${problems.length === 0 ? "held" : "**did not hold**"} |`,
	);
	const lines = [
		"# Soak",
		"",
		`${done[0]?.time ?? new Date().toISOString()}, ${machine}, replica: ${asked.store}. Again: \`${replay(asked)}\``,
		"",
		held ? "Everything held." : "**Something did not hold.**",
		"",
		...sentencesOf(summary).map((sentence) => `- ${sentence}`),
		...(held ? [] : ["", ...summary.problems.map((problem) => `- ${problem}`)]),
		...(evidence === undefined ? [] : ["", `The evidence is in \`${evidence}\`.`]),
		"",
		"| step | what | acknowledge | acknowledged | notes after it | requests failed | longest wait | took | |",
		"| ---: | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |",
		...rows,
	];
	writeFileSync(join(ROOT, "soak-report.md"), `${lines.join("\n")}\n`);
}

/** The command that does the same steps again. */
export function replay({ seed, minutes, store }: Asked): string {
	return `npm run soak -- --seed ${seed} --minutes ${minutes} --store ${store}`;
}
