import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, DockerCli } from "../../components/docker/cli";
import { MANY } from "../../tools/faults/many";

/** How often and how long. */
export const REPETITIONS = {
	/** Host losses under load, for each kind of store. */
	hostLosses: MANY ? 20 : 1,
	/** Rollouts under load from instance to instance, for each kind of store. */
	rollouts: MANY ? 20 : 3,
	/** Rollouts under load on each of the platforms in test/data/cloud. */
	cloudRollouts: MANY ? 5 : 1,
	/** Rollouts from instance to instance with a fault in each. */
	faultyRollouts: MANY ? 20 : 1,
	/** Random databases that are moved to Postgres. */
	schemas: MANY ? 300 : 20,
	/** Kills of a move to Postgres. */
	killedMoves: MANY ? 10 : 3,
	/** A move of more than the keeper may have in memory: rows, and bytes of each. */
	largeMove: MANY ? { rows: 5_000_000, bytes: 200 } : { rows: 220_000, bytes: 1000 },
	/** Seconds for which the store cannot be reached. */
	outage: MANY ? 600 : 15,
	/** Seconds of replication before the memory is read; after some 40 the optimizing compiler has been at work. */
	memory: MANY ? 240 : 60,
};

const cli = new DockerCli();

/** Runs docker, whatever comes of it. */
export function tryDocker(...args: string[]): Promise<Answer> {
	return cli.run(args, { timeout: 120_000 });
}

/** Runs docker, and fails the test when it fails. */
export async function docker(...args: string[]): Promise<string> {
	const { code, stdout, errors } = await tryDocker(...args);
	if (code !== 0) throw new Error(`docker ${args.slice(0, 40).join(" ")}: ${errors}${stdout}`);
	return `${stdout}`.trim();
}

/** Asks again and again until the answer is not undefined or false, and returns it. */
export async function until<T>(
	what: string,
	ask: () => Promise<T | undefined | false> | T | undefined | false,
	seconds = 30,
): Promise<T> {
	const end = performance.now() + seconds * 1000;
	for (;;) {
		const found = await ask();
		if (found !== undefined && found !== false) return found;
		if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
		await sleep(200);
	}
}
