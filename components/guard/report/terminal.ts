import type { JudgedFinding, Report, StackReport, Subject } from "../guard";
import { isBad } from "../guard";
import type { Verdict } from "../verdict";
import { approvalLines, approvalsFor, headline, inLine, titleOf } from "./words";

const MARKS: Record<Verdict, string> = { kept: "✓", moved: "→", "at risk": "!", lost: "✗" };
const WIDTH = 100;
const INDENT = "            ";
/** Days until the approval that is shown as an example ends. */
const APPROVAL_DAYS = 7;

/** A report for people at a terminal. */
export function terminal(report: Report, { now }: { now: Date }): string {
	const shown = inLine(report);
	return `${[...shown.stacks.map(section), next(shown, now)].join("\n\n")}\n`;
}

function section(stack: StackReport): string {
	const kept = stack.subjects.filter(({ verdict }) => verdict === "kept");
	const others = stack.subjects.filter(({ verdict }) => verdict !== "kept");
	return [
		`${titleOf(stack)}: ${headline(stack)}`,
		...others.flatMap(row),
		...kept.map(({ subject }) => `  ${MARKS.kept} ${"kept".padEnd(8)}${subject}`),
		...stack.information.map(({ text }) => wrapped(`  i ${text}`, "    ")),
		...approvalLines(stack).map((text) => wrapped(`  ! ${text}`, "    ")),
	].join("\n");
}

function row({ subject, verdict, approved, findings }: Subject): string[] {
	const mark = approved ? MARKS.kept : MARKS[verdict];
	return [`  ${mark} ${verdict.padEnd(8)}${subject}${approved ? " (approved)" : ""}`, ...findings.flatMap(reasons)];
}

function reasons({ reason, wayOut, approval, verdict }: JudgedFinding): string[] {
	return [
		wrapped(`${INDENT}${reason}`, INDENT),
		...(approval === undefined && isBad(verdict) && wayOut !== undefined
			? [wrapped(`${INDENT}→ ${wayOut}`, `${INDENT}  `)]
			: []),
		...(approval === undefined
			? []
			: [wrapped(`${INDENT}approved until ${approval.expires}: ${approval.reason}`, INDENT)]),
	];
}

function next({ safe, stacks }: Report, now: Date): string {
	if (safe) return "✓ safe: pulumi up keeps the data.";
	const expires = new Date(now.getTime() + APPROVAL_DAYS * 24 * 3600_000).toISOString().slice(0, 10);
	return [
		"✗ not safe. Change the program as it says above, or approve what is wanted:",
		...stacks.flatMap((stack) => approvalsFor(stack, expires).map((line) => `    ${line}`)),
	].join("\n");
}

/** Lines of at most 100 columns, the later ones with an indent. */
function wrapped(text: string, indent: string): string {
	const lines: string[] = [];
	let line = "";
	for (const word of text.split(/(?<=\S) /)) {
		if (line !== "" && line.length + 1 + word.length > WIDTH) {
			lines.push(line);
			line = `${indent}${word}`;
		} else {
			line = line === "" ? word : `${line} ${word}`;
		}
	}
	return [...lines, line].join("\n");
}
