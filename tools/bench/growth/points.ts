import type { Growth } from "../result";

/** Collects the points of lines, by their names. */
export class Points {
	readonly all: Growth["points"] = {};

	add(at: number, values: Record<string, number>): void {
		for (const [name, value] of Object.entries(values)) {
			this.all[name] ??= [];
			this.all[name].push({ at, value });
		}
	}
}
