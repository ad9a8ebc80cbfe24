import { dockerStep } from "./dockerEngine";
import { engineStep, pluginStep } from "./engine";
import { sampleBaseStep } from "./sampleBase";
import { runSteps, type Step } from "./steps";

/** All that the machine must have, in order: each may rest on those before it. */
export const STEPS: Step[] = [engineStep, pluginStep, dockerStep, sampleBaseStep];

/** A stack on another host needs no Docker engine here. */
const REMOTE_STEPS = [engineStep, pluginStep];

/** Makes sure of all that a stack needs, or ends the program with what to do. */
export async function setUp(stack = "local"): Promise<void> {
	if (!(await runSteps(stack === "local" ? STEPS : REMOTE_STEPS))) process.exit(1);
}
