import { expect, it } from "vitest";
import { MANY } from "../../tools/faults/many";
import { redeployFigures } from "../../tools/prove/figures";
import { REDEPLOY } from "../../tools/prove/redeploy";
import { type RedeployFigures, Scene } from "../../tools/prove/scene";
import { succeeds, TestStack } from "./testStack";

const REDEPLOYS = MANY ? 20 : 2;

it(
	"fault 52: redeploys with migrations under reads and writes: no request fails or comes twice, none waits for longer than the switch takes, nothing is lost",
	async () => {
		const stack = (await TestStack.make()).configure();
		await succeeds(stack.up());
		const scene = new Scene(stack, { kind: "of no concern", damage: () => Promise.reject() }, "local");
		const figures: RedeployFigures[] = [];
		for (let redeploy = 1; redeploy <= REDEPLOYS; redeploy += 1) {
			expect(await REDEPLOY.run(scene)).toEqual([]);
			if (scene.figures !== undefined) figures.push(scene.figures);
		}
		expect(await scene.counted()).toEqual({ lost: [], duplicates: 0 });
		expect(figures).toHaveLength(REDEPLOYS);
		console.log(`${REDEPLOYS} redeploys: ${redeployFigures(figures)}`);
	},
	REDEPLOYS * 60_000 + 120_000,
);
