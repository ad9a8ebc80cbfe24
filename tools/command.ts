import { parseArgs } from "node:util";
import { besideKeeper, containersOf, inKeeper, runningKeeper, statusPageOf } from "./keeper";
import { dockerOnly } from "./target";
import { main } from "./workspace";

/** What is asked of the running keeper; the rest runs in a container beside it. */
const OF_RUNNING = ["status", "drill", "snapshot"];

// npm run status, drill, snapshot, keeper: the keeper's own commands on a stack. [-- WORDS] [--stack STACK]
main(async () => {
	const { values, positionals, tokens } = parseArgs({
		allowPositionals: true,
		strict: false,
		tokens: true,
		options: { stack: { type: "string" } },
	});
	const stack = (values.stack as string | undefined) ?? process.env.PULUMI_STACK ?? "local";
	dockerOnly(stack, "keeper");
	const [command = "help"] = positionals;
	// The keeper's own options go on to it as they are.
	const isStack = (index: number) =>
		tokens.some((token) => token.kind === "option" && token.name === "stack" && spans(token, index));
	const words = process.argv.slice(2).filter((_, index) => !isStack(index));
	const containers = await containersOf(stack);
	const { docker, keeper, start } = containers;
	if (OF_RUNNING.includes(command)) {
		const code = await inKeeper(docker, runningKeeper(stack, containers), words);
		const page = command === "status" && keeper !== undefined && !words.includes("--json") && statusPageOf(keeper);
		if (page) console.log(`  page      ${page}`);
		return code;
	}
	const like = keeper ?? start;
	if (like === undefined) throw new Error(`the stack ${stack} has no keeper: npm run up -- ${stack}`);
	return besideKeeper(docker, like, words);
});

/** `--stack x` takes two words, `--stack=x` one. */
function spans(token: { index: number; inlineValue?: boolean }, index: number): boolean {
	return index === token.index || (token.inlineValue === false && index === token.index + 1);
}
