import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { ROOT } from "../workspace";
import { median, spread } from "./statistics";

/** What the guard may take for 5,000 steps: milliseconds, and MiB resident. */
const MOST = { milliseconds: 1000, mebibytes: 200 };
/** Of a step that `pulumi preview --json` prints for the local stack, 2026-11-22: 344 kB for 18 of them. */
const STEP_BYTES = 19_000;

/** Judges a plan by turns with a program that only parses it, each in a process of its own, and prints time and memory. */
export async function benchGuard({ steps, runs }: { steps: number; runs: number }): Promise<number> {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-bench-guard-"));
	try {
		const file = (name: string) => join(directory, name);
		writeFileSync(file("plan.json"), planOf(steps));
		const entryPoints = [join(ROOT, "components", "guard", "main.ts")];
		buildSync({ entryPoints, bundle: true, platform: "node", outfile: file("holdfast.js") });
		writeFileSync(file("parse.js"), 'JSON.parse(require("node:fs").readFileSync(process.argv[2], "utf8"));');
		const told = 'process.on("exit", () => require("node:fs").writeSync(2, String(process.resourceUsage().maxRSS)));';
		writeFileSync(file("told.js"), told);
		const measure = (...words: string[]) => {
			const start = performance.now();
			const ended = spawnSync(process.execPath, ["--require", file("told.js"), ...words], { encoding: "utf8" });
			if (ended.status !== 0) throw new Error(`${words.join(" ")} ended with ${ended.status}: ${ended.stderr}`);
			return {
				milliseconds: Math.round(performance.now() - start),
				mebibytes: Math.round(Number(ended.stderr) / 1024),
			};
		};
		const megabytes = Math.round(statSync(file("plan.json")).size / 1e6);
		console.log(
			`guard: a plan of ${steps} steps, ${megabytes} MB, made in the shape of real ones, ${runs} times each by turns`,
		);
		const ours: ReturnType<typeof measure>[] = [];
		const parse: ReturnType<typeof measure>[] = [];
		for (let run = 1; run <= runs; run += 1) {
			ours.push(measure(file("holdfast.js"), "guard", file("plan.json")));
			parse.push(measure(file("parse.js"), file("plan.json")));
		}
		const [time, parseTime] = [
			ours.map(({ milliseconds }) => milliseconds),
			parse.map(({ milliseconds }) => milliseconds),
		];
		const memory = ours.map(({ mebibytes }) => mebibytes);
		const parseMemory = parse.map(({ mebibytes }) => mebibytes);
		const ratio = (median(time) / median(parseTime)).toFixed(2);
		console.log(
			`guard: ${median(time)} ms (${spread(time)}), ${ratio} times JSON.parse alone (${median(parseTime)} ms)`,
		);
		console.log(
			`guard: ${median(memory)} MiB resident (${spread(memory)}), JSON.parse alone ${median(parseMemory)} MiB`,
		);
		return median(time) < MOST.milliseconds && Math.max(...memory) < MOST.mebibytes ? 0 : 1;
	} finally {
		rmSync(directory, { recursive: true });
	}
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
