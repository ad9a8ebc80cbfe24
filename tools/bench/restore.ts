import { ReplicaStage } from "./replicaStage";
import { figure } from "./report/figures";
import type { Bench } from "./result";
import { median, rounded } from "./statistics";
import { byTurns, progress } from "./turns";

/** Restores the same replica by turns with the keeper and with plain Litestream, and copies the database for comparison. */
export const restore: Bench = {
	name: "restore",
	about: "the keeper's restore against plain litestream restore on the same files, and against a copy of the database",
	async run({ megabytes, runs = 5 }) {
		const say = progress("restore");
		const checks: number[] = [];
		const found = await ReplicaStage.on(async (stage) => {
			say(`making a database of ${megabytes} MB and its replica`);
			await stage.write(megabytes);
			// First a snapshot, then what was written after it: as a replica is.
			await stage.replicating(async () => {
				await stage.write(Math.min(20, megabytes / 10));
				await stage.complete();
			});
			return byTurns(runs, say, {
				ours: async () => {
					const { restore: seconds, check } = await stage.keeperRestore();
					checks.push(check);
					return seconds;
				},
				"plain Litestream": () => stage.plainRestore(),
				"plain copy": () => stage.plainCopy(),
			});
		});
		return {
			comparisons: [
				{
					name: `restore of ${figure(megabytes)} MB`,
					unit: "s",
					values: found,
					ratios: [
						// 0.87 of its speed.
						{ of: "ours", to: "plain Litestream", atMost: 1.15 },
						{ of: "ours", to: "plain copy" },
					],
					notes: [
						`The keeper's full integrity check of what it restored is not in it: ${rounded(median(checks))} s more. Nobody checks for the others.`,
						"The plain copy is cp and fsync of the database file itself, from and to the same volume.",
					],
				},
			],
		};
	},
};
