import { expect } from "vitest";
import { REPETITIONS } from "../docker";
import type { TestStore } from "../stores";
import type { Front, Load } from "./load";
import type { Stopped } from "./pod";
import { expectNothingLost, expectOrderly, identityOf, report, rowsOf } from "./proof";

/** A platform on which a first version serves already. */
interface Scene<Definition> {
	store: TestStore;
	keeper: string;
	load: Load;
	platform: Front & { deploy(definition: Definition): Promise<unknown>; destroy(): Promise<unknown>; stops: Stopped[] };
}

/** Rollouts with a migration each, three clients writing all the time: nothing is lost, and every stop is orderly. */
export async function rollOutUnderLoad<Definition>(
	name: string,
	scene: Scene<Definition>,
	migrating: Definition,
	{ first, budget }: { first: string; budget: number },
): Promise<void> {
	const { platform, load } = scene;
	const rollouts = REPETITIONS.cloudRollouts;
	const running = load.run(3);
	await load.more(20);
	for (let rollout = 1; rollout <= rollouts; rollout += 1) {
		await platform.deploy(migrating);
		await load.more(20);
	}
	await running.stop();
	const last = await rowsOf(platform);
	expect(await identityOf(platform)).toMatchObject({ migrations: rollouts });
	await platform.destroy();
	const order = await expectNothingLost(scene, last);
	expect(order).toHaveLength(rollouts + 1);
	expect(order[0]).toBe(first);
	expectOrderly(platform.stops, budget);
	report(`${name}, rollouts: ${rollouts}`, load, order, platform.stops);
}
