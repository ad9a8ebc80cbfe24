import { byApps } from "./growth/apps";
import { bySize } from "./growth/sizes";
import { byTables } from "./growth/tables";
import type { Bench } from "./result";
import { progress } from "./turns";

/** How the cost grows with what a user has more of. Without targets: a line that bends upwards is what to look for. */
export const growth: Bench = {
	name: "growth",
	about:
		"how the cost grows: a database of 10 MB to 1 GB (5 GB with --large), 1 to 500 tables, 1 to 50 apps in a stack",
	async run({ runs = 2, large = false }) {
		const say = progress("growth");
		return {
			comparisons: [],
			growth: [...(await bySize(large, runs, say)), ...(await byTables(runs, say)), ...(await byApps(runs, say))],
		};
	},
};
