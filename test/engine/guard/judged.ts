import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectJudgement } from "./expected";
import { renamed } from "./recorded";
import type { Base, Scenario } from "./scenario";
import { Scene } from "./scene";

/** Of what is harmless, `npm test` makes one preview in so many anew. */
const HARMLESS = 4;

/**
 * Which previews are made anew: of each kind of alarm the first, and some that are none. All of them with HOLDFAST_MANY=1,
 * and where they are recorded; their recordings are all read by test/unit/guardPreviews.test.ts.
 */
function chosen(scenarios: Scenario[]): Scenario[] {
	if ((process.env.HOLDFAST_MANY ?? process.env.HOLDFAST_RECORD) !== undefined) return scenarios;
	const seen = new Set<string>();
	let harmless = 0;
	return scenarios.filter(({ exit, findings = [] }) => {
		if (!exit) return harmless++ % HARMLESS === 0;
		const kind = `${exit} ${[...new Set(findings.map((finding) => finding.split(":")[0]))].sort()}`;
		return !seen.has(kind) && seen.add(kind);
	});
}

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

		it.for(chosen(base.scenarios))("$name", async (scenario) => {
			const preview = await scene.preview(scenario);
			const recording = scene.recording(scenario, preview);
			const both = [renamed(preview, scene.names), recording];
			const [now, then] = both.map((text) => scene.constant(expectJudgement(base, scenario, text)));
			expect(now).toBe(then);
		});
	});
}
