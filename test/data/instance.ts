import { until } from "./docker";
import { Host, type HostOptions } from "./harness";
import type { RunningKeeper } from "./runningKeeper";
import type { TestStore } from "./stores";
import type { Counts, Writer } from "./writer";

/** Seconds of the lease of these instances. */
export const LEASE = 5;

/** An instance as Cloud Run or ECS run it: a keeper and an app side by side, with a disk that goes with them. */
export class Instance {
	private constructor(
		readonly host: Host,
		readonly keeper: RunningKeeper,
		readonly app: Writer,
		private readonly counts: Counts,
	) {}

	/** Starts both; whether they get to serve is another question. */
	static async launch(store: TestStore, counts: Counts = "local", options: HostOptions = {}): Promise<Instance> {
		const env = {
			HOLDFAST_DISK: "temporary",
			HOLDFAST_LEASE_SECONDS: `${LEASE}`,
			HOLDFAST_APP_HEALTH: "http://127.0.0.1:8000/health",
			HOLDFAST_APP_START_SECONDS: "20",
			// Where the app can reach it: the keeper's door is not between them here.
			HOLDFAST_CONTROL: "/run/holdfast/keeper.sock",
			...options.env,
		};
		const host = await Host.make(store, { ...options, env, gate: true });
		const keeper = await host.replicate(null);
		return Instance.with(host, keeper, counts);
	}

	/** After the keeper's container has died: it starts again on the same disk, and the app's does. */
	async restarted(): Promise<Instance> {
		return Instance.with(this.host, await this.keeper.restart(null), this.counts);
	}

	private static async with(host: Host, keeper: RunningKeeper, counts: Counts): Promise<Instance> {
		const app = await host.writer({ beside: keeper, waitsAtGate: true, door: counts, watchedFor: LEASE, pause: 0.002 });
		return new Instance(host, keeper, app, counts);
	}

	/** Waits until this instance acknowledges writes. */
	async serves(seconds = 40): Promise<void> {
		const before = this.app.acknowledged.length;
		await this.app
			.until((app) => app.acknowledged.length > before + 5, "acknowledges", seconds)
			.catch(async (error) => {
				throw new Error(`${error.message}\n${await this.keeper.log()}`);
			});
	}

	/** Waits until another has its data for good. */
	async isRetired(): Promise<void> {
		// Not by its status: a container that was cut off from its network is no longer reached at its port.
		const says = async () =>
			(await this.keeper.log()).includes("another instance has the data: this one writes no more");
		await until("the old instance has retired", says, 20);
	}
}

/** What all instances' apps acknowledged, in the order of time. */
export function acknowledgedBy(instances: Instance[]) {
	return instances
		.flatMap(({ app, host }) =>
			app.acknowledged.map((row, index) => ({
				row,
				at: app.times[index] ?? 0,
				epoch: app.epochs[index] ?? 0,
				by: host.name,
			})),
		)
		.sort((one, other) => one.at - other.at || one.epoch - other.epoch);
}

/** Problems with what was acknowledged: two at a time, an epoch of two owners, rows that are not in `rows`. */
export function problemsOf(instances: Instance[], rows: string[]): string[] {
	const all = acknowledgedBy(instances);
	const problems: string[] = [];
	const owners = new Map<number, string>();
	for (const [index, { epoch, by, at }] of all.entries()) {
		const before = all[index - 1];
		if (before !== undefined && epoch < before.epoch) problems.push(`epoch ${epoch} at ${at}, after ${before.epoch}`);
		if ((owners.get(epoch) ?? by) !== by) problems.push(`epoch ${epoch} has two owners`);
		owners.set(epoch, by);
	}
	const kept = new Set(rows);
	const lost = all.filter(({ row }) => !kept.has(row));
	if (lost.length > 0) problems.push(`${lost.length} of ${all.length} acknowledged rows are lost: ${lost[0]?.row} …`);
	if (new Set(rows).size !== rows.length) problems.push("a row is there twice");
	return problems;
}

/** Seconds without an acknowledged write between the one instance and the next. */
export function pauseBetween(old: Instance, next: Instance): number {
	return (next.app.times[0] ?? Number.NaN) - (old.app.times.at(-1) ?? Number.NaN);
}

export function median(numbers: number[]): number {
	const sorted = [...numbers].sort((one, other) => one - other);
	return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
