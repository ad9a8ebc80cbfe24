import { dockerStep } from "./dockerEngine";
import { engineStep, pluginStep } from "./engine";
import { sampleBaseStep } from "./sampleBase";
import { runSteps, type Step } from "./steps";

/** All that the machine must have, in order: each may rest on those before it. */
export const STEPS: Step[] = [engineStep, pluginStep, dockerStep, sampleBaseStep];

/** Makes sure of all of it, or ends the program with what to do. */
export async function setUp(): Promise<void> {
	if (!(await runSteps(STEPS))) process.exit(1);
}
