import { configuredHost, hasDomain } from "../stackConfig";
import { caddyImageStep } from "./caddy";
import { dockerStep } from "./dockerEngine";
import { engineStep, pluginStep } from "./engine";
import { keeperBaseStep } from "./keeperBase";
import { keeperBundleStep } from "./keeperBundle";
import { sampleBaseStep } from "./sampleBase";
import { serversStep } from "./servers";
import { runSteps, type Step } from "./steps";

/** All that the machine must have, in order: each may rest on those before it. */
export const STEPS: Step[] = [engineStep, pluginStep, dockerStep, sampleBaseStep, keeperBaseStep(), keeperBundleStep];

/** A stack on another host needs no Docker engine here, and the keeper's base over there, where the image is built. */
function remoteSteps(stack: string): Step[] {
	return [engineStep, pluginStep, keeperBundleStep, keeperBaseStep(configuredHost(stack))];
}

/**
 * Makes sure of all that a stack needs, or ends the program with what to do.
 *
 * @param options.servers also the stores that tests back up to. @default false
 * @param options.caddy also what stands in front of an app with a domain. @default - where the stack's configuration names one
 */
export async function setUp(
	stack = "local",
	{ servers = false, caddy = hasDomain(stack) }: { servers?: boolean; caddy?: boolean } = {},
): Promise<void> {
	const steps = stack === "local" ? [...STEPS] : remoteSteps(stack);
	if (caddy) steps.push(caddyImageStep(stack === "local" ? undefined : configuredHost(stack)));
	if (servers) steps.push(serversStep);
	if (!(await runSteps(steps))) process.exit(1);
}
