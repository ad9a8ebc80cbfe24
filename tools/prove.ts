import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { containersOf } from "./keeper";
import { FAULTS } from "./prove/faults";
import { prove } from "./prove/run";
import { stageOn } from "./prove/stage";
import { setUp } from "./setup/index";
import { configFile } from "./stackConfig";
import { main } from "./workspace";

const USAGE = `npm run prove [-- options]: does to a twin of the running stack what a sceptic would, and counts row by row

  --store host|s3   where the twin's replica is: a volume, or a real S3 server on this machine. Default: host
  --runs N          times that the host is lost. Default: 3
  --only WORDS      the faults that have these words, separated by commas, such as "1 kill,4"
  --json            an array of { fault, acknowledged, present, lost, held, seconds }
  --stack STACK     Default: local`;

/** The sample app's routes are what the prove writes to and reads from. */
const SAMPLE_APP = "stacks/sample-app";

main(async () => {
	const { values } = parseArgs({
		options: {
			store: { type: "string", default: "host" },
			runs: { type: "string", default: "3" },
			only: { type: "string" },
			json: { type: "boolean", default: false },
			stack: { type: "string", default: process.env.PULUMI_STACK ?? "local" },
			help: { type: "boolean" },
		},
	});
	const runs = Number(values.runs);
	if (values.help || !["host", "s3"].includes(values.store) || !Number.isInteger(runs) || runs < 1) {
		console.error(USAGE);
		return values.help ? 0 : 2;
	}
	await setUp(values.stack, { servers: true });
	// That it runs is what makes its configuration worth proving.
	await containersOf(values.stack);
	const config = parse(readFileSync(configFile(values.stack), "utf8")) as {
		config: Record<string, { build?: { context: string } }>;
	};
	const app = config.config["holdfast:app"] ?? {};
	if (app.build?.context !== SAMPLE_APP) {
		throw new Error(
			`the prove writes notes through the sample app's routes, so it needs a stack that runs ${SAMPLE_APP}; for your own app, npm run drill proves its replica`,
		);
	}
	const wanted = values.only?.split(",").map((words) => words.trim());
	const faults = FAULTS.filter(
		({ fault }) =>
			wanted === undefined || wanted.some((words) => `${fault} `.startsWith(`${words} `) || fault.includes(words)),
	);
	if (faults.length === 0)
		throw new Error(`no fault has these words; there are: ${FAULTS.map(({ fault }) => fault).join("; ")}`);
	return stageOn(values.store as "host" | "s3", app, (scene) => prove(scene, faults, { runs, json: values.json }));
});
