import { setUp } from "./setup/index";
import { ensureStack, pulumi } from "./stackConfig";
import { main, pulumiEnvironment } from "./workspace";

// Any Pulumi command, with this project's engine, backend and environment: npm run pulumi -- preview
main(async () => {
	await setUp();
	const env = await pulumiEnvironment();
	const args = process.argv.slice(2);
	const named = /^(?:-s|--stack)(?:=(.+))?$/;
	const at = args.findIndex((arg) => named.test(arg));
	const stack = at < 0 ? undefined : (named.exec(args[at] ?? "")?.[1] ?? args[at + 1]);
	// The local stack is there from the first command on; any other one is made on purpose, by stack init.
	if (stack === undefined && env.PULUMI_STACK === "local") await ensureStack("local", env);
	return (await pulumi(stack ?? env.PULUMI_STACK ?? "local", args, env)).code;
});
