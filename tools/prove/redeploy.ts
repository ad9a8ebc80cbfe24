import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "./faults";
import { answering, enough, type Load } from "./load";
import { copySampleApp, revisions, writeRevision } from "./sampleApp";
import { docker, succeeds, type Twin } from "./twin";

/** Milliseconds of load around a redeploy. */
const WRITING = 1000;
/** Seconds that a version which has just started may take for the requests that were held. */
const FIRST_ANSWER = 1;

/** Readers and writers go on while the version changes, and the schema with it. */
export const REDEPLOY: Fault = {
	fault: "52 redeploy under load, with a migration",
	repeats: "redeploys",
	async run(scene) {
		const version = `${Date.now()}`;
		let closed = 0;
		const load = await scene.underLoad(
			async () => {
				await sleep(WRITING);
				closed = await redeployMigrated(scene.twin, version);
				await sleep(WRITING);
			},
			{ readers: 4 },
		);
		const { requests, failed, longestWait } = load;
		scene.figures = { requests, failed, longestWait: Math.round(longestWait * 100) / 100, doorClosed: closed };
		const now = await answering(scene.twin.url);
		return [
			...enough(load),
			...disturbances(load, closed),
			...(now === version ? [] : [`version ${now} answers, not ${version}`]),
		];
	},
};

/** Deploys another version of the sample app, which has a migration of its own. Returns for how many seconds the door was closed. */
async function redeployMigrated(twin: Twin, version: string): Promise<number> {
	const app = twin.directory("migrated");
	if (!existsSync(`${app}/migrations`)) copySampleApp(app);
	const number = revisions(app) + 1;
	// A column of its own is told from the others', and the version of before goes on without it.
	writeRevision(app, number, `op.add_column("notes", sa.Column("added_${number}", sa.Integer, server_default="0"))`);
	await succeeds(twin.redeploy(version, app));
	const { stdout, errors } = await docker.run(["logs", `${twin.container}-keeper`]);
	const seconds = [...`${stdout}${errors}`.matchAll(/deploy: the door was closed for ([\d.]+) s/g)].at(-1)?.[1];
	if (seconds === undefined) throw new Error("the keeper has not said for how long the door was closed");
	return Number(seconds);
}

/** What did not hold for those who asked during a redeploy. */
export function disturbances({ requests, failed, reasons, longestWait }: Load, closed: number): string[] {
	return [
		...(failed === 0 ? [] : [`${failed} of ${requests} requests failed: ${[...reasons].join("; ")}`]),
		...(longestWait <= closed + FIRST_ANSWER
			? []
			: [`a request waited ${longestWait.toFixed(2)} s, and the door was closed for ${closed} s`]),
	];
}
