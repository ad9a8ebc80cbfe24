import { setTimeout as sleep } from "node:timers/promises";
import { notesOf } from "../../prove/load";
import type { Acknowledge } from "../../prove/scene";
import { stageOn } from "../../prove/stage";
import { type Lost, lostOf } from "./lost";

/** Milliseconds of load before the host is lost: as long as plain Litestream's. */
export const WRITING = 6000;

/** Loses the host of a stack of its own. */
export function loseStack(acknowledge: Acknowledge): Promise<Lost> {
	return stageOn("host", { acknowledge }, async (scene) => {
		const { acknowledged } = await scene.underLoad(async () => {
			await sleep(WRITING);
			await scene.both("kill");
		});
		await scene.loseHost();
		await scene.settled();
		return lostOf(acknowledged, await notesOf(scene.twin.url));
	});
}
