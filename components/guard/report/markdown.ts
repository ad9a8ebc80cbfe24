import type { Report, StackReport, Subject } from "../guard";
import { isBad } from "../guard";
import type { Verdict } from "../verdict";
import { approvalLines, approvalsFor, headline, inLine, titleOf } from "./words";

/** Begins every report, so that a comment can be found again and written anew. */
export const MARKER = "<!-- holdfast-guard -->";

const MARKS: Record<Verdict, string> = { kept: "✅", moved: "🔀", "at risk": "⚠️", lost: "❌" };

/** A report for a pull request: the risks on top, everything else folded. */
export function markdown(report: Report): string {
	const title = report.safe ? "✅ Holdfast: the data is safe" : "❌ Holdfast: data is lost or at risk";
	return `${[MARKER, `### ${title}`, ...inLine(report).stacks.map(section)].join("\n\n")}\n`;
}

/** In place of a report, where a plan cannot be read. */
export function unreadable(reason: string): string {
	return `${MARKER}\n\n### ❌ Holdfast: nothing can be said of the data\n\n${escaped(reason)}\n`;
}

function section(stack: StackReport): string {
	const bad = stack.subjects.filter(({ verdict }) => isBad(verdict));
	const notes = approvalLines(stack).map((line) => `- ⚠️ ${escaped(line)}`);
	return [
		`**${escaped(titleOf(stack))}**: ${escaped(headline(stack))}`,
		...(bad.length > 0 ? [table(bad)] : []),
		...(notes.length > 0 ? [notes.join("\n")] : []),
		folded(stack),
		...approvals(stack),
	].join("\n\n");
}

/** As code by its indent, which nothing in it can end. */
function approvals(stack: StackReport): string[] {
	const lines = approvalsFor(stack, "TODO, the last day, as 2026-12-31");
	if (lines.length === 0) return [];
	const code = lines.map((line) => `    ${line}`).join("\n");
	return ["<details><summary>To approve what is wanted</summary>", code, "</details>"];
}

function table(subjects: Subject[]): string {
	return [
		"| verdict | of | why | what to do |",
		"| --- | --- | --- | --- |",
		...subjects.flatMap((subject) =>
			subject.findings.map(({ verdict, reason, wayOut, approval }) => {
				const what = approval === undefined ? wayOut : `approved until ${approval.expires}: ${approval.reason}`;
				const mark = approval === undefined ? MARKS[verdict] : MARKS.kept;
				return `| ${mark} ${verdict} | ${[subject.subject, reason, what ?? ""].map(escaped).join(" | ")} |`;
			}),
		),
	].join("\n");
}

function folded({ subjects, information }: StackReport): string {
	const all = [...subjects].sort((a, b) => (a.subject < b.subject ? -1 : 1));
	const count =
		all.length === 1 ? "1 resource or directory with data" : `${all.length} resources and directories with data`;
	return [
		`<details><summary>${count}</summary>`,
		[
			...all.map(({ verdict, subject, findings }) => {
				return `- ${MARKS[verdict]} ${escaped(subject)}: ${verdict}. ${escaped(findings.map(({ reason }) => reason).join(" "))}`;
			}),
			...information.map(({ text }) => `- ℹ️ ${escaped(text)}`),
		].join("\n"),
		"</details>",
	].join("\n\n");
}

/** What comes from a plan can hold anything: it is shown as text, and can neither mention, link nor break a table. */
function escaped(text: string): string {
	return text
		.replace(/[\r\n]+/g, " ")
		.replace(/[&<>]/g, (found) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[found] ?? "")
		.replace(/[\\`*_{}[\]|~]/g, (found) => `\\${found}`)
		.replace(/@/g, "@\u200b")
		.replace(/#(?=\d)/g, "#\u200b")
		.replace(/:\/\//g, ":\u200b//");
}
