import { configuredHost, hasDomain, hasPostgres } from "../stackConfig";
import { builtHere, targetOf } from "../target";
import { actionlintStep } from "./actionlint";
import { caddyImageStep } from "./caddy";
import { chromiumStep } from "./chromium";
import { cloudPluginStep } from "./cloudPlugin";
import { dockerStep } from "./dockerEngine";
import { engineStep, pluginStep } from "./engine";
import { keeperBaseStep } from "./keeperBase";
import { keeperBundleStep } from "./keeperBundle";
import { pgloaderStep } from "./pgloader";
import { policyHostStep } from "./policyHost";
import { postgresImageStep } from "./postgres";
import { sampleBaseStep } from "./sampleBase";
import { serversStep } from "./servers";
import { runSteps, type Step } from "./steps";

/** All that the machine must have, in order: each may rest on those before it. */
export const STEPS: Step[] = [
	engineStep,
	policyHostStep,
	pluginStep,
	dockerStep,
	sampleBaseStep,
	keeperBaseStep(),
	keeperBundleStep,
];

/** A stack on another host needs no Docker engine here, and the keeper's base over there, where the image is built. */
function remoteSteps(stack: string): Step[] {
	return [engineStep, policyHostStep, pluginStep, keeperBundleStep, keeperBaseStep(configuredHost(stack))];
}

/** A stack in a cloud needs an engine of Docker only where an image is built here, to be pushed. */
function cloudSteps(stack: string, target: "gcp" | "aws"): Step[] {
	const { app, sample, keeper } = builtHere(stack);
	return [
		engineStep,
		policyHostStep,
		pluginStep,
		cloudPluginStep(target),
		...(app || keeper ? [dockerStep] : []),
		...(sample ? [sampleBaseStep] : []),
		...(keeper ? [keeperBaseStep(), keeperBundleStep] : []),
	];
}

function stepsFor(stack: string): Step[] {
	const target = targetOf(stack);
	if (target !== "docker") return cloudSteps(stack, target);
	return stack === "local" ? [...STEPS] : remoteSteps(stack);
}

/**
 * Makes sure of all that a stack needs, or ends the program with what to do.
 *
 * @param options.servers also the stores that tests back up to. @default false
 * @param options.workflows also what checks the workflows of .github. @default false
 * @param options.browser also Chromium, for the tests of the status page. @default false
 * @param options.caddy also what stands in front of an app with a domain. @default - where the stack's configuration names one
 * @param options.postgres also PostgreSQL's image, on a Docker host. @default - where the stack's configuration names it
 */
export async function setUp(
	stack = "local",
	options: { servers?: boolean; workflows?: boolean; caddy?: boolean; postgres?: boolean; browser?: boolean } = {},
): Promise<void> {
	const isDocker = targetOf(stack) === "docker";
	const {
		servers = false,
		workflows = false,
		browser = false,
		caddy = hasDomain(stack),
		postgres = isDocker && hasPostgres(stack),
	} = options;
	const steps = stepsFor(stack);
	const host = stack === "local" ? undefined : configuredHost(stack);
	if (caddy) steps.push(caddyImageStep(host));
	if (postgres) steps.push(postgresImageStep(host));
	if (servers) steps.push(serversStep);
	if (servers && postgres) steps.push(pgloaderStep);
	if (workflows) steps.push(actionlintStep);
	if (browser) steps.push(chromiumStep);
	if (!(await runSteps(steps))) process.exit(1);
}
