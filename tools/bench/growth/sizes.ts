import { ReplicaStage } from "../replicaStage";
import type { Growth } from "../result";
import { median, rounded } from "../statistics";
import { byTurns } from "../turns";
import { Points } from "./points";

const SIZES = [10, 100, 1000];
const LARGE = 5000;
/** What is this small is done so fast that once says nothing. */
const SMALL = 200;

/** What a database costs that is larger: to bring it back, and all that the keeper does with the whole of it. */
export async function bySize(large: boolean, runs: number, say: (what: string) => void): Promise<Growth[]> {
	const [back, work] = [new Points(), new Points()];
	for (const megabytes of large ? [...SIZES, LARGE] : SIZES) {
		await ReplicaStage.on(async (stage) => {
			const times = megabytes <= SMALL ? runs : 1;
			const tell = (what: string) => say(`${megabytes} MB: ${what}`);
			tell("making the database");
			await stage.write(megabytes);
			tell("first replica, snapshot, drill");
			const begun = performance.now();
			await stage.replicating(async () => {
				const replica = seconds(begun);
				const [snapshots, drills]: [number[], number[]] = [[], []];
				for (let count = 0; count < times; count += 1) {
					const named = performance.now();
					await stage.command("snapshot");
					snapshots.push(seconds(named));
					drills.push((await stage.drill()).seconds);
				}
				work.add(megabytes, {
					"the first replica": replica,
					"a snapshot by name": median(snapshots),
					"a drill": median(drills),
				});
			});
			const checks: number[] = [];
			const found = await byTurns(times, tell, {
				restored: async () => {
					const { restore, check } = await stage.keeperRestore();
					checks.push(check);
					return restore;
				},
				plain: () => stage.plainRestore(),
				copied: () => stage.plainCopy(),
				gate: () => stage.gate(),
				rehearsal: () => stage.rehearsalCopy(),
				rows: () => stage.inspection("rows"),
			});
			back.add(megabytes, {
				"ours, restore": median(found.restored),
				"ours, full integrity check after it": median(checks),
				"plain Litestream, restore": median(found.plain),
				"plain copy": median(found.copied),
			});
			work.add(megabytes, {
				"the gate before the app": median(found.gate),
				"the copy for a rehearsal": median(found.rehearsal),
				"a count of all rows": median(found.rows),
			});
		});
	}
	const over = { name: "database", unit: "MB" };
	const left = large ? [] : [`${LARGE} MB are measured with --large.`];
	const notes = [`Once each; up to ${SMALL} MB the median of ${runs}.`, ...left];
	const started =
		"First replica, snapshot, gate: the start of a container or of a command, about half a second, is in it.";
	return [
		{ name: "restore, by size of the database", unit: "s", over, points: back.all, notes },
		{
			name: "the keeper's work, by size of the database",
			unit: "s",
			over,
			points: work.all,
			notes: [...notes, started],
		},
	];
}

function seconds(since: number): number {
	return rounded((performance.now() - since) / 1000);
}
