import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { thisMachine } from "./bench/machine";
import { jsonReport, markdownReport } from "./faults/report";
import { resultsOf, type TestResult } from "./faults/result";
import { namePattern, ROWS } from "./faults/rows";
import { setUp } from "./setup/index";
import { CADDY, ENGINE, GCS_SERVER, REGISTRY, S3_SERVER } from "./setup/versions";
import { testEnvironment, vitest } from "./vitest";
import { main, ROOT } from "./workspace";

const USAGE = `npm run faults [-- options]: every fault of the catalogue, for real on this machine; writes fault-report.md and fault-report.json

  --only N,N  some of them, by number. Default: all ${ROWS.length}
  --many      as often and for as long as the catalogue says, instead of a few times: hours

  exit code   1 where a fault did not hold, or has no test that ran`;

/** What the tests run beside what the machine has. */
const SERVERS = {
	"in the tests": `Pulumi ${ENGINE} or the one on PATH, versitygw ${S3_SERVER}, fake-gcs-server ${GCS_SERVER}, distribution ${REGISTRY}, Caddy ${CADDY}, PostgreSQL and pgloader of Debian`,
};

main(async () => {
	const { values } = parseArgs({
		options: { only: { type: "string" }, many: { type: "boolean", default: false }, help: { type: "boolean" } },
	});
	const wanted = values.only?.split(",").map(Number) ?? ROWS.map(({ number }) => number);
	const unknown = wanted.filter((number) => !ROWS.some((row) => row.number === number));
	if (values.help || unknown.length > 0) {
		if (!values.help) console.error(`✗ --only must be numbers from 1 to ${ROWS.length} (got ${values.only})\n`);
		console.error(USAGE);
		return values.help ? 0 : 2;
	}
	await setUp("local", { servers: true, workflows: true, caddy: true, postgres: true });
	const machine = await thisMachine();
	const begun = performance.now();
	const { results, errors } = await run(wanted, values.many);
	const rows = resultsOf(results, wanted);
	const minutes = (performance.now() - begun) / 60_000;
	const report = { machine: { ...machine, ...SERVERS }, many: values.many, minutes, rows, errors };
	writeFileSync(join(ROOT, "fault-report.md"), markdownReport(report));
	writeFileSync(join(ROOT, "fault-report.json"), jsonReport(report));
	const open = rows.filter(({ standing }) => standing !== "held");
	console.log("");
	for (const { number, fault, standing } of open) console.log(`✗ ${number} ${standing}: ${fault}`);
	for (const error of errors) console.log(`✗ ${error}`);
	const held = rows.length - open.length;
	console.log(`${open.length === 0 ? "✓" : "✗"} ${held} of ${rows.length} faults held: fault-report.md`);
	return open.length === 0 && errors.length === 0 ? 0 : 1;
});

/** Has vitest run the tests that have one of these numbers in their names. */
async function run(numbers: number[], many: boolean): Promise<{ results: TestResult[]; errors: string[] }> {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-faults-"));
	const file = join(directory, "results.json");
	try {
		const environment = await testEnvironment();
		await vitest(["--testNamePattern", namePattern(numbers), "--reporter", join(__dirname, "faults/reporter.mts")], {
			...environment,
			HOLDFAST_FAULTS: file,
			...(many && { HOLDFAST_MANY: "1" }),
		});
		return JSON.parse(readFileSync(file, "utf8"));
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}
