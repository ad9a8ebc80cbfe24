import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { Plan } from "../plan";
import { freePort, succeeds } from "../prove/twin";
import { PreviewScene, type Program } from "./preview/scene";
import type { Bench } from "./result";
import { byTurns, cleanedUp, progress } from "./turns";

const BY_HAND = "by hand";

/**
 * What everyone waits for before each change: a preview and an update that find nothing to do, of the local stack's program
 * with a backup and the sample app, against the same resources written by hand without any component.
 */
export const preview: Bench = {
	name: "preview",
	about: "preview and no-change up of the local stack against the same resources written by hand without components",
	async run({ runs = 8 }) {
		const say = progress("preview");
		const scene = new PreviewScene(`b${randomBytes(4).toString("hex")}`, await freePort());
		return cleanedUp(
			() => scene.remove(),
			async () => {
				say("bringing the stack up");
				await succeeds(scene.configure().up());
				const byHand = await scene.writtenByHand();
				const resources = await sameResources(scene, byHand);
				const previews = {
					ours: () => scene.run(scene.ours, "preview"),
					[BY_HAND]: () => scene.run(byHand, "preview"),
				};
				const updates = {
					ours: () => scene.run(scene.ours, "up", "--yes"),
					"npm run up": () => succeeds(scene.up()),
					[BY_HAND]: () => scene.run(byHand, "up", "--yes"),
				};
				const notes = [
					`${resources} resources of the provider in both programs, and neither finds a change`,
					"by hand: plain JavaScript, which Pulumi starts sooner than TypeScript",
				];
				const target = (of: string) => ({ of, to: BY_HAND, atMost: 1.1 });
				return {
					comparisons: [
						{
							name: "preview without a change",
							unit: "s",
							values: await timed(runs, say, previews),
							ratios: [target("ours")],
							notes,
						},
						{
							name: "up without a change",
							unit: "s",
							values: await timed(runs, say, updates),
							ratios: [target("ours"), target("npm run up")],
							notes,
						},
					],
				};
			},
		);
	},
};

/** That both programs have the same resources, by kind and number, and neither would change any. Returns how many. */
async function sameResources(scene: PreviewScene, byHand: Program): Promise<number> {
	const [ours, theirs] = [await kinds(scene, scene.ours), await kinds(scene, byHand)];
	if (!isDeepStrictEqual(ours, theirs))
		throw new Error(`the programs differ: ${JSON.stringify(ours)} and by hand ${JSON.stringify(theirs)}`);
	return Object.values(ours).reduce((sum, count) => sum + count, 0);
}

async function kinds(scene: PreviewScene, program: Program): Promise<Record<string, number>> {
	const output = await scene.run(program, "preview", "--json", "--show-sames");
	if (!new Plan(output).changesNothing) throw new Error(`there is a change where none was made:\n${output}`);
	const { steps } = JSON.parse(output) as { steps: { urn: string }[] };
	const types = steps.map(({ urn }) => urn.split("::")[2]?.split("$").at(-1) ?? "").sort();
	const found: Record<string, number> = {};
	for (const type of types) if (type.startsWith("docker:")) found[type] = (found[type] ?? 0) + 1;
	return found;
}

/** The seconds of each, by turns. The first turn fills the caches and does not count. */
async function timed(runs: number, say: (what: string) => void, contenders: Record<string, () => Promise<unknown>>) {
	const clocked = Object.entries(contenders).map(([name, run]) => {
		const seconds = async () => {
			const start = performance.now();
			await run();
			return Math.round(performance.now() - start) / 1000;
		};
		return [name, seconds] as const;
	});
	const found = await byTurns(runs + 1, say, Object.fromEntries(clocked));
	return Object.fromEntries(Object.entries(found).map(([name, values]) => [name, values.slice(1)]));
}
