import { parseArgs } from "node:util";
import { thisMachine } from "./bench/machine";
import { namePattern, ROWS } from "./faults/rows";
import { withReporter } from "./faults/vitest";
import { writeReport } from "./faults/write";
import { setUp } from "./setup/index";
import { main } from "./workspace";

const USAGE = `npm run faults [-- options]: every fault of the catalogue, for real on this machine; writes fault-report.md and fault-report.json

  --only N,N  some of them, by number. Default: all ${ROWS.length}
  --many      as often and for as long as the catalogue says, instead of a few times: hours

  exit code   1 where a fault did not hold, or has no test that ran`;

main(async () => {
	const { values } = parseArgs({
		options: { only: { type: "string" }, many: { type: "boolean", default: false }, help: { type: "boolean" } },
	});
	const { many } = values;
	const wanted = values.only?.split(",").map(Number) ?? ROWS.map(({ number }) => number);
	const unknown = wanted.filter((number) => !ROWS.some((row) => row.number === number));
	if (values.help || unknown.length > 0) {
		if (!values.help) console.error(`✗ --only must be numbers from 1 to ${ROWS.length} (got ${values.only})\n`);
		console.error(USAGE);
		return values.help ? 0 : 2;
	}
	await setUp("local", { servers: true, workflows: true, caddy: true, postgres: true, browser: true });
	const machine = await thisMachine();
	const begun = performance.now();
	const { found } = await withReporter(["--testNamePattern", namePattern(wanted)], many ? { HOLDFAST_MANY: "1" } : {});
	const minutes = (performance.now() - begun) / 60_000;
	return writeReport(found, { machine, wanted, many, minutes }) ? 0 : 1;
});
