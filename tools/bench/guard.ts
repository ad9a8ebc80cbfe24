import { spawnSync } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { ROOT } from "../workspace";
import { figure } from "./report/figures";
import type { Bench } from "./result";
import { inDirectory } from "./stages";
import { byTurns, progress } from "./turns";

const STEPS = 5000;
/** What the guard may take for them: milliseconds, and MiB resident. */
const MOST = { milliseconds: 1000, mebibytes: 200 };
/** Of a step that `pulumi preview --json` prints for the local stack, 2026-11-22: 344 kB for 18 of them. */
const STEP_BYTES = 19_000;

/** Judges a plan by turns with a program that only parses it, each in a process of its own. */
export const guard: Bench = {
	name: "guard",
	about: "time and memory of the guard on a plan of 5,000 steps, against JSON.parse alone",
	async run({ runs = 5 }) {
		return inDirectory(async (directory) => {
			const file = (name: string) => join(directory, name);
			writeFileSync(file("plan.json"), planOf(STEPS));
			const entryPoints = [join(ROOT, "components", "guard", "main.ts")];
			buildSync({ entryPoints, bundle: true, platform: "node", outfile: file("holdfast.js") });
			writeFileSync(file("parse.js"), 'JSON.parse(require("node:fs").readFileSync(process.argv[2], "utf8"));');
			writeFileSync(file("told.js"), TELLING);
			const node = (...words: string[]) => measured("--require", file("told.js"), ...words);
			const found = await byTurns(runs, progress("guard"), {
				ours: async () => node(file("holdfast.js"), "guard", file("plan.json")),
				"JSON.parse alone": async () => node(file("parse.js"), file("plan.json")),
			});
			const of = (unit: keyof Measured) => ({
				ours: found.ours.map((each) => each[unit]),
				"JSON.parse alone": found["JSON.parse alone"].map((each) => each[unit]),
			});
			const ratios = [{ of: "ours", to: "JSON.parse alone" }];
			const megabytes = Math.round(statSync(file("plan.json")).size / 1e6);
			return {
				comparisons: [
					{
						name: `guard on a plan of ${figure(STEPS)} steps, time`,
						unit: "ms",
						values: of("milliseconds"),
						ratios,
						limits: [{ of: "ours", atMost: MOST.milliseconds, by: "median" }],
						notes: [`The plan is ${megabytes} MB, made in the shape of real ones.`],
					},
					{
						name: `guard on a plan of ${figure(STEPS)} steps, memory`,
						unit: "MiB",
						values: of("mebibytes"),
						ratios,
						limits: [{ of: "ours", atMost: MOST.mebibytes }],
					},
				],
			};
		});
	},
};

interface Measured {
	milliseconds: number;
	/** Resident at most. */
	mebibytes: number;
}

const TELLING = 'process.on("exit", () => require("node:fs").writeSync(2, String(process.resourceUsage().maxRSS)));';

function measured(...words: string[]): Measured {
	const start = performance.now();
	const ended = spawnSync(process.execPath, words, { encoding: "utf8" });
	if (ended.status !== 0) throw new Error(`${words.join(" ")} ended with ${ended.status}: ${ended.stderr}`);
	const milliseconds = Math.round(performance.now() - start);
	return { milliseconds, mebibytes: Math.round(Number(ended.stderr) / 1024) };
}

/** Containers that are replaced, each with a volume that stays: what a stack of many apps prints. */
function planOf(count: number): string {
	const steps = Array.from({ length: count }, (_, index) => (index % 2 === 0 ? volume(index) : container(index)));
	const changeSummary = { same: Math.ceil(count / 2), replace: Math.floor(count / 2) };
	return JSON.stringify({ config: {}, steps, duration: 1, changeSummary }, undefined, 4);
}

function volume(index: number) {
	const state = stateOf("docker:index/volume:Volume", index, { name: `shop-${index}` }, true);
	return { op: "same", urn: state.urn, oldState: state, newState: state };
}

function container(index: number) {
	const state = (version: number) =>
		stateOf("docker:index/container:Container", index, {
			image: `app:${version}`,
			envs: [
				"DATABASE_URL=sqlite:////data/app.db",
				...Array.from({ length: 40 }, (_, n) => `OPTION_${n}=${"x".repeat(40)}`),
			],
			mounts: [{ type: "volume", source: `shop-${index - 1}`, target: "/data" }],
		});
	return { op: "replace", urn: state(1).urn, oldState: state(1), newState: state(2), replaceReasons: ["image"] };
}

function stateOf(type: string, index: number, inputs: Record<string, unknown>, protect = false) {
	const stackTrace = Array.from({ length: 12 }, (_, line) => {
		return { sourcePosition: `project:///components/docker/${"a".repeat(60)}.ts#${line},${index}` };
	});
	const state = { urn: `urn:pulumi:test::shop::${type}::r${index}`, custom: true, type, inputs, protect, stackTrace };
	const missing = STEP_BYTES / 2 - JSON.stringify(state, undefined, 4).length * 1.3;
	return { ...state, outputs: { ...inputs, log: "y".repeat(Math.max(0, Math.round(missing))) } };
}
