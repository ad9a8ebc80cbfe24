import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { setUp } from "./setup/index";
import { keepEvidence } from "./soak/evidence";
import { plan, type StoreKind } from "./soak/plan";
import { type Asked, HEAD, lineOf, replay, sentencesOf, summaryOf, writeReport } from "./soak/report";
import { type Done, Soak } from "./soak/run";
import { onStage, type Stage } from "./soak/stage";
import { main } from "./workspace";

const USAGE = `npm run soak [-- options]: redeploys and random faults under load, on a stack of its own; every write is looked for after each

  --minutes N       how long steps begin; the last one ends later. Default: 30
  --seed N          the order and all that chance says, again. Default: another one each time, which is printed
  --store host|s3   where the replica is: a volume, or a real S3 server on this machine, which can be away. Default: s3

Always held: no acknowledged write is lost or there twice; and the data is one history without a gap, of which every
restored replica is a beginning. It ends at the first step that breaks one, with exit code 1.`;

main(async () => {
	const { values } = parseArgs({
		options: {
			minutes: { type: "string", default: "30" },
			seed: { type: "string", default: `${randomInt(2 ** 31)}` },
			store: { type: "string", default: "s3" },
			help: { type: "boolean" },
		},
	});
	const asked: Asked = { seed: Number(values.seed), minutes: Number(values.minutes), store: values.store as StoreKind };
	const isRight = ["host", "s3"].includes(asked.store) && Number.isSafeInteger(asked.seed) && asked.minutes > 0;
	if (values.help || !isRight) {
		console.error(USAGE);
		return values.help ? 0 : 2;
	}
	await setUp("local", { servers: true });
	console.log(`seed ${asked.seed}; the same steps again: ${replay(asked)}\n`);
	const soaks: Soak[] = [];
	const interrupted = () => void (soaks[0] && end(asked, soaks[0].done));
	return onStage(asked.store, (stage) => soak(stage, asked, soaks), interrupted);
});

async function soak(stage: Stage, asked: Asked, soaks: Soak[]): Promise<number> {
	const soak = new Soak(stage);
	soaks.push(soak);
	console.log(HEAD);
	await soak.run(plan(asked.seed, asked.store), asked.minutes * 60_000, (done) =>
		console.log(lineOf(done, soak.book.total)),
	);
	const last = soak.done.at(-1);
	const evidence = last?.isOver ? await keepEvidence(stage.scene, asked.seed, last) : undefined;
	return end(asked, soak.done, evidence);
}

/** Says what came of it and writes the report. Returns the exit code. */
function end(asked: Asked, done: Done[], evidence?: string): number {
	writeReport(asked, done, evidence);
	const summary = summaryOf(done);
	console.log(`\n${sentencesOf(summary).join("\n")}`);
	console.log("the report: soak-report.md, soak-report.json");
	if (evidence !== undefined) console.log(`the evidence: ${evidence}`);
	if (summary.problems.length === 0) {
		console.log(`✓ everything held; seed ${asked.seed}`);
		return 0;
	}
	console.log(`✗ ${summary.problems.length} did not hold; seed ${asked.seed}, again: ${replay(asked)}`);
	return 1;
}
