import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { charts } from "./charts";
import { markdown } from "./markdown";
import { judgements, type Report } from "./outcome";

const NAME = "bench-report";

/** Writes the report for a person, its charts, and the same for a program. Returns their paths, the one for a person first. */
export function writeReport(directory: string, report: Report): string[] {
	const path = (suffix: string) => join(directory, `${NAME}${suffix}`);
	const drawn = path("");
	// Those of an earlier run would say what this one has not measured.
	rmSync(drawn, { recursive: true, force: true });
	mkdirSync(drawn);
	for (const [file, content] of Object.entries(charts(report.outcomes))) writeFileSync(join(drawn, file), content);
	writeFileSync(path(".md"), markdown(report, NAME));
	const judged = judgements(report.outcomes).map(({ comparison, ...each }) => ({
		...each,
		comparison: comparison.name,
	}));
	writeFileSync(path(".json"), `${JSON.stringify({ ...report, judgements: judged }, undefined, "\t")}\n`);
	return [path(".md"), path(".json"), drawn];
}
