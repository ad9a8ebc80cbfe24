import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "../bench/machine";
import { CADDY, ENGINE, GCS_SERVER, REGISTRY, S3_SERVER } from "../setup/versions";
import { ROOT } from "../workspace";
import { jsonReport, markdownReport } from "./report";
import { resultsOf, type TestResult } from "./result";

/** What the tests run beside what the machine has. */
const SERVERS = {
	"in the tests": `Pulumi ${ENGINE} or the one on PATH, versitygw ${S3_SERVER}, fake-gcs-server ${GCS_SERVER}, distribution ${REGISTRY}, Caddy ${CADDY}, PostgreSQL and pgloader of Debian`,
};

/** Writes both forms of the report, says what did not hold, and returns whether all did. */
export function writeReport(
	{ results, errors }: { results: TestResult[]; errors: string[] },
	{ machine, wanted, many, minutes }: { machine: Machine; wanted: number[]; many: boolean; minutes: number },
): boolean {
	const rows = resultsOf(results, wanted);
	const report = { machine: { ...machine, ...SERVERS }, many, minutes, rows, errors };
	writeFileSync(join(ROOT, "fault-report.md"), markdownReport(report));
	writeFileSync(join(ROOT, "fault-report.json"), jsonReport(report));
	const open = rows.filter(({ standing }) => standing !== "held");
	console.log("");
	for (const { number, fault, standing } of open) console.log(`✗ ${number} ${standing}: ${fault}`);
	for (const error of errors) console.log(`✗ ${error}`);
	console.log(
		`${open.length === 0 ? "✓" : "✗"} ${rows.length - open.length} of ${rows.length} faults held: fault-report.md`,
	);
	return open.length === 0 && errors.length === 0;
}

/** What the reporter has found. */
export function readResults(file: string): { results: TestResult[]; errors: string[] } {
	return JSON.parse(readFileSync(file, "utf8"));
}
