import { spawn } from "node:child_process";
import type { DrillReport } from "./drill";
import type { Keeper } from "./keeper";
import { enforceRetention } from "./retention";
import type { Settings } from "./settings";
import type { Parts } from "./start";

const HOUR = 3_600_000;
/** Hours between two rounds of retention: each lists all files of the replica. */
const RETENTION_HOURS = 6;
/** Milliseconds between two looks at whether a drill is due: one that failed for want of the store is soon tried again. */
const LOOK = 10 * 60_000;

/** What is done by the clock while the keeper replicates. Returns what ends it. */
export function startRoutine(
	settings: Settings,
	{ store, manifest }: Pick<Parts, "store" | "manifest">,
	keeper: Keeper,
	say: (line: string) => void,
): () => void {
	const timers: NodeJS.Timeout[] = [];
	const marked = new Set<string>();
	let drilling = false;
	timers.push(
		setInterval(() => void retention(), RETENTION_HOURS * HOUR),
		// And soon after a start, for one that is started more often than that.
		setTimeout(() => void retention(), LOOK),
		setInterval(() => void drillWhenDue(), Math.min(LOOK, Math.max(1000, settings.drillHours * HOUR))),
	);
	return () => timers.forEach(clearInterval);

	async function retention(): Promise<void> {
		if (keeper.keepsReplicaWhole) return;
		try {
			const points = (await keeper.snapshots()).map(({ transaction }) => transaction);
			const count = await enforceRetention(
				store,
				points,
				settings.retentionDays,
				marked,
				(await manifest.read())?.generations,
			);
			if (count > 0) say(`${count} files of the replica are superfluous and marked`);
		} catch (error) {
			say(`warning: retention could not be enforced: ${(error as Error).message}`);
		}
	}

	async function drillWhenDue(): Promise<void> {
		const { lastDrill, state } = keeper.known;
		const age = Date.now() - Date.parse(lastDrill?.ok ? lastDrill.time : "1970-01-01");
		if (drilling || settings.drillHours === 0 || state !== "replicating" || age < settings.drillHours * HOUR) return;
		drilling = true;
		const { ok, reason, seconds } = await drillInChild();
		drilling = false;
		say(ok ? `drill: the replica was restored and checked in ${seconds} s` : `warning: the drill failed: ${reason}`);
	}
}

/** In a process of its own, which tells the running keeper of its report as one by hand does. */
function drillInChild(): Promise<DrillReport> {
	return new Promise((resolve) => {
		const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? "", "drill", "--json"], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		let output = "";
		child.stdout.on("data", (chunk) => {
			output += chunk;
		});
		const failed = (reason: string) => resolve({ ok: false, time: new Date().toISOString(), seconds: 0, reason });
		child.on("error", (error) => failed(error.message));
		child.on("close", (code) => {
			try {
				resolve(JSON.parse(output) as DrillReport);
			} catch {
				failed(`the drill ended with code ${code} and no report`);
			}
		});
	});
}
