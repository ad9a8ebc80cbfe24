import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MANY } from "../../../tools/faults/many";
import { BASES } from "./bases";
import { expectJudgement } from "./expected";
import { renamed } from "./recorded";
import { type Base, type Scenario, titled } from "./scenario";
import { Scene } from "./scene";

/** Of what is harmless, `npm test` makes one preview in so many anew. */
const HARMLESS = 6;
const PLATFORM = /docker|gcp|aws/;

/**
 * Which previews of a base are made anew: of each kind of alarm the first on its platform, and some that are none. All of them
 * with HOLDFAST_MANY=1, and where they are recorded; their recordings are all read by test/unit/guardPreviews.test.ts.
 */
function chosen(base: Base): Scenario[] {
	if (MANY || process.env.HOLDFAST_RECORD !== undefined) return base.scenarios;
	const platform = (name: string) => PLATFORM.exec(name)?.[0];
	const seen = new Set<string>();
	const first = ({ exit, findings = [] }: Scenario) => {
		const kind = `${exit} ${[...new Set(findings.map((finding) => finding.split(":")[0]))].sort()}`;
		return !seen.has(kind) && seen.add(kind);
	};
	for (const before of BASES) {
		if (platform(before.name) !== platform(base.name)) continue;
		const alarms = new Set(before.scenarios.filter((scenario) => scenario.exit).filter(first));
		if (before.name !== base.name) continue;
		const harmless = base.scenarios.filter(({ exit }) => !exit).filter((_, index) => index % HARMLESS === 0);
		return base.scenarios.filter((scenario) => alarms.has(scenario) || harmless.includes(scenario));
	}
	throw new Error(`${base.name} is not among the bases of bases.ts`);
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

		it.for(titled(chosen(base)))("$title", async ({ scenario }) => {
			const preview = await scene.preview(scenario);
			const recording = scene.recording(scenario, preview);
			const both = [renamed(preview, scene.names), recording];
			const [now, then] = both.map((text) => scene.constant(expectJudgement(base, scenario, text)));
			expect(now).toBe(then);
		});
	});
}
