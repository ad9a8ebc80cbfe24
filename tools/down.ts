import { setUp } from "./setup/index";
import { pulumi } from "./stackConfig";
import { main, pulumiEnvironment } from "./workspace";

// Stops a stack and removes what can be made again. What holds data stays. npm run down [-- STACK]
main(async () => {
	const stack = process.argv[2] ?? process.env.PULUMI_STACK ?? "local";
	await setUp(stack);
	const env = { ...(await pulumiEnvironment()), PULUMI_STACK: stack };
	const down = await pulumi(stack, ["destroy", "--yes", "--skip-preview", "--exclude-protected"], env);
	if (down.code === 0) {
		console.log(`
✓ ${stack} is down, its data is kept. Next: npm run up brings it back with all of it.
  To delete the data for good, see "What is kept" in README.md.`);
	}
	return down.code;
});
