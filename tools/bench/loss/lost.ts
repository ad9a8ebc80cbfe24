import type { Acknowledged } from "../../prove/load";

/** What a lost host took along. */
export interface Lost {
	acknowledged: number;
	writes: number;
	/** Between the first write that was lost and the last that was acknowledged. */
	seconds: number;
}

/** Compares what was acknowledged with what is there, by id. */
export function lostOf(acknowledged: Acknowledged[], there: Map<number, string>): Lost {
	if (acknowledged.length < 50) throw new Error(`only ${acknowledged.length} notes were written`);
	const lost = acknowledged.filter(({ id, text }) => there.get(id) !== text);
	const last = acknowledged.reduce((latest, { at }) => Math.max(latest, at), 0);
	const first = lost.reduce((earliest, { at }) => Math.min(earliest, at), last);
	return {
		acknowledged: acknowledged.length,
		writes: lost.length,
		seconds: Math.round((last - first) / 10) / 100,
	};
}
