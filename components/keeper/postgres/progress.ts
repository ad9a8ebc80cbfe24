import { setImmediate } from "node:timers/promises";
import type { MoveProgress } from "./report";

/** Milliseconds between two lines. */
const EVERY = 1000;

/** Tells how far it is, at most once a second. */
export class Progress {
	private rows = 0;
	private readonly began = performance.now();
	private told = performance.now();
	private table = "";

	constructor(
		private readonly doing: MoveProgress["doing"],
		private readonly totalRows: number,
		private readonly tell: (progress: MoveProgress) => void,
	) {}

	on(table: string): this {
		this.table = table;
		return this;
	}

	/** Also lets everything else of this process have its turn. */
	async moved(rows: number): Promise<void> {
		this.rows += rows;
		await setImmediate();
		const now = performance.now();
		if (now - this.told < EVERY) return;
		this.told = now;
		const rowsPerSecond = Math.round((this.rows * 1000) / (now - this.began));
		const left = Math.max(0, this.totalRows - this.rows);
		this.tell({
			doing: this.doing,
			table: this.table,
			rows: this.rows,
			totalRows: this.totalRows,
			rowsPerSecond,
			secondsLeft: rowsPerSecond === 0 ? 0 : Math.ceil(left / rowsPerSecond),
		});
	}
}
