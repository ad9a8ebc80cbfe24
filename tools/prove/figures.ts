import type { Row } from "./run";
import type { RedeployFigures } from "./scene";

/** The two figures of a prove: what a lost host costs, and what a redeploy costs those who ask meanwhile. */
export function figures(rows: Row[]): string[] {
	const redeploys = rows.flatMap(({ redeploy }) => (redeploy === undefined ? [] : [redeploy]));
	const duplicates = rows.reduce((sum, row) => sum + (row.redeploy === undefined ? 0 : row.duplicates), 0);
	return [
		...(["local", "replicated"] as const).flatMap((acknowledge) => {
			const losses = rows.filter((row) => row.acknowledge === acknowledge);
			if (losses.length === 0) return [];
			const lost = losses.reduce((sum, row) => sum + row.lost, 0);
			const span = losses.reduce((longest, row) => Math.max(longest, row.lostSpan ?? 0), 0);
			const last = lost === 0 ? "" : `, at most those of the last ${span} s`;
			return [`acknowledge: ${acknowledge}: host lost ${losses.length} times, ${lost} acknowledged writes lost${last}`];
		}),
		...(redeploys.length === 0
			? []
			: [`${redeploys.length} redeploys: ${redeployFigures(redeploys)}, ${duplicates} requests came twice`]),
	];
}

/** Of one redeploy or more. */
export function redeployFigures(redeploys: RedeployFigures[]): string {
	const sum = (of: (each: RedeployFigures) => number) => redeploys.reduce((total, each) => total + of(each), 0);
	const longest = (of: (each: RedeployFigures) => number) =>
		redeploys.reduce((most, each) => Math.max(most, of(each)), 0).toFixed(2);
	const requests = `${sum(({ failed }) => failed)} of ${sum(({ requests }) => requests)} requests failed`;
	const wait = `longest wait ${longest(({ longestWait }) => longestWait)} s`;
	return `${requests}, ${wait}, door closed ${longest(({ doorClosed }) => doorClosed)} s`;
}
