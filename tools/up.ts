import { DockerCli } from "../components/docker/cli";
import { lastWords, waitForHealth } from "./health";
import { Plan } from "./plan";
import { setUp } from "./setup/index";
import { seconds } from "./setup/steps";
import { configFile, configuredHost, ensureStack, pulumi } from "./stackConfig";
import { main, pulumiEnvironment } from "./workspace";

interface Outputs {
	url?: string;
	data?: string;
	container?: string;
	dockerHost?: string;
}

// The main job: brings a stack up and says what is where. npm run up [-- STACK] [pulumi's own options]
main(async () => {
	const [first] = process.argv.slice(2);
	const isStack = first !== undefined && !first.startsWith("-");
	const stack = isStack ? first : (process.env.PULUMI_STACK ?? "local");
	const options = process.argv.slice(isStack ? 3 : 2);
	await setUp(stack);
	const start = performance.now();
	const env: NodeJS.ProcessEnv = { ...(await pulumiEnvironment()), PULUMI_STACK: stack };
	await ensureStack(stack, env);

	const before = await outputsOf(stack, env);
	const host = configuredHost(stack);
	if (before.container !== undefined && before.dockerHost !== host)
		return refuse(stack, movedHost(before.dockerHost, host));
	// First what would happen: what is refused, such as a change of what is protected, is refused before anything is touched.
	const preview = await pulumi(stack, ["preview", "--json", "--show-sames", ...options], env, "pipe");
	const plan = new Plan(preview.output);
	if (preview.code !== 0) return refuse(stack, plan.errors);
	const docker = new DockerCli(host);
	for (const [volume, urn] of plan.keptVolumes) {
		const found = await docker.run(["volume", "inspect", volume]);
		if (found.code !== 0 && /no such volume/i.test(found.errors)) return refuse(stack, goneVolume(volume, urn));
		if (found.code !== 0) return refuse(stack, found.errors);
	}

	const again = await toMakeAgain(docker, plan, before.container);
	if (plan.changesNothing && again.length === 0) {
		console.log("No change.");
	} else {
		const replace = again.flatMap((urn) => ["--replace", urn]);
		const up = await pulumi(
			stack,
			["up", "--yes", "--skip-preview", "--suppress-outputs", ...replace, ...options],
			env,
		);
		if (up.code !== 0) return up.code;
	}
	return report(stack, env, await outputsOf(stack, env), start);
});

/** What the state takes to be there, and a person or a clean-up of the host has stopped or removed. */
async function toMakeAgain(docker: DockerCli, plan: Plan, container: string | undefined): Promise<string[]> {
	const stopped = (await isStarted(docker, container)) ? undefined : plan.containerUrn(container ?? "");
	if (plan.changesNothing && stopped === undefined) return [];
	const urns = stopped === undefined ? [] : [stopped];
	for (const [image, urn] of plan.keptImages) {
		if ((await docker.inspect("image", [image])).length === 0) urns.push(urn);
	}
	return urns;
}

async function outputsOf(stack: string, env: NodeJS.ProcessEnv): Promise<Outputs> {
	const { output } = await pulumi(stack, ["stack", "output", "--json", "--stack", stack], env, "pipe");
	return JSON.parse(output || "{}") as Outputs;
}

async function isStarted(docker: DockerCli, container = ""): Promise<boolean> {
	const [found] = await docker.inspect<{ State: { Status: string } }>("container", [container]);
	return ["running", "restarting"].includes(found?.State.Status ?? "");
}

function refuse(stack: string, reason: string): number {
	console.error(`✗ ${stack} was not changed:\n${reason}`);
	return 1;
}

/** Docker would make an empty volume of that name without a word, and the app would start with no data. */
function goneVolume(volume: string, urn: string): string {
	return `the volume ${volume}, which holds the data of this stack, is gone from the Docker host.
  If it was moved, bring it back under this name. To start with an empty one on purpose:
  npm run pulumi -- state delete --force --yes '${urn}'`;
}

function movedHost(before: string | undefined, now: string | undefined): string {
	return `docker:host was ${before ?? "this machine's engine"} and is now ${now ?? "this machine's engine"}: a stack stays on its host, where its data is.
  Put docker:host back, or use another stack for the other host.`;
}

async function report(stack: string, env: NodeJS.ProcessEnv, outputs: Outputs, start: number): Promise<number> {
	const { url, data, container = "", dockerHost } = outputs;
	const docker = new DockerCli(dockerHost);
	const ill = await waitForHealth(docker, container);
	if (ill !== undefined) {
		console.error(`✗ ${container} is ${ill}. The end of its log:\n${await lastWords(docker, container)}`);
		console.error(`  The data is in ${data}. Mend the app and run npm run up again.`);
		return 1;
	}
	console.log(`
✓ ${stack} is up (${seconds(start)})

  app      ${url}${dockerHost === undefined ? "" : `, on ${dockerHost}`}
  data     ${data?.startsWith("/") ? "directory" : "volume"} ${data}, kept by npm run down
  backend  ${env.PULUMI_BACKEND_URL}
  config   ${configFile(stack)}

  Next: deploy a change with npm run up again; see it first with npm run pulumi -- preview --diff; stop with npm run down`);
	return 0;
}
