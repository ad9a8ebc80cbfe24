import type { Report } from "../guard";

/** A report for programs: the `Report` as it is, with the version of this form. */
export function json(report: Report): string {
	return `${JSON.stringify({ version: 1, ...report }, undefined, 2)}\n`;
}
