import { Plan } from "../plan";
import { lockHint, unlock } from "../reconcile";
import { readState } from "../reconcile/state";
import { setUp } from "../setup/index";
import { seconds } from "../setup/steps";
import { configFile, ensureStack, pulumi } from "../stackConfig";
import { pulumiEnvironment } from "../workspace";
import { hintsFor } from "./hints";

/** What a program of a cloud says of its stack (stacks/gcp.ts, stacks/aws.ts). */
interface Outputs {
	url?: string;
	service?: string;
	image?: string;
	backup?: string;
	log?: string;
	loadBalancer?: string;
}

/** Brings a stack in a cloud up: first what would happen, so that what is refused is refused before anything is touched. */
export async function upInCloud(stack: string, options: string[]): Promise<number> {
	const { env, start } = await ready(stack);
	const preview = await pulumi(stack, ["preview", "--json", "--show-sames", ...options], env, "pipe");
	const plan = new Plan(preview.output);
	if (preview.code !== 0) {
		console.error(`✗ ${stack} was not changed:\n${plan.errors}`);
		return advise(plan.errors, { stack, env }, preview.code);
	}
	if (plan.changesNothing) {
		console.log("No change.");
	} else {
		const up = await pulumi(stack, ["up", "--yes", "--skip-preview", "--suppress-outputs", ...options], env, "tee");
		if (up.code !== 0) return advise(up.output, { stack, env }, up.code);
	}
	const outputs: Outputs = (await readState(stack, env))?.outputs ?? {};
	console.log(`
✓ ${stack} is up (${seconds(start)})

  app      ${outputs.url}
  service  ${outputs.service}
  image    ${outputs.image}
  data     on the instance's own disk, from the replica at each start
  replica  ${outputs.backup}, kept by npm run down
  log      ${outputs.log}
  backend  ${env.PULUMI_BACKEND_URL}
  config   ${configFile(stack)}

  Next: deploy a change with npm run up -- ${stack} again; see it first with npm run pulumi -- preview --diff --stack ${stack};
  what it costs: npm run cost -- ${stack}`);
	return 0;
}

/** Takes a stack in a cloud down. What holds data stays. */
export async function downInCloud(stack: string): Promise<number> {
	const { env } = await ready(stack);
	const down = await pulumi(stack, ["destroy", "--yes", "--skip-preview", "--exclude-protected"], env, "tee");
	if (down.code !== 0) return advise(down.output, { stack, env }, down.code);
	console.log(`
✓ ${stack} is down. The bucket with the data, secrets and files are kept, and paid for: see "What is kept" in README.md.
  Next: npm run up -- ${stack} brings it back with all of it.`);
	return 0;
}

async function ready(stack: string) {
	await setUp(stack);
	const start = performance.now();
	const env: NodeJS.ProcessEnv = { ...(await pulumiEnvironment()), PULUMI_STACK: stack };
	await ensureStack(stack, env);
	await unlock({ stack, env });
	return { env, start };
}

function advise(output: string, where: { stack: string; env: NodeJS.ProcessEnv }, code: number): number {
	if (/currently locked/i.test(output)) lockHint(where);
	for (const hint of hintsFor(output, where.stack)) console.error(`  → ${hint}`);
	return code;
}
