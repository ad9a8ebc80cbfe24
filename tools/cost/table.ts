import type { Assumptions, estimate, Row } from "./estimate";
import { PRICES_OF } from "./prices";

/** An estimate for a terminal. */
export function table(
	stack: string,
	region: string,
	{ rows, unknown }: ReturnType<typeof estimate>,
	assumptions: Assumptions,
	{ freeAllowances }: { freeAllowances: boolean },
): string {
	const lines = rows.map((row) => [row.resource, row.what, amount(row), dollars(row)]);
	const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
	const sum = rows.reduce((all, { usd = 0 }) => all + usd, 0);
	const isLeast = rows.some(({ atLeast, usd }) => atLeast || usd === undefined) || unknown.length > 0;
	const pages = [...new Set(rows.map(({ lookUp }) => lookUp).filter((page) => page !== undefined))];
	return [
		`${stack}, ${region}: a month by list prices of ${PRICES_OF}, in US dollars, before taxes`,
		"",
		...lines.map((line) =>
			line
				.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
				.join("  ")
				.trimEnd(),
		),
		"",
		`${isLeast ? "at least " : ""}${sum.toFixed(2)} a month${isLeast ? ", and what is to be looked up" : ""}`,
		"",
		`Assumed: ${sentence(assumptions)}; ${freeAllowances ? "free allowances are taken off, as if nothing else used them (--no-free)" : "no free allowances"}.`,
		"Writes of the replica are counted at their most, reads of it not: they are few and cost a twelfth.",
		...(pages.length === 0
			? []
			: ["", `Not in the table for ${region}, look it up:`, ...pages.map((page) => `  ${page}`)]),
		...(unknown.length === 0 ? [] : ["", `Not in the table at all, look them up: ${unknown.join(", ")}`]),
	].join("\n");
}

function amount({ quantity, unit }: Row): string {
	const digits = quantity >= 100 || Number.isInteger(quantity) ? 0 : 2;
	return `${quantity.toLocaleString("en-US", { maximumFractionDigits: digits })} ${unit}`.trim();
}

function dollars({ usd, atLeast }: Row): string {
	if (usd === undefined) return "look it up";
	return `${atLeast && usd > 0 ? "≥ " : ""}${usd.toFixed(2)}`;
}

function sentence(of: Assumptions): string {
	return [
		`${of.requestsPerDay} requests a day of ${of.secondsPerRequest} s`,
		`${of.writesPerDay} writes a day`,
		`a database of ${of.databaseGb} GB`,
		`${of.imagesGb} GB of images`,
		`${of.logGbPerMonth} GB of log and ${of.trafficGbPerMonth} GB of answers a month`,
		`${of.filesGb} GB of files where there are any`,
	].join(", ");
}
