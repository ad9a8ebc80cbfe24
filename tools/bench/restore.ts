import { ReplicaStage } from "./replicaStage";
import { figure } from "./report/figures";
import type { Bench } from "./result";
import { byTurns, progress } from "./turns";

/** Restores the same replica by turns with the keeper and with plain Litestream, and copies the database for comparison. */
export const restore: Bench = {
	name: "restore",
	about: "the keeper's restore against plain litestream restore on the same files, and against a copy of the database",
	async run({ megabytes, runs = 5 }) {
		const say = progress("restore");
		const whole: number[] = [];
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
					const { restore: seconds, whole: all } = await stage.keeperRestore();
					whole.push(all);
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
					values: { ...found, "ours, started and checked": whole },
					ratios: [
						// 0.87 of its speed.
						{ of: "ours", to: "plain Litestream", atMost: 1.15 },
						{ of: "ours, started and checked", to: "plain Litestream" },
						{ of: "ours, started and checked", to: "plain copy" },
					],
					notes: [
						"Ours is the Litestream that the keeper runs, by its own clock; with the keeper's start and its full integrity check, without which it hands nothing over, it is the other figure. Nobody checks for plain Litestream and the copy.",
						"The plain copy is cp and fsync of the database file itself, from and to the same volume.",
					],
				},
			],
		};
	},
};
