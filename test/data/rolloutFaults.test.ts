import { expect, it, onTestFinished } from "vitest";
import { docker, REPETITIONS } from "./docker";
import { buildKeeper } from "./harness";
import { acknowledgedBy, Instance, LEASE, median, pauseBetween, problemsOf } from "./instance";
import { GcsBucket, S3Bucket, type TestStore } from "./stores";
import { testServers } from "./testServers";

buildKeeper();
const servers = testServers();

/** What happens to the old instance, at a random moment about the time when the new one starts. */
interface Fault {
	strike(old: Instance): Promise<unknown>;
	/** Once the new one serves. */
	undo?(old: Instance): Promise<unknown>;
}

const paused = (word: "pause" | "unpause", { keeper, app }: Instance) => docker(word, keeper.name, app.name);
const FAULTS: Record<string, Fault> = {
	"is killed for good": { strike: ({ keeper }) => keeper.signal("KILL") },
	"sleeps, with its app, through its lease": {
		strike: (old) => paused("pause", old),
		undo: (old) => paused("unpause", old),
	},
	"has a keeper that sleeps through its lease": {
		strike: ({ keeper }) => docker("pause", keeper.name),
		undo: ({ keeper }) => docker("unpause", keeper.name),
	},
	"is cut off from the store": {
		strike: ({ keeper }) => docker("network", "disconnect", "bridge", keeper.name),
		undo: ({ keeper }) => docker("network", "connect", "bridge", keeper.name),
	},
};

async function made(kind: "S3" | "GCS"): Promise<TestStore> {
	const store = await (kind === "S3" ? S3Bucket.make(servers.s3) : GcsBucket.make(servers.gcs));
	onTestFinished(() => store.remove(), 30_000);
	return store;
}

/** What the last instance has in the end, and what that says of all of them. */
async function settled(all: Instance[]): Promise<{ rows: string[]; problems: string[] }> {
	const last = all.at(-1) as Instance;
	await last.app.stop();
	expect(await last.keeper.stop()).toBe(0);
	const { rows, integrity } = await last.host.restored();
	expect(integrity).toBe("ok");
	return { rows, problems: problemsOf(all, rows) };
}

it.each(Object.keys(FAULTS))(
	"fault 14: the old instance %s: another takes over, one writes at a time, and nothing that the store had is lost",
	async (name) => {
		const { strike, undo } = FAULTS[name] as Fault;
		const store = await made("S3");
		let current = await Instance.launch(store, "replicated");
		const all = [current];
		await current.serves();
		const pauses: number[] = [];
		for (let rollout = 0; rollout < REPETITIONS.faultyRollouts; rollout += 1) {
			const [next] = await Promise.all([Instance.launch(store, "replicated"), strike(current)]);
			all.push(next);
			await next.serves();
			await undo?.(current);
			if (undo !== undefined) await current.isRetired();
			await next.app.more(50);
			pauses.push(pauseBetween(current, next));
			current = next;
		}
		const { rows, problems } = await settled(all);
		console.log(
			`the old instance ${name}: ${acknowledgedBy(all).length} acknowledged rows, ${rows.length} kept; pauses in s: median ${median(pauses).toFixed(1)}, max ${Math.max(...pauses).toFixed(1)}, with a lease of ${LEASE} s`,
		);
		expect(problems).toEqual([]);
	},
	1_200_000,
);

it("fault 14: the old instance's keeper is killed and starts again: it goes on with its own disk, and hands that over", async () => {
	const store = await made("S3");
	const old = await Instance.launch(store, "replicated");
	await old.serves();
	await old.keeper.signal("KILL");
	// Its container restarts, and its app with it: nobody vouched for that one.
	await old.app.gone();
	const again = await old.restarted();
	await again.serves();
	expect(await again.keeper.log()).toContain("existing data is used");
	const next = await Instance.launch(store, "replicated");
	await next.serves();
	await again.isRetired();
	expect((await settled([old, again, next])).problems).toEqual([]);
});

it("fault 14: rows that only a lost instance's disk had are lost where a write counts at once, and still one writes at a time", async () => {
	const store = await made("S3");
	const old = await Instance.launch(store, "local");
	await old.serves();
	const [next] = await Promise.all([Instance.launch(store, "local"), FAULTS["is cut off from the store"]?.strike(old)]);
	await next.serves();
	const all = [old, next];
	const { rows, problems } = await settled(all);
	const kept = new Set(rows);
	const lost = old.app.times.filter((_, index) => !kept.has(old.app.acknowledged[index] ?? ""));
	const span = lost.length === 0 ? 0 : (lost.at(-1) ?? 0) - (lost[0] ?? 0);
	console.log(
		`cut off, and acknowledged at once: ${lost.length} of ${acknowledgedBy(all).length} rows lost, ${span.toFixed(2)} s`,
	);
	expect(problems.filter((problem) => !problem.includes("acknowledged rows are lost"))).toEqual([]);
	// From when it was cut off to when it froze itself.
	expect(span).toBeLessThan(LEASE);
});

it("fault 14: clocks an hour apart make no difference", async () => {
	const shifted = (hours: number) => {
		const script = `const now=Date.now;const Real=Date;globalThis.Date=class extends Real{constructor(...a){a.length?super(...a):super(now()+${hours * 3_600_000})}static now(){return now()+${hours * 3_600_000}}};console.error("clock",new Date().toISOString())`;
		return { env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` } };
	};
	// S3 itself turns away whoever is 15 minutes off.
	const store = await made("GCS");
	const old = await Instance.launch(store, "replicated", shifted(1));
	await old.serves();
	const next = await Instance.launch(store, "replicated", shifted(-1));
	await next.serves();
	const last = await Instance.launch(store, "replicated", shifted(0));
	await Promise.all([last.serves(), next.keeper.signal("KILL")]);
	const clocks = await Promise.all([old, next, last].map(({ keeper }) => keeper.log()));
	const [ahead = 0, behind = 0] = clocks.map((log) => Date.parse(/clock (\S+)/.exec(log)?.[1] ?? ""));
	expect((ahead - behind) / 3_600_000).toBeGreaterThan(1.9);
	expect((await settled([old, next, last])).problems).toEqual([]);
});
