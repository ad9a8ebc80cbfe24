import { parseArgs } from "node:util";
import { main as guardMain, judge } from "../components/guard/main";
import { setUp } from "./setup/index";
import { ensureStack, pulumi } from "./stackConfig";
import { main, pulumiEnvironment } from "./workspace";

// npm run guard: what an update would do to the data of a stack. [-- --stack STACK] [--markdown | --json] [FILE...]
main(async () => {
	const words = process.argv.slice(2);
	const { values, positionals } = parseArgs({
		args: words,
		allowPositionals: true,
		strict: false,
		options: { stack: { type: "string" } },
	});
	// With files, this is `holdfast guard` as it is in the package.
	if (positionals.length > 0 || values.help || values.h) return guardMain(["guard", ...words], new Date());
	const stack = (values.stack as string | undefined) ?? process.env.PULUMI_STACK ?? "local";
	await setUp(stack);
	const env = await pulumiEnvironment();
	await ensureStack(stack, env);
	const preview = await pulumi(stack, ["preview", "--json", "--show-sames", "--stack", stack], env, "pipe");
	const form = values.markdown ? "markdown" : values.json ? "json" : "terminal";
	return judge([{ name: `the preview of ${stack}`, read: () => preview.output }], form, new Date());
});
