import { spawn } from "node:child_process";
import { eachLine } from "../litestream";
import { Refusal, type RefusalCode } from "../refusal";
import type { MoveLine, MoveProgress, MoveReport, TableDifference } from "./report";

/** Milliseconds between two lines about how far it is. */
const CALM = 3000;

/** What can be done with Postgres by a process of its own, and what it gives. */
interface Answers {
	copy: MoveReport;
	back: MoveReport;
	verify: MoveReport;
	compare: TableDifference[];
	baseline: undefined;
}

/**
 * Runs `keeper postgres …`, which blocks on SQLite and needs memory, beside the keeper, and passes on how far it is. It ends
 * with its keeper: the channel between the two is closed then (the other side is {@link endWithParent}).
 */
export function runPostgres<C extends keyof Answers>(
	command: C,
	options: string[],
	tell: (line: string) => void = () => {},
): Promise<Answers[C]> {
	return new Promise((resolve, reject) => {
		const json = command === "baseline" ? [] : ["--json"];
		const args = [...process.execArgv, process.argv[1] ?? "", "postgres", command, ...options, ...json];
		const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe", "ipc"] });
		let last: MoveLine | undefined;
		let complaint = "";
		let told = Number.NEGATIVE_INFINITY;
		eachLine(child.stderr, (line) => {
			complaint = line.trim() || complaint;
		});
		eachLine(child.stdout, (text) => {
			const line = parsed(text);
			if (line === undefined) return;
			if (!("progress" in line)) last = line;
			else if (performance.now() - told >= CALM) {
				told = performance.now();
				tell(progressWords(line.progress));
			}
		});
		child.on("error", reject);
		child.on("close", (code, signal) => {
			const answer = answerIn(last);
			if (answer instanceof Error) reject(answer);
			else if (code !== 0)
				reject(new Error(`postgres ${command} ended with ${signal ?? `code ${code}`}: ${complaint}`));
			else if (answer === undefined && command !== "baseline") reject(new Error(`postgres ${command} said nothing`));
			else resolve(answer as Answers[C]);
		});
	});
}

/** Ends this process when the keeper that has started it does: nobody would hear how it ends. By hand, there is no keeper. */
export function endWithParent(): void {
	if (process.channel === undefined) return;
	process.once("disconnect", () => process.exit(1));
	// It must not keep a process that is done.
	process.channel?.unref();
}

function parsed(line: string): MoveLine | undefined {
	try {
		return JSON.parse(line) as MoveLine;
	} catch {
		return undefined;
	}
}

function answerIn(line: MoveLine | undefined): MoveReport | TableDifference[] | Error | undefined {
	if (line === undefined || "progress" in line) return undefined;
	if ("report" in line) return line.report;
	if ("differences" in line) return line.differences;
	if ("error" in line) return new Error(line.error);
	const { code, found, remedy } = line.refusal;
	return new Refusal(code as RefusalCode, found, remedy);
}

const DOING = { check: "looking at the values", copy: "copying", verify: "comparing both sides" };

export function progressWords({ doing, table, rows, totalRows, rowsPerSecond, secondsLeft }: MoveProgress): string {
	const rate = `${Math.round(rowsPerSecond)} rows/s, ${Math.ceil(secondsLeft)} s left`;
	return `${DOING[doing]}: ${table}, ${rows} of ${totalRows} rows, ${rate}`;
}
