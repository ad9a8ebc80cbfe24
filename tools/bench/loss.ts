import { loseStack } from "./loss/holdfast";
import { litestream, loseApp, SCALED, uploadLoop } from "./loss/plain";
import type { Bench } from "./result";
import { byTurns, progress } from "./turns";

const RUNS = 3;
const [REPLICATED, LOCAL] = ["ours, replicated", "ours, local"];
/** Seconds. */
const PROMISED = 2;

/** App, everything beside it and its disk go at once, under write load; then the writes are looked for in what is left. */
export const loss: Bench = {
	name: "loss",
	about: "acknowledged writes that a lost host takes along: both modes, the guide's upload loop, plain Litestream",
	async run({ runs = RUNS }) {
		const found = await byTurns(runs, progress("loss"), {
			[REPLICATED]: () => loseStack("replicated"),
			[LOCAL]: () => loseStack("local"),
			[`upload loop, each ${SCALED} s`]: () => loseApp(uploadLoop),
			"plain Litestream": () => loseApp(litestream),
		});
		const of = (what: "writes" | "seconds") =>
			Object.fromEntries(Object.entries(found).map(([name, all]) => [name, all.map((each) => each[what])]));
		const notes = [
			`The guide's loop uploads each 300 s. Here it does each ${SCALED} s, and the host is lost at a random moment of a round: at 300 s both figures are ${300 / SCALED} times as large on average. They are not scaled here.`,
			"The loop gets a whole copy by SQLite's backup; the guide uploads the file as it is, which can also be torn, or lack its write-ahead log.",
			"Plain Litestream has its defaults (a sync each second). Every store is a directory of the same machine: the lost host is simulated, by killing all containers at once and deleting the volume.",
		];
		return {
			comparisons: [
				{
					name: "host lost under load, acknowledged writes lost",
					unit: "writes",
					values: of("writes"),
					ratios: [],
					limits: [{ of: REPLICATED, atMost: 0 }],
					notes,
				},
				{
					name: "host lost under load, seconds of acknowledged writes lost",
					unit: "s",
					values: of("seconds"),
					ratios: [],
					limits: [
						{ of: REPLICATED, atMost: 0 },
						{ of: LOCAL, atMost: PROMISED },
					],
					notes,
				},
			],
		};
	},
};
