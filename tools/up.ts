import { DockerCli } from "../components/docker/cli";
import { lastWords, waitForHealth } from "./health";
import { setUp } from "./setup/index";
import { seconds } from "./setup/steps";
import { configFile, ensureStack, pulumi } from "./stackConfig";
import { main, pulumiEnvironment } from "./workspace";

interface Outputs {
	url?: string;
	data?: string;
	container?: string;
	dockerHost?: string;
}

// The main job: brings a stack up and says what is where. npm run up [-- STACK] [pulumi's own options]
main(async () => {
	await setUp();
	const start = performance.now();
	const [first] = process.argv.slice(2);
	const isStack = first !== undefined && !first.startsWith("-");
	const stack = isStack ? first : (process.env.PULUMI_STACK ?? "local");
	const options = process.argv.slice(isStack ? 3 : 2);
	const env: NodeJS.ProcessEnv = { ...(await pulumiEnvironment()), PULUMI_STACK: stack };

	await ensureStack(stack, env);
	const up = await pulumi(stack, ["up", "--yes", "--skip-preview", "--suppress-outputs", ...options], env);
	if (up.code !== 0) return up.code;
	const read = await pulumi(stack, ["stack", "output", "--json", "--stack", stack], env, "pipe");
	const { url, data, container = "", dockerHost } = JSON.parse(read.output) as Outputs;
	const docker = new DockerCli(dockerHost);
	const ill = await waitForHealth(docker, container);
	if (ill !== undefined) {
		console.error(`✗ ${container} is ${ill}. The end of its log:\n${await lastWords(docker, container)}`);
		console.error(`  The data is in ${data}. Mend the app and run npm run up again.`);
		return 1;
	}
	console.log(`
✓ ${stack} is up (${seconds(start)})

  app      ${url}
  data     ${data?.startsWith("/") ? "directory" : "volume"} ${data}, kept by npm run down
  backend  ${env.PULUMI_BACKEND_URL}
  config   ${configFile(stack)}

  Next: deploy a change with npm run up again; see it first with npm run pulumi -- preview --diff; stop with npm run down`);
	return 0;
});
