import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectJudgement } from "./expected";
import { renamed } from "./recorded";
import type { Base } from "./scenario";
import { Scene } from "./scene";

/** Brings a base up, makes the preview of each of its scenarios anew, and has the guard read both that and the recording. */
export function judged(base: Base): void {
	describe(base.name, () => {
		const undo: (() => void | Promise<void>)[] = [];
		let scene: Scene;
		beforeAll(async () => {
			scene = await Scene.make(base, (one) => undo.unshift(one));
		});
		afterAll(async () => {
			for (const one of undo) await one();
		});

		it.for(base.scenarios)("$name", async (scenario) => {
			const preview = await scene.preview(scenario);
			const recording = scene.recording(scenario, preview);
			const both = [renamed(preview, scene.names), recording];
			const [now, then] = both.map((text) => scene.constant(expectJudgement(base, scenario, text)));
			expect(now).toBe(then);
		});
	});
}
