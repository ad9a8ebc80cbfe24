import type { Machine } from "../bench/machine";
import type { RowResult, Standing, TestResult } from "./result";
import { GROUPS } from "./rows";

/** All that one run of `npm run faults` found. */
export interface FaultReport {
	machine: Machine;
	/** Whether each fault was done as often and for as long as the catalogue says. */
	many: boolean;
	minutes: number;
	rows: RowResult[];
	/** What went wrong outside of any test. */
	errors: string[];
}

const MARKS: Record<Standing, string> = { held: "✓ held", failed: "✗ **failed**", missing: "✗ **missing**" };
/** Lines that a test's figures may have here; all of them are in fault-report.json. */
const MOST_LINES = 6;

export function jsonReport(report: FaultReport): string {
	return `${JSON.stringify(report, undefined, "\t")}\n`;
}

export function markdownReport({ machine, many, minutes, rows, errors }: FaultReport): string {
	const held = rows.filter(({ standing }) => standing === "held").length;
	const groups = GROUPS.map(({ name, rows: all }) => {
		const own = rows.filter(({ number }) => all.some((row) => row.number === number));
		return own.length === 0 ? "" : `## ${name}\n\n${table(own)}`;
	});
	return `${[
		"# Fault matrix",
		`**${held} of ${rows.length} faults held**, ${many ? "as often as the catalogue says" : "each a few times"}, in ${minutes.toFixed(0)} minutes. Made by \`npm run faults${many ? " -- --many" : ""}\`.`,
		"A fault held where all tests with its number passed; where it has none, or one did not run, it is missing. In data and engine, containers, stores, Postgres and Pulumi's engine are real, and the clouds' platforms stand-ins on this machine; in unit, processes and sockets at most are.",
		["| | |", "| --- | --- |", ...Object.entries(machine).map(([name, value]) => `| ${name} | ${cell(value)} |`)].join(
			"\n",
		),
		...(errors.length > 0 ? [`## Outside of any test\n\n${errors.map((error) => `- ${error}`).join("\n")}`] : []),
		...groups.filter((text) => text !== ""),
		"## Figures and failures",
		...rows.map(details).filter((text) => text !== ""),
	].join("\n\n")}\n`;
}

function table(rows: RowResult[]): string {
	const lines = rows.map(({ number, fault, holds, standing, tests, seconds }) => {
		const parts = [...new Set(tests.map(({ name }) => name.split("/")[0] ?? ""))].sort().join(", ");
		return `| ${number} | ${cell(fault)} | ${cell(holds)} | ${MARKS[standing]} | ${tests.length} | ${parts} | ${seconds.toFixed(0)} s |`;
	});
	const head = ["| | fault | what must hold | | tests | in | time |", "| --- | --- | --- | --- | --- | --- | --- |"];
	return [...head, ...lines].join("\n");
}

function details({ number, fault, tests }: RowResult): string {
	const told = tests.map(detail).filter((text) => text !== "");
	return told.length === 0 ? "" : `### ${number}: ${fault}\n\n${told.join("\n")}`;
}

/** What a test measured; how it failed. */
function detail({ name, state, said, errors }: TestResult): string {
	const lines = said.flatMap((text) => text.split("\n")).filter((line) => line.trim() !== "");
	const shown = lines.slice(0, MOST_LINES);
	if (lines.length > shown.length) shown.push(`… ${lines.length - shown.length} more lines in fault-report.json`);
	const all = [...errors.map((error) => `failed: ${error.split("\n")[0]}`), ...shown];
	if (state === "passed" && all.length === 0) return "";
	const mark = state === "passed" ? "" : ` (${state})`;
	return [`- ${name}${mark}`, ...all.map((line) => `  - \`${line.replaceAll("`", "'").trim()}\``)].join("\n");
}

function cell(text: string): string {
	return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
