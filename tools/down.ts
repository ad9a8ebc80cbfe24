import { DockerCli } from "../components/docker/cli";
import { downInCloud } from "./cloud/run";
import { clearAfter, clearTheWay, unlock } from "./reconcile";
import { readState } from "./reconcile/state";
import { setUp } from "./setup/index";
import { configuredHost, pulumi } from "./stackConfig";
import { targetOf } from "./target";
import { main, pulumiEnvironment } from "./workspace";

// Stops a stack and removes what can be made again. What holds data stays. npm run down [-- STACK]
main(async () => {
	const stack = process.argv[2] ?? process.env.PULUMI_STACK ?? "local";
	if (targetOf(stack) !== "docker") return downInCloud(stack);
	await setUp(stack);
	const env = { ...(await pulumiEnvironment()), PULUMI_STACK: stack };
	await unlock({ stack, env });
	const state = await readState(stack, env);
	const scene = { stack, env, docker: new DockerCli(configuredHost(stack)) };
	// All of it goes at once: nothing is to serve afterwards, and a network goes only when nobody is in it.
	const { code, after } = await clearTheWay(scene, state);
	if (code !== 0) return code;
	await clearAfter(scene, after, state);
	const down = await pulumi(stack, ["destroy", "--yes", "--skip-preview", "--exclude-protected"], env);
	if (down.code === 0) {
		console.log(`
✓ ${stack} is down, its data is kept. Next: npm run up brings it back with all of it.
  To delete the data for good, see "What is kept" in README.md.`);
	}
	return down.code;
});
