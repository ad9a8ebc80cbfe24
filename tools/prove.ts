import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { containersOf } from "./keeper";
import { FAULTS } from "./prove/faults";
import { prove } from "./prove/run";
import { SAMPLE_APP } from "./prove/sampleApp";
import type { Acknowledge } from "./prove/scene";
import { stageOn } from "./prove/stage";
import { setUp } from "./setup/index";
import { configFile } from "./stackConfig";
import { main } from "./workspace";

const USAGE = `npm run prove [-- options]: does to a twin of the running stack what a sceptic would, and counts row by row

  --store host|s3   where the twin's replica is: a volume, or a real S3 server on this machine. Default: host
  --runs N          times that the host is lost. Default: 3
  --acknowledge M   local or replicated: in this mode only the host is lost. Default: in either
  --redeploys N     redeploys under load. Default: 3
  --only WORDS      the faults that have these words, separated by commas, such as "1 kill,4"
  --json            an array of { fault, acknowledged, present, lost, duplicates, held, seconds, … }
  --stack STACK     Default: local`;

main(async () => {
	const { values } = parseArgs({
		options: {
			store: { type: "string", default: "host" },
			runs: { type: "string", default: "3" },
			acknowledge: { type: "string" },
			redeploys: { type: "string", default: "3" },
			only: { type: "string" },
			json: { type: "boolean", default: false },
			stack: { type: "string", default: process.env.PULUMI_STACK ?? "local" },
			help: { type: "boolean" },
		},
	});
	const [runs = 0, redeploys = 0] = [values.runs, values.redeploys].map(Number);
	const isRight =
		["host", "s3"].includes(values.store) &&
		[undefined, "local", "replicated"].includes(values.acknowledge) &&
		[runs, redeploys].every((times) => Number.isInteger(times) && times >= 1);
	if (values.help || !isRight) {
		console.error(USAGE);
		return values.help ? 0 : 2;
	}
	await setUp(values.stack, { servers: true });
	// That it runs is what makes its configuration worth proving.
	await containersOf(values.stack);
	const config = parse(readFileSync(configFile(values.stack), "utf8")) as {
		config: Record<string, { build?: { context: string }; acknowledge?: Acknowledge }>;
	};
	const app = config.config["holdfast:app"] ?? {};
	if (app.build?.context !== SAMPLE_APP) {
		throw new Error(
			`the prove writes notes through the sample app's routes, so it needs a stack that runs ${SAMPLE_APP}; for your own app, npm run drill proves its replica`,
		);
	}
	const wanted = values.only?.split(",").map((words) => words.trim());
	// 5 is not 52.
	const isIn = (fault: string) => (words: string) =>
		fault.startsWith(`${words} `) || (!/^\d+$/.test(words) && fault.includes(words));
	const faults = FAULTS.filter(
		({ fault, acknowledge }) =>
			(wanted === undefined || wanted.some(isIn(fault))) &&
			[undefined, acknowledge ?? values.acknowledge].includes(values.acknowledge),
	);
	if (faults.length === 0)
		throw new Error(`no fault has these words; there are: ${FAULTS.map(({ fault }) => fault).join("; ")}`);
	return stageOn(values.store as "host" | "s3", app, (scene) =>
		prove(scene, faults, { runs, redeploys, json: values.json }),
	);
});
