/** Milliseconds between two samples, and how far back they go. */
export const SAMPLE = 10_000;
const KEPT = 24 * 3_600_000;
/** Points that are kept at most: a chart has no room for more. */
const MOST = 720;

/** What was worst in some seconds. */
export interface LagPoint {
	/** When it began, in milliseconds since 1970. */
	time: number;
	/** Longest that a commit had waited for the store, in seconds; undefined where nothing was replicated. */
	lag?: number;
	/** Whether the data was safe all the while. */
	isSafe: boolean;
}

/** How the replication kept up, for a day at most: as it gets longer, each point stands for a longer time. */
export class LagHistory {
	readonly points: LagPoint[] = [];
	/** Milliseconds that each point stands for. */
	width = SAMPLE;

	constructor(readonly since: number = Date.now()) {}

	note({ lag, isSafe }: Omit<LagPoint, "time">, now: number = Date.now()): void {
		this.add({ time: this.beginOf(now), ...(lag !== undefined && { lag }), isSafe });
		if (this.points.length > MOST) this.coarsen();
		const oldest = now - KEPT;
		while ((this.points[0]?.time ?? now) < oldest) this.points.shift();
	}

	private beginOf(time: number): number {
		return Math.floor(time / this.width) * this.width;
	}

	private add(point: LagPoint): void {
		const last = this.points.at(-1);
		// A clock that was put back goes on where it was.
		if (last === undefined || point.time > last.time) {
			this.points.push(point);
			return;
		}
		last.isSafe &&= point.isSafe;
		if (point.lag !== undefined) last.lag = Math.max(last.lag ?? 0, point.lag);
	}

	private coarsen(): void {
		this.width *= 2;
		for (const point of this.points.splice(0)) this.add({ ...point, time: this.beginOf(point.time) });
	}
}
