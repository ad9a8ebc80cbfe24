import { setUp } from "./setup/index";
import { ensureStack, pulumi } from "./stackConfig";
import { main, pulumiEnvironment } from "./workspace";

// Any Pulumi command, with this project's engine, backend and environment: npm run pulumi -- preview
main(async () => {
	const args = process.argv.slice(2);
	const named = /^(?:-s|--stack)(?:=(.+))?$/;
	const at = args.findIndex((arg) => named.test(arg));
	const stack =
		(at < 0 ? undefined : (named.exec(args[at] ?? "")?.[1] ?? args[at + 1])) ?? process.env.PULUMI_STACK ?? "local";
	await setUp(stack);
	const env = await pulumiEnvironment();
	if (args[0]?.startsWith("-"))
		throw new Error("name the command first, then its options: npm run pulumi -- up --stack vps");
	if (args[0] !== "stack" && args[0] !== "version") await ensureStack(stack, env);
	return (await pulumi(stack, args, env)).code;
});
